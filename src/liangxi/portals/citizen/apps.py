"""Django's name for the room."""

from django.apps import AppConfig


class CitizenConfig(AppConfig):
    """The portal of residents and firms."""

    name = "liangxi.portals.citizen"
