"""汇聚: sources with their next run, deliveries with their progress, reports of bad rows, files handed in."""

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from liangxi.kit.errors import HouseError, InvalidError
from liangxi.portals.access import HouseRequest, live_url, staff
from liangxi.portals.fragments import wanted_part
from liangxi.portals.office import connector_wording as words
from liangxi.portals.words import in_words, sentence
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import ResourceCard
from liangxi.systems.data.shapes.connectors import Run, Source

SETTINGS = {
    "upload": (),
    "folder": ("folder", "pattern"),
    "sftp": ("host", "port", "user", "folder", "pattern", "host_key"),
    "postgresql": ("host", "port", "database", "user", "table", "key", "cursor", "overlap", "tls"),
    "mysql": ("host", "port", "database", "user", "table", "key", "cursor", "overlap", "tls"),
    "http": ("url", "records", "paging", "parameter", "size_parameter", "size", "first", "next", "header", "prefix"),
}
PLAIN = ("id", "resource", "kind", "mode", "schedule", "threshold", "shrink")
LARGEST = 2 * 1024**3


@staff("data.manage")
@require_safe
def board(request: HouseRequest) -> HttpResponse:
    """The sources of one's department, the last deliveries, and the place to drop a file."""
    return _board(request, {})


def _board(request: HouseRequest, errors: dict[str, str]) -> HttpResponse:
    by = request.actor
    sources = data.sources_of(by=by)
    runs = data.runs_of(by=by, limit=30)
    titles = {one.definition.resource: one.resource_title for one in sources}
    context = {
        "sources": sources,
        "runs": [_shown(run) for run in runs],
        "titles": titles,
        "resources": _own(request),
        "errors": errors,
        "chosen": request.POST.get("resource", request.GET.get("resource", "")),
        "failing": sum(one.last is not None and one.last.state in ("failed", "refused") for one in sources),
        "open": sum(run.is_open for run in runs),
        "largest": LARGEST,
    }
    return render(request, "office/data/sources.html", context, status=422 if errors else 200)


def _own(request: HouseRequest) -> list[ResourceCard]:
    return [card for card in data.own_resources(by=request.actor) if card.state == "published"]


def _shown(run: Run) -> dict[str, Any]:
    """A run with its words."""
    return {
        "run": run,
        "progress": words.progress(run),
        "phase": words.phases().get(run.phase, ""),
        "error": sentence(HouseError(run.source, run.error, run.error_params)) if run.error else "",
        "faults": [{"one": one, "reason": words.reason(one.reason)} for one in run.faults],
    }


@staff("data.manage")
@require_POST
def hand_in(request: HouseRequest) -> HttpResponse:
    """A file for a resource; its delivery is followed on a page of its own."""
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise InvalidError("office.file", "Choose a file.", fields={"file": "Choose a file."})
        resource = request.POST.get("resource", "")
        id = data.hand_in(
            by=request.actor,
            resource=resource,
            name=sent.name or "",
            content=sent,
            source=request.POST.get("source", ""),
        )
    except HouseError as refused:
        return _board(request, in_words(refused))
    return redirect("office:data_run", run=id)


