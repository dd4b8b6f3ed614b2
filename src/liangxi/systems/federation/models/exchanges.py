"""Departments' own APIs and the message log."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from liangxi.kit import ids


class Api(models.Model):
    """A department's own API behind a resource of the catalogue. `secret` is sealed under the id."""

    id = models.TextField(primary_key=True, db_collation="C")
    resource = models.TextField(unique=True)
    org = models.TextField()
    org_path = models.TextField(db_collation="C")
    definition = models.JSONField()
    secret = models.TextField(default="")
    relay = models.TextField(default="")  # the ask under which another node gives what this hands on
    state = models.TextField(default="draft")  # draft, open, closed
    made_by = models.TextField()
    made_at = models.DateTimeField()
    allowed_by = models.TextField(default="")
    allowed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=["draft", "open", "closed"]), name="federation_api_state")
        ]


class Exchange(models.Model):
    """The message log: who asked which service under which grant, and what both messages hashed to.

    A row is written before the provider is asked, and completed before its answer is passed on; both are on the
    sealed trail as well (`exchange.asked`, `exchange.answered`), against which `liangxi audit verify` compares it.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    request_id = models.TextField()  # X-Road-Id of the request
    api = models.TextField()
    service = models.TextField()
    method = models.TextField()
    client = models.TextField()
    org = models.TextField()
    user = models.TextField(default="")
    issue = models.TextField(default="")
    grant = models.TextField()
    node = models.TextField(default="")  # the neighbour that asked, or was asked
    purpose = models.TextField()
    state = models.TextField(default="asked")
    due_at = models.DateTimeField()  # after this instant an open exchange is broken
    status = models.IntegerField(default=0)
    error = models.TextField(default="")
    request_hash = models.TextField()
    request_bytes = models.BigIntegerField()
    answer_hash = models.TextField(default="")
    answer_bytes = models.BigIntegerField(default=0)
    kept_until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-at"], name="federation_exchange_at"),
            models.Index(fields=["org", "-at"], name="federation_exchange_org"),
            models.Index(fields=["api", "-at"], name="federation_exchange_api"),
            models.Index(fields=["due_at"], condition=Q(state="asked"), name="federation_exchange_open"),
            models.Index(fields=["kept_until"], condition=Q(kept_until__isnull=False), name="federation_exchange_kept"),
        ]
