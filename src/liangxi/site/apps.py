"""The room that ties the others together when a process starts."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Connects events with those who listen."""

    name = "liangxi.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from liangxi.site import wiring

        wiring.connect()
