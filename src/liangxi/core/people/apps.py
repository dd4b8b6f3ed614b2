"""The room as a Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "liangxi.core.people"
    label = "people"
