"""What outlives the broker. `store` reads and writes it in its own statements."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Session(models.Model):
    """A session that outlives its connection; `ends` (seconds of Unix time) is set while its client is away."""

    who = models.TextField()
    client = models.TextField()
    expiry = models.BigIntegerField()
    ends = models.FloatField(null=True)
    subscriptions = models.JSONField(default=list)
    received = ArrayField(models.IntegerField(), default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["who", "client"], name="mqtt_session_of_client")]


class Message(models.Model):
    """A message that a client has not acknowledged; `id` is the order in which it came."""

    id = models.BigIntegerField(primary_key=True)
    session = models.ForeignKey(Session, models.CASCADE)
    packet = models.IntegerField()
    topic = models.TextField()
    payload = models.BinaryField()
    qos = models.SmallIntegerField()
    retain = models.BooleanField()
    properties = models.BinaryField()
    until = models.FloatField(null=True)
    is_received = models.BooleanField(db_default=False)


class Retained(models.Model):
    """The last message of a topic."""

    topic = models.TextField(primary_key=True)
    payload = models.BinaryField()
    qos = models.SmallIntegerField()
    properties = models.BinaryField()
    until = models.FloatField(null=True)
