"""Sharing (供需对接): needs, what was asked of each provider, grants, keys of departments, usage."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from liangxi.kit import ids


class SharingRule(models.Model):
    """A word of the city's rules of sharing (profile.toml, [sharing]): days, reads a day, the bureau."""

    name = models.TextField(primary_key=True)
    value = models.TextField()


class Need(models.Model):
    """需求: what a department needs, why, for which matter, how often and how long. Its course is `case_no`."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    key = models.TextField(unique=True)
    case_no = models.TextField(unique=True)
    org = models.TextField()
    org_path = models.TextField(db_collation="C")
    title = models.TextField()
    purpose = models.TextField()
    legal_basis = models.TextField()
    matter = models.TextField()
    frequency = models.TextField()
    since = models.DateField()
    until = models.DateField()
    state = models.TextField(default="checking")  # checking, refused, answering, answered, withdrawn
    note = models.TextField(default="")  # the bureau's word
    checked_by = models.TextField(default="")
    checked_at = models.DateTimeField(null=True)
    made_by = models.TextField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["org_path", "-id"], name="data_need_owner")]


class NeedRequest(models.Model):
    """One line of the responsibility list (责任清单): one resource asked of its provider; the item `item_no`."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="requests")
    resource = models.ForeignKey("data.Resource", on_delete=models.PROTECT)
    version = models.IntegerField()  # of the resource, when it was asked for
    item_no = models.TextField(unique=True)
    org = models.TextField()
    org_path = models.TextField(db_collation="C")
    columns: "ArrayField[Any, Any]" = ArrayField(models.TextField())
    rows = models.JSONField(null=True)
    state = models.TextField(default="checking")  # checking, asked, granted, refused, mediating, closed
    reason = models.TextField(default="")
    basis = models.TextField(default="")  # in law, of a refusal
    answered_by = models.TextField(default="")
    answered_by_name = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    objection = models.TextField(default="")
    mediation_no = models.TextField(default="")
    mediation = models.TextField(default="")  # the bureau's word

    class Meta:
        indexes: ClassVar = [models.Index(fields=["org_path", "state"], name="data_request_provider")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["need", "resource"], name="data_request_once")]


class Grant(models.Model):
    """授权: what one department may read of one resource, for what, how much, until when.

    `terms` is what the policy compiler reads:

        {"columns": ["citizen_id", "name"],
         "masks": {"citizen_id": {"kind": "keep", "prefix": 6, "suffix": 4}},
         "rows": {"all": [{"column": "division", "op": "in", "value": ["320213"]}]},
         "minimum_group": 0}

    Masks are keep (prefix, suffix), token (one way, stable), bucket (size), null; a column without one is shown as it
    is. Operators are eq, ne, lt, le, gt, ge, in, prefix, is_null; `rows` may be null (every row) and nests `all` and
    `any`. `minimum_group` above 0 allows only counts of groups with so many members.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    request = models.OneToOneField(NeedRequest, on_delete=models.PROTECT, related_name="grant")
    resource = models.ForeignKey("data.Resource", on_delete=models.PROTECT, related_name="grants")
    version_from = models.IntegerField()
    version_to = models.IntegerField(null=True)  # None: whatever version is in force
    org = models.TextField()  # the consumer
    org_path = models.TextField(db_collation="C")
    provider = models.TextField()
    provider_path = models.TextField(db_collation="C")
    terms = models.JSONField()
    purpose = models.TextField()
    legal_basis = models.TextField()
    quota = models.IntegerField()  # reads a day
    since = models.DateField()
    until = models.DateField()  # the first day on which it does not hold
    review_on = models.DateField()  # lapses on this day unless it was confirmed
    review_no = models.TextField(default="")  # the case of the review that runs
    state = models.TextField(default="active")  # active, suspended, revoked
    reason = models.TextField(default="")
    given_by = models.TextField()
    given_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["org_path", "resource"], name="data_grant_consumer"),
            models.Index(fields=["provider_path"], name="data_grant_provider"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=["active", "suspended", "revoked"]), name="data_grant_state"),
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="data_grant_period"),
        ]


class GrantStep(models.Model):
    """What happened to a grant: given, suspended, resumed, revoked, confirmed, reported."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="steps")
    kind = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    by_name = models.TextField()
    text = models.TextField(default="")


class Usage(models.Model):
    """What was read under a grant on one day of the city; `refused` counts calls above the quota."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    reads = models.IntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    refused = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["grant", "day"], name="data_usage_once")]


class DepartmentKey(models.Model):
    """A key with which a program of a department reads under its grants. Only the digest of the secret is kept."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    org = models.TextField()
    org_path = models.TextField(db_collation="C")
    name = models.TextField()
    hint = models.TextField()
    digest = models.TextField(unique=True)
    grants = models.ManyToManyField(Grant, related_name="keys")
    made_by = models.TextField()
    made_at = models.DateTimeField()
    until = models.DateField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
