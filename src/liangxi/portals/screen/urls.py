"""Addresses of the wall."""

from django.urls import path

from liangxi.portals.screen import views

app_name = "screen"
urlpatterns = [path("", views.city, name="city")]
