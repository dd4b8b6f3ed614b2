"""The SensorThings API as an application of Django, for its translations."""

from django.apps import AppConfig


class SensorThings(AppConfig):
    """See the package."""

    name = "liangxi.gateways.sensorthings"
    label = "sensorthings"
