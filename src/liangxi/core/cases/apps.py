"""The room as a Django application."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "liangxi.core.cases"
    label = "cases"
