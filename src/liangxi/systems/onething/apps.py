"""The room `onething`."""

from django.apps import AppConfig


class OneThingConfig(AppConfig):
    """One-thing packages, their drafts and their results."""

    name = "liangxi.systems.onething"
    label = "onething"
