"""The addresses of the public check; the one with a number is what QR codes hold."""

from django.urls import path

from liangxi.portals.verify import views

app_name = "verify"
urlpatterns = [
    path("", views.ask, name="ask"),
    path("keys.json", views.keys, name="keys"),
    path("revoked.json", views.revoked, name="revoked"),
    path("<str:number>", views.certificate, name="certificate"),
]
