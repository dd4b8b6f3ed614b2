"""The room as a Django application."""

from django.apps import AppConfig


class TwinConfig(AppConfig):
    name = "liangxi.systems.twin"
    label = "twin"
