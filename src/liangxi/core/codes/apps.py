"""The room as a Django application."""

from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "liangxi.core.codes"
    label = "codes"
