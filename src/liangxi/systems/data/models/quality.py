"""What was measured of each version, and the tickets that failing rules opened."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from liangxi.kit import ids
from liangxi.systems.data.models.catalogue import Resource


class Measurement(models.Model):
    """One version of the rows of a resource, measured."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="measurements")
    data_version = models.TextField()
    rows = models.BigIntegerField()
    score = models.FloatField()
    dimensions = models.JSONField()
    results = models.JSONField()
    profile = models.JSONField()
    alarms = models.JSONField()
    measured_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "data_version"], name="data_measured_once")
        ]
        indexes: ClassVar = [models.Index(fields=["resource", "-measured_at"], name="data_measured_newest")]


class Finding(models.Model):
    """A rule that failed; one open ticket for each, however many versions fail it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="findings")
    rule = models.TextField()
    rule_title = models.JSONField()
    field = models.TextField()
    broken = models.BigIntegerField()
    checked = models.BigIntegerField()
    state = models.TextField(default="open")  # open, answered, mended
    outcome = models.TextField(default="")  # of an answer: corrected, upheld
    case_no = models.TextField(default="")
    data_version = models.TextField()
    opened_at = models.DateTimeField()
    answer = models.TextField(default="")
    answered_by = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource", "rule"], condition=Q(state="open"), name="data_finding_open_once"
            )
        ]
