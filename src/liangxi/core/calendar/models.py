"""The loaded years and their exceptional days as tables."""

from django.db import models


class CalendarYear(models.Model):
    """A year whose notice of the State Council's office was loaded; `version` grows with every load of any year."""

    year = models.SmallIntegerField(primary_key=True)
    version = models.BigIntegerField()


class CalendarDay(models.Model):
    """A day that is not what its weekday says: off (holiday or exchanged) or work (make-up day)."""

    date = models.DateField(primary_key=True)
    year = models.ForeignKey(CalendarYear, on_delete=models.CASCADE, related_name="days")
    name = models.TextField()
    kind = models.CharField(max_length=4, choices=[("off", "off"), ("work", "work")])
    notice = models.TextField(blank=True, default="")
