"""Tables of the registry of things."""

from django.db import models
from django.db.models import Q

from liangxi.kit import ids
from liangxi.systems.sensing.shapes import STATES


class Profile(models.Model):
    """A kind of thing; `changed` is the version of the registry that last changed it."""

    code = models.TextField(primary_key=True)
    title_zh = models.TextField()
    title_en = models.TextField()
    properties = models.JSONField()
    events = models.JSONField(default=dict)
    services = models.JSONField(default=dict)
    offline_after = models.IntegerField(default=0)
    keep = models.TextField(default="standard")
    changed = models.BigIntegerField(db_index=True)


class Thing(models.Model):
    """A thing; its `id` is the number that blocks of observations and the intake know it by."""

    code = models.TextField(unique=True)
    title = models.TextField()
    profile = models.ForeignKey(Profile, models.PROTECT)
    org = models.TextField()
    org_path = models.TextField()
    division = models.TextField(blank=True, default="")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    state = models.TextField(default="in_service")
    gateway = models.ForeignKey("self", models.SET_NULL, null=True, related_name="behind")
    registered_at = models.DateTimeField()
    changed = models.BigIntegerField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["org_path", "code"], name="sensing_thing_owner")]
        constraints = [models.CheckConstraint(condition=Q(state__in=STATES), name="sensing_thing_state")]


class Datastream(models.Model):
    """A property of a thing as a stream; its `id` is the stream number."""

    thing = models.ForeignKey(Thing, models.CASCADE, related_name="streams")
    property = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thing", "property"], name="sensing_stream_once")]


class Credential(models.Model):
    """A key of a thing: a hash of the secret, how it begins, and until when it holds."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    thing = models.ForeignKey(Thing, models.CASCADE, related_name="credentials")
    digest = models.BinaryField(unique=True)
    hint = models.TextField()
    made_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class ClaimKey(models.Model):
    """A key with which things register themselves."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    profile = models.ForeignKey(Profile, models.CASCADE)
    org = models.TextField()
    org_path = models.TextField()
    digest = models.BinaryField(unique=True)
    hint = models.TextField()
    most = models.IntegerField()
    used = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
