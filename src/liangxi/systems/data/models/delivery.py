"""Delivery: which resources are served from keyed tables, and which departments' own APIs are called through."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Serving(models.Model):
    """A resource in the read store: tables `served.<table>` and `served_changes.<table>`, which reflect this cursor.

    Cursor, rows and images move in one transaction, so that a version is seen whole or not at all. `seq` is the last
    number of the change feed; cursors below `first_seq` are not kept any more.
    """

    resource = models.OneToOneField("data.Resource", on_delete=models.CASCADE, primary_key=True, related_name="serving")
    version = models.BigIntegerField(default=0)  # of the lake; 0: not loaded yet
    batch = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)
    first_seq = models.BigIntegerField(default=0)
    spec = models.JSONField(default=dict)  # the declaration of the table of the lake
    lookups: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)  # columns with an index
    subject = models.TextField(default="")  # the column that holds the citizen id of whom a row is about
    reflected_at = models.DateTimeField(null=True)


class DepartmentApi(models.Model):
    """An API of a department that is called through the house (数据不动). Its resource is what is granted."""

    resource = models.OneToOneField("data.Resource", on_delete=models.CASCADE, primary_key=True, related_name="api")
    service = models.TextField(unique=True)  # instance/class/member/subsystem/service of X-Road
    url = models.TextField()
    timeout = models.IntegerField(default=10)  # seconds
    largest = models.IntegerField(default=10_000_000)  # bytes of an answer
    set_by = models.TextField()
    set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(timeout__gte=1, timeout__lte=120), name="data_api_timeout"),
            models.CheckConstraint(condition=Q(largest__gte=1), name="data_api_largest"),
        ]
