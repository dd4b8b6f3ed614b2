"""What the SensorThings API knows beside things and streams: places, what measures, what is measured, and of what.

Geometries are GeoJSON where `encoding` says so, in CGCS2000 degrees. `code` marks what a profile brought.
"""

from django.db import models

from liangxi.systems.sensing.models.registry import Thing


class FeatureOfInterest(models.Model):
    """What an observation is about; by default the place of the thing."""

    org_path = models.TextField()
    name = models.TextField()
    description = models.TextField(blank=True, default="")
    encoding = models.TextField()
    feature = models.JSONField()
    info = models.JSONField(default=dict)


class Location(models.Model):
    """A place; `default_feature` is what is observed there unless an observation says otherwise."""

    org_path = models.TextField()
    name = models.TextField()
    description = models.TextField(blank=True, default="")
    encoding = models.TextField()
    location = models.JSONField()
    info = models.JSONField(default=dict)
    default_feature = models.ForeignKey(FeatureOfInterest, models.SET_NULL, null=True, related_name="places")
    things = models.ManyToManyField(Thing, related_name="locations")


class HistoricalLocation(models.Model):
    """Where a thing was from a time on."""

    thing = models.ForeignKey(Thing, models.CASCADE, related_name="history")
    time = models.DateTimeField()
    locations = models.ManyToManyField(Location, related_name="history")


class Sensor(models.Model):
    """What measures: an instrument or a procedure; a profile is one."""

    code = models.TextField(unique=True, null=True)
    org_path = models.TextField()
    name = models.TextField()
    description = models.TextField(blank=True, default="")
    encoding = models.TextField()
    metadata = models.JSONField()
    info = models.JSONField(default=dict)


class ObservedProperty(models.Model):
    """What is measured."""

    code = models.TextField(unique=True, null=True)
    org_path = models.TextField()
    name = models.TextField()
    definition = models.TextField()
    description = models.TextField(blank=True, default="")
    info = models.JSONField(default=dict)


class MultiProperty(models.Model):
    """The place of an observed property among those of a stream of several."""

    stream = models.ForeignKey("Datastream", models.CASCADE, related_name="properties")
    observed_property = models.ForeignKey(ObservedProperty, models.CASCADE, related_name="multi")
    position = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "position"], name="sensing_multi_position")]
