"""Django's name for the room."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The portal of administration."""

    name = "liangxi.portals.office"
