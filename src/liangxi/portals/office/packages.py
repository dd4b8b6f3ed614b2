"""Packages (一件事): their versions, what changed between two, what the checker says of the files that wait."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from liangxi.core.people import face as people
from liangxi.portals.access import HouseRequest, staff
from liangxi.systems.onething import face as onething


@staff("onething.read")
@require_safe
def listed(request: HouseRequest) -> HttpResponse:
    """Every version, and the findings in the profile's folder."""
    context = {
        "versions": onething.versions(by=request.actor),
        "findings": onething.check_profile(root=settings.CONFIG.city_root),
        "folder": settings.CONFIG.city,
    }
    return render(request, "office/packages.html", context)


@staff("onething.read")
@require_safe
def version(request: HouseRequest, package: str, version: str) -> HttpResponse:
    """One version as published: matters with law and limits, questions, materials, examples."""
    by = request.actor
    definition = onething.definition(by=by, package=package, version=version)
    rows = onething.versions(by=by, package=package)
    context = {
        "package": definition["package"],
        "matters": definition["matters"],
        "row": next(row for row in rows if row.version == version),
        "others": [row for row in rows if row.version != version],
        "names": {one.code: one.name for one in people.organisations()},
    }
    return render(request, "office/package.html", context)
