"""The room as a Django application."""

from django.apps import AppConfig


class EnginesConfig(AppConfig):
    name = "liangxi.core.engines"
    label = "engines"
