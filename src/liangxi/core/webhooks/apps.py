"""The room as a Django application."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "liangxi.core.webhooks"
    label = "webhooks"
