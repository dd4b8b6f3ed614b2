"""The index: one row a thing and language."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Entry(models.Model):
    """One thing in one language."""

    kind = models.TextField()
    key = models.TextField()
    lang = models.TextField()
    audience = models.TextField(blank=True, default="")
    title = models.TextField()
    text = models.TextField()
    url = models.TextField(blank=True, default="")
    weight = models.FloatField(default=1.0)
    terms = SearchVectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "lang"], name="search_entry_once")]
        indexes = [GinIndex(fields=["terms"], name="search_terms")]


class Synonym(models.Model):
    """An official word and how people say it."""

    term = models.TextField(primary_key=True)
    everyday = models.JSONField()
