"""Addresses of the OGC API."""

from django.urls import path

from liangxi.gateways.ogcapi import views

urlpatterns = [
    path("", views.landing, name="ogc"),
    path("conformance", views.conformance, name="ogc-conformance"),
    path("api", views.api, name="ogc-api"),
    path("collections", views.collections, name="ogc-collections"),
    path("collections/<slug:id>", views.collection, name="ogc-collection"),
    path("collections/<slug:id>/items", views.items, name="ogc-items"),
    path("collections/<slug:id>/items/<path:item>", views.item, name="ogc-item"),
]
