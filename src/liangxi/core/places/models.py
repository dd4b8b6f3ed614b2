"""Places as tables."""

from django.db import models
from django.db.models import Q


class Division(models.Model):
    """A division, keyed by our own stable id; what lists call it stands in DivisionCode."""

    id = models.TextField(primary_key=True)
    position = models.IntegerField()
    name_zh = models.TextField()
    name_en = models.TextField(blank=True, default="")
    level = models.TextField()
    kind = models.TextField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    is_statutory = models.BooleanField(default=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["level"], name="places_division_level")]


class DivisionCode(models.Model):
    """A code of a division in one list, with its days (half-open)."""

    division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="codes")
    scheme = models.TextField()
    code = models.TextField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "code", "valid_from"], nulls_distinct=False, name="places_code_from_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from=None) | Q(valid_to__gt=models.F("valid_from")),
                name="places_code_period",
            ),
        ]


class Address(models.Model):
    """A standard address."""

    code = models.CharField(max_length=23, primary_key=True)
    text = models.TextField()
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    lon = models.FloatField()
    lat = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["lat", "lon"], name="places_address_point")]


class GridCell(models.Model):
    """A cell of the management grid."""

    code = models.CharField(max_length=15, primary_key=True)
    division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="grid_cells")
    lon = models.FloatField()
    lat = models.FloatField()
    is_synthetic = models.BooleanField(default=False)


class Outline(models.Model):
    """The outline of a division for maps."""

    division = models.OneToOneField(Division, primary_key=True, on_delete=models.CASCADE, related_name="outline")
    rings = models.JSONField()
    is_synthetic = models.BooleanField()
