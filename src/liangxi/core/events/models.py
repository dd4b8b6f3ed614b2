"""The outbox and its deliveries. `events_post` (migration 0003) writes the rows; the models describe the tables."""

from django.db import models
from django.db.models import Q


class Event(models.Model):
    """One announced fact. The table also has `xact`, the transaction that announced it (see migration 0002)."""

    uid = models.UUIDField(unique=True)
    type = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    time = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="events_event_subject")]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class Delivery(models.Model):
    """One event for one handler: due until done; dead after too many tries; skipped by a person's decision."""

    event = models.ForeignKey(  # written by the function that writes the event: a check at each row would find it
        Event, on_delete=models.CASCADE, related_name="deliveries", db_constraint=False, db_index=False
    )
    handler = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    state = models.CharField(max_length=8)
    tries = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.TextField(default="")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=120, default="")
    reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="events_delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=["due", "done", "dead", "skipped"]), name="events_delivery_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["handler", "subject", "id"],
                condition=Q(state__in=["due", "dead"]),
                name="events_delivery_open",
            ),
            models.Index(fields=["due_at", "id"], condition=Q(state="due"), name="events_delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.handler} {self.subject} {self.state}"
