"""Reviews counted: by department, window, matter and month; every number opens its rows."""

import csv
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from liangxi.core.forms import face as forms
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.errors import InvalidError
from liangxi.portals.access import HouseRequest, staff
from liangxi.portals.words import in_words, indicators, levels
from liangxi.systems.reviews import face as reviews
from liangxi.systems.reviews.shapes import Filter, Review, Tally

DIMENSIONS = ("org", "window", "matter", "month")
SUMMED = ("total", "good", "called", "to_call", "answered_in_time", "ended", "excluded")
NARROW = ("org", "window", "matter", "channel", "level")
MOST_IN_A_FILE = 5000


@staff("case.read")
@require_safe
def counted(request: HouseRequest) -> HttpResponse:
    """One table; the definition of each number stands beside it."""
    by, errors = request.GET.get("by", "org"), dict[str, str]()
    rows: tuple[Tally, ...] = ()
    try:
        rows = reviews.tallies(by=request.actor, wanted=_wanted(request), dimension=by)
    except InvalidError as refused:
        errors = in_words(refused)
    if request.GET.get("format") == "csv" and not errors:
        return _file("reviews-counted.csv", _counted_lines(rows, by))
    names = {one.code: one.name for one in people.organisations()}
    context = {
        "rows": [(row, _label(row, by, names), _opens(row, by)) for row in rows],
        "by": by if by in DIMENSIONS else "org",
        "asked": request.GET,
        "errors": errors,
        "names": names,
        "whole": {name: sum(getattr(row, name) for row in rows) for name in SUMMED},
    }
    return render(request, "office/reviews.html", context, status=422 if errors else 200)


def _wanted(request: HouseRequest) -> Filter:
    said = {name: request.GET.get(name, "").strip()[:80] for name in NARROW}
    return Filter(since=_day(request, "since"), until=_day(request, "until"), **said)


def _day(request: HouseRequest, name: str) -> date | None:
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidError("office.day", "Enter a day.", fields={name: "Enter a day."}) from error


def _label(row: Tally, by: str, names: dict[str, Any]) -> str:
    if by == "org":
        return forms.say(names[row.key]) if row.key in names else row.key
    if by == "matter":
        return forms.say(row.title) if row.title else "—"
    return row.key or "—"


def _opens(row: Tally, by: str) -> dict[str, str]:
    """What a number narrows the rows to."""
    if by != "month":
        return {by: row.key}
    year, month = (int(part) for part in row.key.split("-"))
    following = date(year + month // 12, month % 12 + 1, 1)
    return {"since": date(year, month, 1).isoformat(), "until": following.isoformat()}


def _counted_lines(rows: tuple[Tally, ...], by: str) -> list[list[Any]]:
    head = [by, "total", "stars_5", "stars_4", "stars_3", "stars_2", "stars_1", "excluded", "to_call_back",
            "called_in_1_working_day", "rectifications_ended", "answered_in_15_working_days"]  # fmt: skip
    return [head] + [
        [row.key, row.total, *row.levels, row.excluded, row.to_call, row.called, row.ended, row.answered_in_time]
        for row in rows
    ]


@staff("case.read")
@require_safe
def listed(request: HouseRequest) -> HttpResponse:
    """The reviews behind a number."""
    errors, found = dict[str, str](), None
    is_file = request.GET.get("format") == "csv"
    try:
        found = reviews.reviews(by=request.actor, wanted=_wanted(request), after=request.GET.get("after"),
                                limit=MOST_IN_A_FILE if is_file else 50)  # fmt: skip
    except InvalidError as refused:
        errors = in_words(refused)
    if is_file and found is not None:
        return _file("reviews.csv", _lines(found.rows))
    names = {one.code: one.name for one in people.organisations()}
    context = {"page": found, "asked": request.GET, "errors": errors, "names": names}
    return render(request, "office/review_rows.html", context, status=422 if errors else 200)


def _lines(rows: tuple[Review, ...]) -> list[list[Any]]:
    """Neither names nor words of the reviewer leave the house in a file."""
    words, known = levels(), indicators()
    head = ["review", "day", "channel", "department", "window", "matter", "stars", "level", "indicators", "excluded",
            "rectification", "answered", "verified"]  # fmt: skip
    return [head] + [
        [
            row.id,
            row.at.astimezone(time.CITY).date().isoformat(),
            row.channel,
            row.org,
            row.window,
            row.matter,
            row.stars,
            words[row.stars],
            " ".join(known[row.channel][tag] for tag in row.tags if tag in known[row.channel]),
            "yes" if row.is_excluded else "",
            row.current.case_no if row.current else "",
            row.current.answered_at.isoformat() if row.current and row.current.answered_at else "",
            row.current.verified_at.isoformat() if row.current and row.current.verified_at else "",
        ]
        for row in rows
    ]


def _file(name: str, lines: list[list[Any]]) -> HttpResponse:
    """A table for spreadsheets: UTF-8 with its mark, and no cell that a spreadsheet would take for a formula."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write("\ufeff")
    csv.writer(answer).writerows([[_plain(cell) for cell in line] for line in lines])
    return answer


def _plain(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t" and cell else cell


@staff("case.read")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HouseRequest, review: UUID) -> HttpResponse:
    """One review with its rounds; a supervisor releases its words."""
    if request.method == "POST":
        reviews.release(by=request.actor, review=str(review), text=request.POST.get("text", ""))
        messages.success(request, gettext("Saved."))
        return redirect("office:review", review=review)
    found = reviews.review(by=request.actor, id=str(review))
    context = {
        "review": found,
        "names": {one.code: one.name for one in people.organisations()},
        "may_release": request.actor.may("case.supervise", people.organisation(code=found.org).path),
    }
    return render(request, "office/review.html", context)
