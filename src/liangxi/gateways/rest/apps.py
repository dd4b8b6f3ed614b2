"""The room as a Django application: it has a page and its Chinese."""

from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "liangxi.gateways.rest"
    label = "rest"
