"""Addresses of the API, version 1."""

from django.urls import path

from liangxi.gateways.rest import views

app_name = "rest"
urlpatterns = [
    path("", views.operations, name="operations"),
    path("openapi.json", views.openapi, name="openapi"),
    *views.service().urls[0],
    path("<path:rest>", views.unknown, name="unknown"),
]
