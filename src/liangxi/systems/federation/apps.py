"""The room as a Django application."""

from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "liangxi.systems.federation"
    label = "federation"
