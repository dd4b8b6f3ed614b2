"""Every address of the house."""

from django.urls import URLPattern, URLResolver, include, path

from liangxi.site.health import health

handler500 = "liangxi.site.refusals.broken"
urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health, name="health"),
    path("desk/", include("liangxi.portals.workbench.urls")),
    path("office/", include("liangxi.portals.office.urls")),
    path("verify/", include("liangxi.portals.verify.urls")),
    path("screen/", include("liangxi.portals.screen.urls")),
    path("data/", include("liangxi.portals.opendata.urls")),
    path("dcat/", include("liangxi.gateways.dcat.urls")),
    path("ogc/", include("liangxi.gateways.ogcapi.urls")),
    path("federation/v1/", include("liangxi.gateways.federation.urls")),
    path("sta/", include("liangxi.gateways.sensorthings.urls")),
    path("geo/", include("liangxi.gateways.geo.urls")),
    path("data/v1/", include("liangxi.gateways.delivery.urls")),
    path("api/", include("liangxi.gateways.ckan.urls")),
    path("api/v1/", include("liangxi.gateways.rest.urls")),
    path("zgw/", include("liangxi.gateways.zgw.urls")),
    path("", include("liangxi.portals.design.urls")),
    path("", include("liangxi.portals.citizen.urls")),
]
