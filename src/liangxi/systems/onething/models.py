"""Thin nouns: the versions of packages, which never change; working copies of them and drafts, which do."""

from django.db import models

from liangxi.kit.ids import new_id


class PackageVersion(models.Model):
    """A package with its matters as published; `definition` never changes once a row stands.

    `source` keeps the two texts as they were written (`package`, `matters`), where they are known.
    """

    package = models.CharField(max_length=64)
    version = models.CharField(max_length=20)
    hash = models.CharField(max_length=64, unique=True)
    definition = models.JSONField()
    source = models.JSONField(default=dict)
    effective = models.DateField()
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "version"], name="onething_one_content_a_version")]


class WorkingCopy(models.Model):
    """A package being edited; `revision` counts what was saved, and the texts stand in the revisions."""

    id = models.UUIDField(primary_key=True, default=new_id)
    package = models.CharField(max_length=64, db_index=True)
    title = models.JSONField()
    state = models.CharField(max_length=12)
    revision = models.PositiveIntegerField()
    base = models.CharField(max_length=20)
    effective = models.DateField(null=True)
    submitted_by = models.CharField(max_length=64, default="")
    submitted_name = models.CharField(max_length=120, default="")
    reason = models.TextField(default="")
    version = models.CharField(max_length=20, default="")


class CopyRevision(models.Model):
    """What was saved once, by whom."""

    copy = models.ForeignKey(WorkingCopy, on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    package_text = models.TextField()
    matters_text = models.TextField()
    account = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["copy", "number"], name="onething_one_revision_a_number")]


class Draft(models.Model):
    """An application being filled in; it keeps the version it was begun with."""

    id = models.UUIDField(primary_key=True, default=new_id)
    package = models.ForeignKey(PackageVersion, on_delete=models.PROTECT)
    person = models.CharField(max_length=64, db_index=True)
    firm = models.CharField(max_length=64, null=True)
    answers = models.JSONField()
    values = models.JSONField(default=dict)
    prefilled = models.JSONField(default=dict)
    materials = models.JSONField(default=dict)
    consented_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    version = models.IntegerField(default=0, db_default=0)  # grows with every saved change of an answer
    touched = models.JSONField(default=dict)  # field -> [version of its last change, its value before]
    sign_asked_at = models.DateTimeField(null=True)
    sign_asked_by = models.CharField(max_length=64, default="", db_default="")  # person who asked
    case_no = models.CharField(max_length=40, null=True, unique=True)
