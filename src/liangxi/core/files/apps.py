"""The room as a Django application."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "liangxi.core.files"
    label = "files"
