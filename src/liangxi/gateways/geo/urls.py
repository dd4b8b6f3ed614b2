"""Addresses of the map gateway."""

from django.urls import path

from liangxi.gateways.geo import views

urlpatterns = [path("outlines.json", views.outlines, name="map-outlines")]
