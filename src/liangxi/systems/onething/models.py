"""Thin nouns: the versions of packages, which never change, and drafts, which do."""

from django.db import models

from liangxi.kit.ids import new_id


class PackageVersion(models.Model):
    """A package with its matters as published; `definition` never changes once a row stands."""

    package = models.CharField(max_length=64)
    version = models.CharField(max_length=20)
    hash = models.CharField(max_length=64, unique=True)
    definition = models.JSONField()
    effective = models.DateField()
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "version"], name="onething_one_content_a_version")]


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
    case_no = models.CharField(max_length=40, null=True, unique=True)
