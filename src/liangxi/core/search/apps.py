"""The room as a Django application."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "liangxi.core.search"
    label = "search"
