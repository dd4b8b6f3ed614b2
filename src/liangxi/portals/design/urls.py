"""The reader's preferences and the style page."""

from django.urls import path

from liangxi.portals.design import views

app_name = "design"
urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("style/", views.style, name="style"),
]
