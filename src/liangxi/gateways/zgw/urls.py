"""Addresses of the registers, as the standard has them: `<register>/api/v1/`."""

from django.urls import include, path, re_path

from liangxi.gateways.rest import face as rest
from liangxi.gateways.zgw.service import described, register

urlpatterns = [
    path(
        f"{name}/api/v1/",
        include(([path("openapi.json", described(name), name="openapi"), *register(name).urls[0]], f"zgw-{name}")),
    )
    for name in ("zaken", "catalogi", "documenten")
] + [re_path(r"^[\s\S]+$", rest.unknown, name="zgw-unknown")]
