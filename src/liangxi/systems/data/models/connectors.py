"""Sources of data and their runs."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from liangxi.kit import ids
from liangxi.systems.data.models.catalogue import Resource


class Source(models.Model):
    """Where rows of a resource come from. `secret` is sealed (AES-256-GCM) under a key of the deployment."""

    id = models.TextField(primary_key=True, db_collation="C")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="sources")
    kind = models.TextField()
    definition = models.JSONField()
    secret = models.TextField(default="")
    is_active = models.BooleanField(default=True)
    next_at = models.DateTimeField(null=True)
    cursor = models.TextField(default="")
    made_by = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_at"], condition=Q(is_active=True), name="data_source_due")]


class Run(models.Model):
    """One delivery. Whoever holds the lease works on it; `token` grows with each holder, and a commit compares it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="runs")
    state = models.TextField(default="waiting")
    file = models.TextField(default="")  # its name as it came
    path = models.TextField(default="")  # below the folder of deliveries, empty until it is there as a whole
    bytes = models.BigIntegerField(default=0)
    sha256 = models.TextField(default="")
    origin = models.TextField(default="")  # of a file in a folder: name, size and time of change
    fetched = models.JSONField(default=dict)  # how far a fetch has come: offset in the draft, token of the next page
    phase = models.TextField(default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    good = models.BigIntegerField(default=0)
    bad = models.BigIntegerField(default=0)
    faults = models.JSONField(default=list)
    report = models.TextField(default="")  # path of the quarantine report below the folder of deliveries
    table = models.TextField(default="")
    version = models.BigIntegerField(null=True)
    batch = models.BigIntegerField(null=True)
    error_code = models.TextField(default="")
    error = models.TextField(default="")  # a msgid
    error_params = models.JSONField(default=dict)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    token = models.BigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    is_stopping = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state__in=["waiting", "running"]), name="data_run_due"),
            models.Index(fields=["source", "-asked_at"], name="data_run_history"),
            models.Index(fields=["source", "sha256"], name="data_run_content"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "origin"],
                condition=~Q(origin="") & ~Q(state__in=["failed", "cancelled"]),
                name="data_run_origin",
            ),
        ]