@staff("data.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, source: str = "") -> HttpResponse:
    """The form of a source; the kind decides which settings it shows."""
    by = request.actor
    seen = data.source(by=by, id=source) if source else None
    if request.method != "POST":
        kind = request.GET.get("kind", "folder")
        values = _values_of(seen) if seen else _empty(kind if kind in SETTINGS else "folder", request.GET)
        return _form(request, seen, values, {})
    values = {name: str(text).strip() for name, text in request.POST.items()}
    if seen:
        values |= {"id": source, "resource": seen.definition.resource, "kind": seen.definition.kind}
    try:
        secret = request.POST.get("secret") or None
        id = data.save_source(by=by, definition=_definition(values), secret=secret)
    except HouseError as refused:
        return _form(request, seen, values, in_words(refused))
    messages.success(request, gettext("The source is kept."))
    return redirect("office:data_source", source=id)


def _empty(kind: str, asked: QueryDict) -> dict[str, Any]:
    defaults = {"kind": kind, "mode": "replace", "threshold": "0.1", "shrink": "0.5", "title.zh": ""}
    defaults["resource"] = asked.get("resource", "")
    ports = {"sftp": "22", "postgresql": "5432", "mysql": "3306"}
    return defaults | {"settings.port": ports.get(kind, ""), "settings.pattern": "*", "settings.paging": "none"}


def _values_of(seen: Source) -> dict[str, Any]:
    made = seen.definition
    values: dict[str, Any] = {name: getattr(made, name) for name in PLAIN}
    values |= {"title.zh": made.title["zh"], "title.en": made.title.get("en", "")}
    values |= {f"settings.{name}": value for name, value in made.settings.items()}
    values["columns"] = "\n".join(f"{column}={field}" for column, field in made.columns.items())
    values["required"] = ", ".join(made.required)
    codes = made.codes.items()
    values["codes"] = "\n".join(f"{f}={c if isinstance(c, str) else ' '.join(c)}" for f, c in codes)
    return values


def _definition(values: dict[str, Any]) -> dict[str, Any]:
    """The form's texts as a definition: `a=b` lines, codes with blanks or the name of one list."""
    said: dict[str, Any] = {name: values.get(name, "") for name in PLAIN}
    said["title"] = {"zh": values.get("title.zh", ""), "en": values.get("title.en", "")}
    said["columns"] = dict(_pairs(values.get("columns", "")))
    said["required"] = [one.strip() for one in values.get("required", "").replace("，", ",").split(",") if one.strip()]
    codes = dict(_pairs(values.get("codes", "")))
    said["codes"] = {f: c.removeprefix("@") if c.startswith("@") else c.split() for f, c in codes.items()}
    known = SETTINGS.get(str(said["kind"]), ())
    said["settings"] = {name: values.get(f"settings.{name}", "") for name in known}
    return said


def _pairs(text: str) -> list[tuple[str, str]]:
    lines = (line.partition("=") for line in text.splitlines() if line.strip())
    return [(left.strip(), right.strip()) for left, _, right in lines]


def _form(request: HouseRequest, seen: Source | None, values: dict[str, Any], errors: dict[str, str]) -> HttpResponse:
    kind = str(values.get("kind", "folder"))
    said = words.settings()
    rows = [
        {"name": f"settings.{name}", "label": said[name][0], "hint": said[name][1],
         "value": values.get(f"settings.{name}", ""), "error": errors.get(f"settings.{name}", "")}
        for name in SETTINGS.get(kind, ())
    ]  # fmt: skip
    context = {
        "seen": seen,
        "values": values,
        "errors": errors,
        "rows": rows,
        "kind": kind,
        "kinds": words.source_kinds(),
        "modes": words.source_modes(),
        "resources": _own(request),
        "runs": [_shown(run) for run in data.runs_of(by=request.actor, source=seen.definition.id)] if seen else (),
        "needs_secret": kind in ("sftp", "postgresql", "mysql", "http"),
        "needs_schedule": kind != "upload",
        "more": [(path, why) for path, why in errors.items() if path.split(".")[0] in ("columns", "codes")],
    }
    return render(request, "office/data/source.html", context, status=422 if errors else 200)


@staff("data.manage")
@require_POST
def act(request: HouseRequest, source: str) -> HttpResponse:
    """Run a source now, pause it or go on with it."""
    by, deed = request.actor, request.POST.get("deed", "")
    try:
        if deed == "start":
            return redirect("office:data_run", run=data.start_run(by=by, source=source))
        data.pause_source(by=by, id=source, is_active=deed == "resume")
    except HouseError as refused:
        messages.error(request, sentence(refused))
    return redirect("office:data_source", source=source)


@staff("data.manage")
@require_safe
def run(request: HouseRequest, run: str) -> HttpResponse:
    """One delivery: how far it is, live, and what came of it."""
    seen = data.run(by=request.actor, id=str(run))
    context = {
        **_shown(seen),
        "source": data.source(by=request.actor, id=seen.source),
        "live": live_url(f"run:{seen.id}"),
        "steps": [pgettext("delivery", "Received"), gettext("Checked"), gettext("Published")],
        "step": 0 if seen.phase in ("", "fetch") and seen.is_open else 1 if seen.is_open else 3,
        "total": seen.good + seen.bad,
    }
    name = "run_now.html" if wanted_part(request) == "run-now" else "run.html"
    return render(request, f"office/data/{name}", context)


@staff("data.manage")
@require_POST
def act_on_run(request: HouseRequest, run: str) -> HttpResponse:
    """Stop a delivery, or run it again."""
    try:
        if request.POST.get("deed") == "retry":
            return redirect("office:data_run", run=data.retry_run(by=request.actor, id=str(run)))
        data.cancel_run(by=request.actor, id=str(run))
        messages.success(request, gettext("The delivery stops at its next step."))
    except HouseError as refused:
        messages.error(request, sentence(refused))
    return redirect("office:data_run", run=run)


@staff("data.manage")
@require_safe
def report(request: HouseRequest, run: str) -> HttpResponse:
    """The rows that were put aside, as CSV in the reader's language."""
    place = data.report(by=request.actor, run=str(run))
    out = io.StringIO()
    writer = csv.writer(out)
    with place.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        writer.writerow([gettext("Line"), gettext("Field"), gettext("Reason"), gettext("Value")])
        writer.writerows([line, field, words.reason(why), value] for line, field, why, value in rows)
    headers = {
        "Content-Disposition": f'attachment; filename="bad-rows-{run}.csv"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
