"""The pages as a Django application."""

from django.apps import AppConfig


class ScreenConfig(AppConfig):
    name = "liangxi.portals.screen"
    label = "screen"
