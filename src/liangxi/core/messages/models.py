"""Messages as rows: the template and its values, so that each is read in its reader's language."""

from django.db import models

from liangxi.kit import ids


class Message(models.Model):
    """One message to one person."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    person = models.UUIDField()
    template = models.TextField()
    params = models.JSONField()
    link = models.TextField(blank=True, default="")
    key = models.TextField(unique=True)  # the happening that it tells of; twice the same is one message
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_message"
        indexes = [
            models.Index(fields=["person", "-id"], name="messages_of_person"),
            models.Index(fields=["person"], name="messages_unread", condition=models.Q(read_at=None)),
        ]


class Address(models.Model):
    """Where else a person wants to hear: his mail address."""

    person = models.UUIDField(primary_key=True)
    mail = models.EmailField()

    class Meta:
        db_table = "messages_address"
