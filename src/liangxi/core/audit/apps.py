"""The room as a Django application."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "liangxi.core.audit"
    label = "audit"
