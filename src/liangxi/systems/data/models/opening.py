"""开放: what is open to everybody, the versions that passed the privacy gate, what the public says of them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from liangxi.kit import ids


class OpenLicence(models.Model):
    """Terms of use of the city's open data, from its profile; `text` and `conditions` are the profile's own words."""

    id = models.TextField(primary_key=True)
    title = models.JSONField()
    text = models.JSONField()
    conditions = models.JSONField(default=list)
    basis = models.TextField(default="")
    url = models.TextField(default="")


class Opening(models.Model):
    """That and how a resource is open. `terms` are in force (rules/opening.py says their form), `wanted` are asked for.

    `version` and `batch` are the last state of the lake that went to the gate, passed or not.
    """

    resource = models.OneToOneField("data.Resource", on_delete=models.CASCADE, primary_key=True, related_name="open")
    org_path = models.TextField(db_collation="C")
    state = models.TextField(default="asked")  # asked, open, returned, withdrawn
    terms = models.JSONField(null=True)
    licence = models.ForeignKey(OpenLicence, on_delete=models.PROTECT)
    wanted = models.JSONField(null=True)
    report: "models.JSONField[list[list[object]], list[list[object]]]" = models.JSONField(default=list)
    asked_by = models.TextField()
    asked_by_name = models.TextField()
    asked_at = models.DateTimeField()
    decided_by = models.TextField(default="")
    decided_by_name = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(default="")  # the bureau's word, or why it was withdrawn
    version = models.BigIntegerField(default=0)
    batch = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    downloads = models.BigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "resource"], name="data_opening_state")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["asked", "open", "returned", "withdrawn"]), name="data_opening_state_known"
            ),
            models.CheckConstraint(condition=~Q(state="open") | Q(terms__isnull=False), name="data_opening_terms"),
        ]


class OpenVersion(models.Model):
    """A state of the lake that went through the gate; public while `state` is. `report` are the gate's findings.

    `profile` tells of each column of a public one what it holds: rules/open_profile.py says its form.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    opening = models.ForeignKey(Opening, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    state = models.TextField()  # public, refused, closed (opened under other terms)
    table = models.TextField()  # of the lake
    version = models.BigIntegerField()
    batch = models.BigIntegerField()
    definition = models.IntegerField()  # version of the catalogue that described it
    rows = models.BigIntegerField(default=0)
    report: "models.JSONField[list[list[object]], list[list[object]]]" = models.JSONField(default=list)
    profile = models.JSONField(default=dict)
    checked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opening", "number"], name="data_open_version_number"),
        ]


class OpenRating(models.Model):
    """Stars of one account for one open data set."""

    opening = models.ForeignKey(Opening, on_delete=models.CASCADE, related_name="ratings")
    account = models.TextField()
    stars = models.SmallIntegerField()
    text = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opening", "account"], name="data_open_rating_once"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="data_open_rating_stars"),
        ]


class OpenStory(models.Model):
    """What somebody made of open data; shown once the bureau has read it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    opening = models.ForeignKey(Opening, on_delete=models.CASCADE, related_name="stories")
    state = models.TextField(default="waiting")  # waiting, shown, refused
    title = models.TextField()
    text = models.TextField()
    url = models.TextField(default="")
    account = models.TextField()
    author = models.TextField()
    at = models.DateTimeField()
    read_by = models.TextField(default="")
    reason = models.TextField(default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "-at"], name="data_open_story_state")]


class OpenRequest(models.Model):
    """A data set that somebody misses: a case of the bureau, answered once; answers are public, who asked is not."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    case_no = models.TextField(default="")
    resource = models.TextField(default="")  # of the catalogue, when the bureau names one
    title = models.TextField()
    text = models.TextField()
    use = models.TextField()
    account = models.TextField()
    person = models.UUIDField()
    at = models.DateTimeField()
    state = models.TextField(default="open")  # open, granted, declined
    answer = models.TextField(default="")
    answered_by = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "-at"], name="data_open_request_state")]
