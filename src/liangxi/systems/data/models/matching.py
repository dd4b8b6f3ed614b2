"""Records matched with the entities of registers: how each stands now, and every turn that led there."""

from typing import ClassVar

from django.db import models

from liangxi.kit import ids


class MatchRun(models.Model):
    """One run of a declared matching over the data versions in `inputs`."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    matching = models.TextField(db_index=True)
    state = models.TextField()  # done, failed
    inputs = models.JSONField()
    changed = models.IntegerField(default=0)
    error = models.TextField(default="")
    at = models.DateTimeField()


class MatchLink(models.Model):
    """One record of a source: `fingerprint` is a keyed hash of what was compared, `refused` lists entities that a
    steward said it is not, `decided_by` the account that decided, empty for the rules."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    matching = models.TextField()
    record = models.TextField()
    entity = models.TextField(default="")
    state = models.TextField()  # linked, review, new, gone
    score = models.FloatField(default=0)
    reasons = models.JSONField(default=list)
    fingerprint = models.TextField()
    refused = models.JSONField(default=list)
    decided_by = models.TextField(default="")
    org_path = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["matching", "record"], name="data_match_once")]
        indexes: ClassVar = [models.Index(fields=["matching", "state", "-score", "id"], name="data_match_queue")]


class MatchStep(models.Model):
    """A turn of a link, written in the transaction that made it."""

    link = models.ForeignKey(MatchLink, on_delete=models.CASCADE, related_name="steps")
    what = models.TextField()
    entity = models.TextField(default="")
    score = models.FloatField(default=0)
    reasons = models.JSONField(default=list)
    by = models.TextField()
    by_name = models.TextField(default="")
    at = models.DateTimeField()
