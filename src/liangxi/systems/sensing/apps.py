"""The room as a Django application."""

from django.apps import AppConfig


class SensingConfig(AppConfig):
    name = "liangxi.systems.sensing"
    label = "sensing"
