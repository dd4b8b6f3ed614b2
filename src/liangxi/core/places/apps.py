"""The room as a Django application."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "liangxi.core.places"
    label = "places"
