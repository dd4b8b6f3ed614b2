"""The catalogue: resources, their versions, and what is in force drawn out for questions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from liangxi.kit import ids


class Resource(models.Model):
    """A data resource (政务数据资源). What stands here beside the codes is drawn from the version in force.

    `id` is its stable name, `code` the national one (分类码/顺序码). The facts of delivery and quality are written by
    the rooms that find them out.
    """

    id = models.TextField(primary_key=True, db_collation="C")
    code = models.TextField(unique=True)
    category = models.TextField()
    number = models.IntegerField()  # within the category
    org = models.TextField()
    org_path = models.TextField(db_collation="C")
    state = models.TextField(default="draft")
    version = models.IntegerField(null=True)  # the number of the version in force
    title = models.JSONField()
    kind = models.TextField()
    register = models.TextField(default="")
    origin = models.TextField()
    sharing = models.TextField()
    opening = models.TextField()
    cycle = models.TextField()
    grade = models.TextField()
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.TextField(default="")
    delivered_at = models.DateTimeField(null=True)
    delivered_rows = models.BigIntegerField(null=True)
    delivered_version = models.TextField(default="")
    quality = models.FloatField(null=True)  # 0 to 100
    quality_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["org_path", "state"], name="data_resource_owner")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["category", "number"], name="data_resource_number"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "published", "withdrawn"]), name="data_resource_state"
            ),
        ]


class ResourceVersion(models.Model):
    """What a resource was described as. One version at most is in work; those that were published stay as they are."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    state = models.TextField(default="draft")  # draft, submitted, published, replaced, withdrawn
    definition = models.JSONField()
    changes = models.JSONField(default=list)  # against the version in force when it was saved
    author = models.TextField()
    author_name = models.TextField()
    saved_at = models.DateTimeField()
    submitted_by = models.TextField(default="")
    submitted_at = models.DateTimeField(null=True)
    reviewed_by = models.TextField(default="")
    reviewer_name = models.TextField(default="")
    reviewed_at = models.DateTimeField(null=True)
    note = models.TextField(default="")  # the reviewer's word

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "number"], name="data_version_number"),
            models.UniqueConstraint(
                fields=["resource"], condition=Q(state__in=["draft", "submitted"]), name="data_one_version_in_work"
            ),
            models.UniqueConstraint(
                fields=["resource"], condition=Q(state="published"), name="data_one_version_in_force"
            ),
        ]


class ResourceField(models.Model):
    """An item (信息项) of the version in force. One authoritative source for an element of a subject (一数一源)."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="fields")
    position = models.SmallIntegerField()
    name = models.TextField()
    title = models.JSONField()
    type = models.TextField()
    element = models.TextField(default="")
    subject = models.TextField(default="")
    is_key = models.BooleanField(default=False)
    is_authoritative = models.BooleanField(default=False)
    is_personal = models.BooleanField(default=False)
    grade = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "name"], name="data_field_name"),
            models.UniqueConstraint(
                fields=["subject", "element"], condition=Q(is_authoritative=True), name="data_one_source"
            ),
        ]


class ResourceRelation(models.Model):
    """The version in force of one resource points to another: mirror, derived, part or related."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="relations")
    other = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="related")
    kind = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "other", "kind"], name="data_relation_once")
        ]
