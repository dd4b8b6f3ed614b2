"""The gateway as a Django application: it has pages."""

from django.apps import AppConfig


class OgcApiConfig(AppConfig):
    name = "liangxi.gateways.ogcapi"
    label = "ogcapi"
