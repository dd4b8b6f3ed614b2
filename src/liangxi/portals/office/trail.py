"""The audit trail: filtered, the looks at one person, the last checkpoint, and its proof from the page."""

import queue
import threading
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from liangxi.core.audit import face as audit
from liangxi.core.audit.shapes import Report
from liangxi.kit.actor import Actor
from liangxi.portals.access import HouseRequest, staff

_MARK = "<!-- progress -->"
FILTERS = ("action", "actor", "object", "person")


@staff("audit.read")
@require_safe
def entries(request: HouseRequest) -> HttpResponse:
    """Sealed records, newest first; with `person` the looks at that person's data."""
    by, asked = request.actor, {name: request.GET.get(name, "").strip() for name in FILTERS}
    after, errors = request.GET.get("after", ""), {}
    if after and not after.isdecimal():
        errors["after"] = gettext("This is not the end of a page.")
    context: dict[str, Any] = {"asked": asked, "errors": errors}
    if asked["person"]:
        context["entries"] = audit.reads_of(by=by, person=asked["person"])
    else:
        page = audit.entries_of(
            by=by,
            action=asked["action"] or None,
            actor=asked["actor"] or None,
            object=asked["object"] or None,
            after=int(after) if after.isdecimal() else None,
        )
        context |= {"entries": page.entries, "next": page.next}
    context["size"], context["checkpoint"] = audit.head(by=by)
    return render(request, "office/trail.html", context, status=422 if errors else 200)


@staff("audit.read")
@require_POST
def verification(request: HouseRequest) -> HttpResponseBase:
    """Prove the trail now; the page grows while records are proved."""
    page = render_to_string("office/verification.html", {"mark": _MARK}, request)
    size, _ = audit.head(by=request.actor)
    head, _, foot = page.partition(_MARK)
    told = _told(request.actor, size, translation.get_language() or "zh-hans")
    parts = (part.encode() for part in _around(head, told, foot))
    return StreamingHttpResponse(parts, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


def _around(head: str, told: Iterator[str], foot: str) -> Iterator[str]:
    yield head
    yield from told
    yield foot


def _told(by: Actor, size: int, language: str) -> Iterator[str]:
    """Lines of progress, ten or so in all, then the report; the proof runs beside, in a thread of its own."""
    news: queue.SimpleQueue[int | Report | BaseException] = queue.SimpleQueue()

    def prove() -> None:
        try:
            news.put(audit.verify(by=by, told=news.put))
        except BaseException as error:  # noqa: BLE001 it is raised again where the page is written
            news.put(error)
        finally:
            connection.close()

    threading.Thread(target=prove, name="audit-verification", daemon=True).start()
    step, shown = max(size // 10, 1), 0
    with translation.override(language):
        while True:
            said = news.get()
            if isinstance(said, BaseException):
                raise said
            if isinstance(said, Report):
                yield render_to_string("office/parts/report.html", {"report": said})
                return
            if said >= shown + step:
                shown = said
                yield render_to_string("office/parts/proved.html", {"done": said, "size": max(size, said)})
