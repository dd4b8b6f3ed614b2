"""Every address of the house."""

from django.urls import URLPattern, URLResolver, path

from liangxi.site.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health, name="health"),
]
