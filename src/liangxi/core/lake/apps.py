"""The room as a Django application."""

from django.apps import AppConfig


class LakeConfig(AppConfig):
    name = "liangxi.core.lake"
    label = "lake"
