"""The room as a Django application."""

from django.apps import AppConfig


class DataConfig(AppConfig):
    name = "liangxi.systems.data"
    label = "data"
