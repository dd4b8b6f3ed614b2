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
    description = models.TextField(blank=True, default="")
    info = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["org_path", "code"], name="sensing_thing_owner")]
        constraints = [models.CheckConstraint(condition=Q(state__in=STATES), name="sensing_thing_state")]


class Datastream(models.Model):
    """A property of a thing as a stream; its `id` is the stream number.

    A stream of a profile is described by it. One that came through the open interface (`is_open`) takes any result; one
    of several properties (`is_multi`) lists them in `MultiProperty`, its units and types as lists.
    """

    thing = models.ForeignKey(Thing, models.CASCADE, related_name="streams")
    property = models.TextField()
    is_open = models.BooleanField(default=False)
    is_multi = models.BooleanField(default=False)
    name = models.TextField(blank=True, default="")
    description = models.TextField(blank=True, default="")
    observation_type = models.TextField(blank=True, default="")
    units = models.JSONField(default=dict)
    types = models.JSONField(default=list)
    area = models.JSONField(null=True)
    info = models.JSONField(default=dict)
    sensor = models.ForeignKey("Sensor", models.CASCADE, null=True, related_name="streams")
    observed_property = models.ForeignKey("ObservedProperty", models.CASCADE, null=True, related_name="streams")

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


class AlarmRule(models.Model):
    """A rule; what each field means says `shapes.AlarmRule`."""

    title = models.TextField()
    profile = models.ForeignKey(Profile, models.CASCADE)
    property = models.TextField(blank=True, default="")
    org = models.TextField(blank=True, default="")
    org_path = models.TextField(default="/")
    thing = models.TextField(blank=True, default="")
    kind = models.TextField()
    severity = models.TextField()
    high = models.FloatField(null=True)
    low = models.FloatField(null=True)
    hysteresis = models.FloatField(default=0)
    hold = models.FloatField(default=0)
    after = models.FloatField(default=0)
    share = models.FloatField(default=0)
    least = models.IntegerField(default=1)
    is_on = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile"], condition=Q(kind="offline"), name="sensing_offline_once")
        ]


class Alarm(models.Model):
    """An alarm of a rule on a subject (a thing's property, a thing, a place); one is open at once."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    rule = models.ForeignKey(AlarmRule, models.PROTECT)
    subject = models.TextField()
    thing = models.ForeignKey(Thing, models.PROTECT, null=True)
    property = models.TextField(blank=True, default="")
    place = models.TextField(blank=True, default="")
    org = models.TextField()
    org_path = models.TextField()
    severity = models.TextField()
    cause = models.BigIntegerField()
    value = models.FloatField(null=True)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    is_acknowledged = models.BooleanField(default=False)
    is_suppressed = models.BooleanField(default=False)
    is_told = models.BooleanField(default=False)  # the outside heard that it was raised
    shelved_until = models.DateTimeField(null=True)
    assignee = models.TextField(blank=True, default="")
    flaps = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["org_path", "closed_at"], name="sensing_alarm_owner")]
        constraints = [
            models.UniqueConstraint(fields=["rule", "subject"], condition=Q(closed_at=None), name="sensing_alarm_open"),
            models.UniqueConstraint(fields=["rule", "subject", "cause"], name="sensing_alarm_cause"),
        ]


class AlarmEntry(models.Model):
    """One line of an alarm's history."""

    alarm = models.ForeignKey(Alarm, models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    who = models.TextField(blank=True, default="")
    what = models.TextField()
    note = models.TextField(blank=True, default="")


class Maintenance(models.Model):
    """Work during which alarms are kept quiet: on a thing, or on all that stands below an organisation."""

    thing = models.TextField(blank=True, default="")
    org = models.TextField()
    org_path = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.TextField()
