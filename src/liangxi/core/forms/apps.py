"""The room as a Django application."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "liangxi.core.forms"
    label = "forms"
