"""The pages as a Django application."""

from django.apps import AppConfig


class OpenDataConfig(AppConfig):
    name = "liangxi.portals.opendata"
    label = "opendata"
