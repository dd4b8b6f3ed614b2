"""Addresses below `/federation/v1/`."""

from django.urls import path

from liangxi.gateways.federation import views

urlpatterns = [
    path("node", views.node, name="federation-node"),
    path("messages", views.messages, name="federation-messages"),
    path("catalogue", views.catalogue, name="federation-catalogue"),
]
