"""The room as a Django application: it keeps sessions."""

from django.apps import AppConfig


class MqttConfig(AppConfig):
    name = "liangxi.gateways.mqtt"
    label = "mqtt"
