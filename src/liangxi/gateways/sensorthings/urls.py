"""Addresses of the SensorThings API."""

from django.urls import path

from liangxi.gateways.sensorthings import views

urlpatterns = [
    path("v1.1", views.serve, name="sensorthings"),
    path("v1.1/<path:path>", views.serve, name="sensorthings-at"),
]
