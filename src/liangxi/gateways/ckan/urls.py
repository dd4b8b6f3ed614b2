"""Addresses of the action API, with and without the version."""

from django.urls import path

from liangxi.gateways.ckan import views

urlpatterns = [
    path("3/action/<slug:name>", views.action, name="ckan-action"),
    path("action/<slug:name>", views.action, name="ckan-action-plain"),
]
