"""Neighbouring nodes: who they are, what is told them, what was asked of them and by them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from liangxi.kit import ids


class Neighbour(models.Model):
    """A node that an administrator has made known. `sent` and `heard` are the last numbers told to it and by it."""

    id = models.TextField(primary_key=True)  # its LIANGXI_NODE
    title = models.TextField()
    level = models.TextField()  # nation, province, city, district
    address = models.TextField()
    key = models.TextField()  # public, base64url
    org = models.TextField(default="")  # the organisation of this node as which its asks are kept
    state = models.TextField(default="active")  # active, suspended
    sent = models.BigIntegerField(default=0)
    heard = models.BigIntegerField(default=0)
    heard_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.TextField(default="")
    made_by = models.TextField()
    made_at = models.DateTimeField()


class Parcel(models.Model):
    """A message to a neighbour, told in its order until it is acknowledged."""

    neighbour = models.ForeignKey(Neighbour, on_delete=models.CASCADE, related_name="parcels")
    seq = models.BigIntegerField()
    kind = models.TextField()  # need, state, hello
    said = models.JSONField()
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(told_at__isnull=True), name="federation_parcel_due")
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["neighbour", "seq"], name="federation_parcel_once")]


class Ask(models.Model):
    """What a department of this node asked of a neighbour, and what became of it there."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    neighbour = models.ForeignKey(Neighbour, on_delete=models.PROTECT, related_name="asks")
    org = models.TextField()
    org_path = models.TextField(db_collation="C")
    resource = models.TextField()  # at the neighbour
    title = models.TextField()  # of the need
    said = models.JSONField()
    state = models.TextField(default="sent")
    case_no = models.TextField(default="")  # at the neighbour
    reason = models.TextField(default="")
    quota = models.IntegerField(default=0)
    until = models.DateField(null=True)
    paths: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    digest = models.TextField(default="", db_index=True)  # of the key with which programs call it
    hint = models.TextField(default="")


class ServedAsk(models.Model):
    """What a neighbour asked of this node: the need that it became here, and what the neighbour was told last."""

    id = models.UUIDField(primary_key=True)  # the ask's, at the neighbour
    neighbour = models.ForeignKey(Neighbour, on_delete=models.PROTECT, related_name="served")
    resource = models.TextField()
    client = models.TextField()  # who asked there: {node}/GOV/{department}
    need = models.TextField(default="")
    grant = models.TextField(default="")
    told = models.JSONField(default=dict)
    asked_at = models.DateTimeField()


class HeardCall(models.Model):
    """A signed call of a neighbour that was taken, so that it is not taken twice; forgotten when its time is past."""

    neighbour = models.ForeignKey(Neighbour, on_delete=models.CASCADE)
    nonce = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["neighbour", "nonce"], name="federation_call_once")]
