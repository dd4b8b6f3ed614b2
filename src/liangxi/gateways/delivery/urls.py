"""Addresses below `/data/v1/`; those of lookups (`records/`, `batch`) never come here."""

from django.urls import path

from liangxi.gateways.delivery import views

urlpatterns = [
    path("<slug:resource>", views.description, name="data-description"),
    path("<slug:resource>/versions/latest.<str:format>", views.latest, name="data-latest"),
    path("<slug:resource>/versions/<int:version>.<str:format>", views.version, name="data-version"),
    path("<slug:resource>/changes", views.changes, name="data-changes"),
    path("<slug:resource>/groups", views.groups, name="data-groups"),
]
