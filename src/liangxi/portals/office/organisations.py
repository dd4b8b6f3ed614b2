"""The one tree of organisations as it stood on a day, by place (块) and with the line (条) of each."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from liangxi.core.people import face as people
from liangxi.core.people.shapes import Organisation
from liangxi.kit import time
from liangxi.kit.errors import InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.office.fields import day
from liangxi.portals.words import in_words


@staff("people.manage", "org.manage", "role.manage", "audit.read")
@require_safe
def tree(request: HouseRequest) -> HttpResponse:
    """All organisations of a day; `query` keeps what it names, with the way down to it; `line` keeps one 条."""
    errors: dict[str, str] = {}
    on = time.today()
    try:
        on = day(request.GET, "on") or on
    except InvalidError as refused:
        errors = in_words(refused)
    every = people.organisations(on=on)
    query, line = request.GET.get("query", "").strip(), request.GET.get("line", "")
    context: dict[str, Any] = {
        "rows": [_row(one) for one in _kept(every, query, line)],
        "total": len(every),
        "lines": sorted({one.line for one in every if one.line}),
        "asked": {"on": request.GET.get("on", "") if errors else on.isoformat(), "query": query, "line": line},
        "on": on,
        "is_today": on == time.today(),
        "errors": errors,
    }
    return render(request, "office/organisations.html", context, status=422 if errors else 200)


def _kept(every: tuple[Organisation, ...], query: str, line: str) -> list[Organisation]:
    hits = [
        one
        for one in every
        if (not query or any(query.lower() in text.lower() for text in (one.code, *one.name.values())))
        and (not line or one.line == line)
    ]
    if not query and not line:
        return hits
    paths = {hit.path for hit in hits}
    return [one for one in every if any(path.startswith(one.path) for path in paths)]


def _row(one: Organisation) -> dict[str, Any]:
    return {"org": one, "depth": range(one.path.count("/") - 2)}
