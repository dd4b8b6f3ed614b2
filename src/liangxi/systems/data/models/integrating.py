"""What transforms did, and the lineage of every column that they made."""

from typing import ClassVar

from django.db import models

from liangxi.kit import ids
from liangxi.systems.data.models.catalogue import Resource


class TransformRun(models.Model):
    """One execution of a declared transform."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    transform = models.TextField(db_index=True)
    target = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="transform_runs")
    state = models.TextField()
    inputs = models.JSONField()
    data_version = models.TextField(default="")
    rows = models.BigIntegerField(default=0)
    error = models.TextField(default="")
    at = models.DateTimeField()


class LineageEdge(models.Model):
    """A field was made from a field of another resource; written in the transaction that made the rows visible."""

    run = models.ForeignKey(TransformRun, on_delete=models.CASCADE, related_name="edges")
    field = models.TextField()
    source = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="lineage")
    source_field = models.TextField()
    source_version = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "field", "source", "source_field"], name="data_edge_once")
        ]
