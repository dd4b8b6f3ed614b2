"""The room `reviews`."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Reviews of the service, and what is done about the bad ones."""

    name = "liangxi.systems.reviews"
    label = "reviews"
