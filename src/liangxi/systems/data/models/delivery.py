"""Delivery: which resources are served from keyed tables."""

from django.db import models


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
