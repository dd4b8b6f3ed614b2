"""The pages as a Django application."""

from django.apps import AppConfig


class VerifyConfig(AppConfig):
    name = "liangxi.portals.verify"
    label = "verify"
