"""The guide of a thing: one question after the other, all that must be known, and the sheet to take along."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from liangxi.core.people import face as people
from liangxi.core.people.shapes import Organisation
from liangxi.kit import time
from liangxi.kit.errors import InvalidError
from liangxi.portals.access import VisitorRequest, public
from liangxi.portals.citizen.counter import counter
from liangxi.portals.citizen.templatetags.citizen import as_query
from liangxi.portals.fragments import wanted_part
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import Guide, Law, Matter


@dataclass(frozen=True, slots=True)
class Situation:
    """A guide, and which answers were refused, by question."""

    guide: Guide
    errors: Mapping[str, str]


@public
@require_safe
def thing(request: VisitorRequest, package: str) -> HttpResponse:
    """One question after the other, and at every moment what the answers lead to.

    The answers stand in the address, so that a situation can be sent to somebody or printed.
    """
    found = _situation(request, package)
    template = "citizen/guide.html" if wanted_part(request) == "guide" else "citizen/thing.html"
    return render(request, template, context_of(found), status=422 if found.errors else 200)


@public
@require_safe
def sheet(request: VisitorRequest, package: str) -> HttpResponse:
    """The same on one sheet of paper: situation, materials to tick off, where to go, a code that leads back here."""
    found = _situation(request, package)
    address = reverse("citizen:thing", args=[package])
    if query := as_query(found.guide.answers):
        address += f"?{query}"
    context = {"back": address, "qr": _qr(f"{settings.CONFIG.public_url}{address}"), "today": time.today()}
    return render(request, "citizen/sheet.html", context_of(found) | context, status=422 if found.errors else 200)


def _situation(request: VisitorRequest, package: str) -> Situation:
    given = {key: value for key, value in request.GET.items() if key != "csrfmiddlewaretoken"}
    try:
        return Situation(onething.guide(package=package, answers=given), {})
    except InvalidError as error:
        sound = {key: value for key, value in given.items() if key not in error.fields}
        return Situation(onething.guide(package=package, answers=sound), dict(error.fields))


def context_of(found: Situation) -> dict[str, Any]:
    """What the pages of a guide show."""
    guide = found.guide
    matters = [item.matter for item in guide.items] or [item.matter for item in guide.package.items]
    codes = dict.fromkeys((guide.package.lead, guide.package.accept_org, guide.package.hand_out_org, *_orgs(matters)))
    known: dict[str, Organisation] = {code: people.organisation(code=code) for code in codes}
    return {
        "guide": guide,
        "address": reverse("citizen:thing", args=[guide.package.id]),
        "begin": reverse("citizen:begin", args=[guide.package.id]),
        "errors": found.errors,
        "departments": [known[code] for code in guide.departments],
        "organisations": known,
        "matters": matters,
        "laws": _laws(matters),
        "counter": counter(),
    }


def _orgs(matters: list[Matter]) -> list[str]:
    return [matter.org for matter in matters]


def _laws(matters: list[Matter]) -> list[Law]:
    """Every article that the matters rest on, once."""
    return list({(law.name, law.article): law for matter in matters for law in matter.law}.values())


def _qr(address: str) -> SafeString:
    return mark_safe(segno.make(address, error="m", micro=False).svg_inline(border=0, omitsize=True))  # noqa: S308 drawn here
