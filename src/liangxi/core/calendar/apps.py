"""The room as a Django application."""

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "liangxi.core.calendar"
    label = "calendar"
