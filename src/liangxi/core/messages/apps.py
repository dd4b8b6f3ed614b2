"""The room as a Django application; Django's own messages hold the plain label."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "liangxi.core.messages"
    label = "city_messages"
