"""Harvest: other catalogues, the runs that read them, what they list."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from liangxi.kit import ids


class HarvestSource(models.Model):
    """A catalogue that is read: its address, its kind, how often."""

    id = models.TextField(primary_key=True, db_collation="C")
    title = models.TextField()
    kind = models.TextField()  # ckan, dcat
    url = models.TextField()
    every = models.IntegerField()  # hours between runs; 0: only when somebody says so
    is_active = models.BooleanField(default=True)
    next_at = models.DateTimeField(null=True)
    made_by = models.TextField()
    made_at = models.DateTimeField()


class HarvestRun(models.Model):
    """One reading of a source. Whoever holds the lease works on it; `token` grows with each holder."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    source = models.ForeignKey(HarvestSource, on_delete=models.CASCADE, related_name="runs")
    state = models.TextField(default="waiting")  # waiting, running, done, partial, failed
    seen = models.IntegerField(default=0)
    added = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    gone = models.IntegerField(default=0)
    bad = models.IntegerField(default=0)
    faults: "models.JSONField[list[list[str]], list[list[str]]]" = models.JSONField(default=list)  # id, msgid
    error_code = models.TextField(default="")
    error = models.TextField(default="")  # a msgid
    error_params = models.JSONField(default=dict)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    token = models.BigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=Q(state__in=["waiting", "running"]), name="federation_run_due"),
            models.Index(fields=["source", "-asked_at"], name="federation_run_history"),
        ]


class HarvestedSet(models.Model):
    """A data set that another catalogue lists; with `gone_at` it was there once and is not any more."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    source = models.ForeignKey(HarvestSource, on_delete=models.CASCADE, related_name="sets")
    identifier = models.TextField()  # as the source names it
    hash = models.TextField()
    title = models.TextField()
    summary = models.TextField(default="")
    publisher = models.TextField(default="")
    licence = models.TextField(default="")
    licence_url = models.TextField(default="")
    landing = models.TextField(default="")  # its page at the source
    provenance = models.TextField(default="")
    files: "models.JSONField[list[dict[str, str]], list[dict[str, str]]]" = models.JSONField(default=list)
    tags: "ArrayField[Any, Any]" = ArrayField(models.TextField(), default=list)
    modified = models.TextField(default="")  # as the source says it
    first_seen = models.DateTimeField()
    changed_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-changed_at"], name="federation_set_new")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "identifier"], name="federation_set_once")]
