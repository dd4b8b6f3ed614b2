"""Tables behind the first face of the twin."""

from django.db import models


class Premises(models.Model):
    """What stands at a standard address: floor area in m², storey, use, and the building's number."""

    address = models.CharField(max_length=23, primary_key=True)
    area_m2 = models.DecimalField(max_digits=10, decimal_places=2)
    floor = models.SmallIntegerField(null=True)
    use = models.TextField(blank=True, default="")
    surveyed_on = models.DateField()
