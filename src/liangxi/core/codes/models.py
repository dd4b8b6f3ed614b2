"""Code lists as tables."""

from django.db import models


class CodeList(models.Model):
    """A published list of codes."""

    id = models.TextField(primary_key=True)
    title_zh = models.TextField()
    title_en = models.TextField()


class CodeEntry(models.Model):
    """One code and the days on which it holds: from `valid_from` up to, not including, `valid_to`."""

    list = models.ForeignKey(CodeList, on_delete=models.CASCADE, related_name="entries")
    code = models.TextField()
    position = models.IntegerField()
    title_zh = models.TextField()
    title_en = models.TextField(blank=True, default="")
    parent = models.TextField(blank=True, default="")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    attributes = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list", "code", "valid_from"], nulls_distinct=False, name="codes_entry_from_once"
            ),
        ]
