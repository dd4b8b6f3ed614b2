"""Tables behind the first faces of the data zone."""

from django.db import models
from django.db.models import Q

from liangxi.kit import ids


class Consent(models.Model):
    """A person allowed one reading occasion (`ref`, such as `draft:<id>`) for one purpose."""

    ref = models.TextField()
    person = models.UUIDField()
    purpose = models.TextField()
    given_at = models.DateTimeField()
    given_by = models.TextField()  # the account: the person's own, or the clerk before whom he said so
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ref", "person"], name="data_consent_once")]


class Marriage(models.Model):
    """A marriage of the register of civil affairs; one in force at once."""

    number = models.TextField(primary_key=True)
    husband = models.UUIDField()
    wife = models.UUIDField()
    registered_on = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["husband"], condition=Q(until=None), name="data_one_wife"),
            models.UniqueConstraint(fields=["wife"], condition=Q(until=None), name="data_one_husband"),
        ]


class Licence(models.Model):
    """An e-licence, from a department's stock or issued here; `valid_to` is its last day."""

    number = models.TextField(primary_key=True)
    type = models.TextField()
    person = models.UUIDField(null=True, db_index=True)
    firm = models.UUIDField(null=True, db_index=True)
    issuer_org = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(firm__isnull=False), name="data_licence_holder"
            )
        ]


class Dispute(models.Model):
    """An objection to a register's value."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    subject = models.UUIDField()
    person = models.UUIDField(db_index=True)  # who objects
    said_by = models.TextField(blank=True, default="")  # the masked name, so that a list looks nobody up
    field = models.TextField()
    claim = models.TextField()
    note = models.TextField(blank=True, default="")
    org = models.TextField()
    org_path = models.TextField()
    state = models.TextField(default="open")
    case_no = models.TextField(default="")  # 校核: the case that carries it
    opened_at = models.DateTimeField()
    answer = models.TextField(blank=True, default="")
    answered_by = models.TextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["org_path", "state"], name="data_dispute_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "field", "claim"], condition=Q(state="open"), name="data_dispute_once"
            )
        ]
