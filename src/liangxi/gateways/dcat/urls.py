"""Addresses of the catalogue as linked data."""

from django.urls import path

from liangxi.gateways.dcat import views

urlpatterns = [
    path("catalog", views.negotiated, name="dcat"),
    path("catalog.<slug:format>", views.catalog, name="dcat-catalog"),
    path("sets/<slug:dataset>.<slug:format>", views.dataset, name="dcat-dataset"),
]
