"""Subscriptions, what is sent to them, and how far the outbox was read."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from liangxi.kit import ids


class Subscription(models.Model):
    """Who hears what and where. The secret is derived from `id` and `serial`; no column holds it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    account = models.TextField(db_index=True)
    person = models.TextField(blank=True, default="")  # of a resident: whose cases
    firm = models.TextField(blank=True, default="")
    org = models.TextField(blank=True, default="")  # of staff: for which organisation it acts
    name = models.TextField()
    url = models.TextField()
    types: "ArrayField[Any, Any]" = ArrayField(models.TextField())
    mode = models.TextField()
    state = models.TextField(default="active")
    reason = models.TextField(blank=True, default="")
    serial = models.IntegerField(default=1)
    rotated_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=["active", "disabled"]), name="webhooks_state"),
            models.CheckConstraint(condition=Q(mode__in=["structured", "binary"]), name="webhooks_mode"),
        ]


class Sending(models.Model):
    """One event for one subscription. While a worker holds it, `due_at` lies ahead: after a crash it is due again."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="sendings")
    event = models.UUIDField()
    type = models.TextField()
    subject = models.TextField()
    at = models.DateTimeField()
    position = models.BigIntegerField()
    data = models.JSONField()
    state = models.TextField(default="due")
    tries = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.TextField(blank=True, default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subscription", "event"], name="webhooks_once"),
            models.CheckConstraint(condition=Q(state__in=["due", "done", "dead", "dropped"]), name="webhooks_sending"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subscription", "subject", "id"], condition=Q(state="due"), name="webhooks_heads"),
            models.Index(fields=["due_at"], condition=Q(state="due"), name="webhooks_due"),
            models.Index(fields=["subscription", "-id"], name="webhooks_latest"),
        ]


class Cursor(models.Model):
    """The one row: events up to `position` were handed to the subscriptions."""

    position = models.BigIntegerField()
