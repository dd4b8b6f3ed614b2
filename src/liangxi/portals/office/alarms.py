"""告警: what stands, the gravest first; what one does about it; the rules that raise it, tried before they are on."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.words import in_words, sentence
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import SEVERITIES, AlarmRule

TRIED = timedelta(days=30)  # of history that a rule is tried on
_NUMBERS = ("high", "low", "hysteresis", "hold", "after", "share", "least")


@staff("thing.read")
@require_safe
def listed(request: HouseRequest) -> HttpResponse:
    """The alarms that stand, or those that are over."""
    is_open = request.GET.get("state") != "over"
    page = sensing.alarms(by=request.actor, is_open=is_open, limit=200)
    counts = [(one, page.open[one]) for one in SEVERITIES if one in page.open]
    context = {"page": page, "is_open": is_open, "counts": counts, "total": sum(page.open.values()), "names": _names()}
    return render(request, "office/sensing/alarms.html", context)


@staff("thing.read")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HouseRequest, alarm: UUID) -> HttpResponse:
    """One alarm with its history; a deed by POST."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _do(request, str(alarm))
        except InvalidError as refused:
            errors = in_words(refused)
        except ConflictError as refused:
            messages.error(request, sentence(refused))
            return redirect("office:alarm", alarm=alarm)
        else:
            messages.success(request, gettext("Done."))
            return redirect("office:alarm", alarm=alarm)
    found = sensing.alarm(by=request.actor, id=str(alarm))
    context = {
        "alarm": found,
        "errors": errors,
        "asked": request.POST,
        "names": _names(),
        "may_handle": request.actor.may("alarm.handle") and found.state != "normal",
    }
    return render(request, "office/sensing/alarm.html", context, status=422 if errors else 200)


def _do(request: HouseRequest, alarm: str) -> None:
    deed, note = request.POST.get("deed", ""), request.POST.get("note", "")
    hours = request.POST.get("hours", "")
    until = time.now() + timedelta(hours=int(hours)) if hours.isdecimal() and len(hours) < 5 else None
    sensing.handle_alarm(by=request.actor, id=alarm, deed=deed, note=note, until=until)  # type: ignore[arg-type]


@staff("rule.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HouseRequest) -> HttpResponse:
    """The rules; a new one is tried on the last 30 days, or written."""
    by, errors, trial = request.actor, {}, None
    if request.method == "POST":
        try:
            rule = _rule(request.POST)
            if "try" in request.POST:
                trial = sensing.try_rule(by=by, rule=rule, since=time.now() - TRIED, until=time.now())
            else:
                sensing.put_alarm_rule(by=by, rule=rule)
                messages.success(request, gettext("The rule holds from now on."))
                return redirect("office:alarm_rules")
        except InvalidError as refused:
            errors = in_words(refused)
    profiles = sensing.profiles()
    context: dict[str, Any] = {
        "rules": sensing.alarm_rules(by=by),
        "profiles": profiles,
        "titles": {one.code: one.title for one in profiles},
        "severities": SEVERITIES,
        "organisations": [one for one in people.organisations() if by.may("rule.manage", one.path)],
        "asked": request.POST,
        "errors": errors,
        "trial": trial,
        "names": _names(),
    }
    return render(request, "office/sensing/rules.html", context, status=422 if errors else 200)


@staff("rule.manage")
@require_POST
def switch(request: HouseRequest, rule: str) -> HttpResponse:
    """Switch a rule on or off."""
    sensing.switch_alarm_rule(by=request.actor, id=rule, is_on=request.POST.get("on") == "1")
    return redirect("office:alarm_rules")


def _rule(sent: QueryDict) -> AlarmRule:
    """The rule of a form; InvalidError naming a number that is none."""
    numbers: dict[str, Any] = {}
    for name in _NUMBERS:
        text = sent.get(name, "").strip()
        try:
            numbers |= {name: int(text) if name == "least" else float(text)} if text else {}
        except ValueError as error:
            why = "This is not a number."
            raise InvalidError("office.rule", why, fields={name: why}) from error
    profile, _, name = sent.get("property", "").partition("/")
    texts: dict[str, Any] = {key: sent.get(key, "").strip() for key in ("title", "org", "thing", "kind", "severity")}
    if "share" in numbers:
        numbers["share"] /= 100
    return AlarmRule(profile=profile, property=name, **texts, **numbers)


def _names() -> dict[str, Any]:
    return {one.code: one.name for one in people.organisations()}
