"""Addresses of the API, version 1."""

from django.urls import path, re_path

from liangxi.gateways.rest import views

app_name = "rest"
urlpatterns = [
    path("", views.operations, name="operations"),
    path("openapi.json", views.openapi, name="openapi"),
    *views.service().urls[0],
    re_path(r"^[\s\S]+$", views.unknown, name="unknown"),  # a line break in an address included
]
