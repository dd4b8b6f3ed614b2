"""Cases and their tasks, for departments' systems and for the programs of those who apply."""

from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Literal

from django.http import FileResponse, HttpResponse
from ninja import Body, Query, Router
from pydantic import Field

from liangxi.core.cases import face as engine
from liangxi.core.cases.shapes import CasePage, CaseView, InboxPage, Outcome
from liangxi.core.files import face as files
from liangxi.core.files.shapes import StoredFile
from liangxi.gateways.rest.access import ApiKey, Caller
from liangxi.gateways.rest.bodies import Corrections, Following, uploads_of
from liangxi.gateways.rest.commands import Command, body_of
from liangxi.gateways.rest.headers import Id, IdempotencyKey, IfMatch, PageQuery, judged, next_page, seen, tag
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, NotFoundError
from liangxi.systems.onething import face as onething

router = Router()
_DESK = ("case.accept", "case.decide", "case.handout", "case.lead", "case.supervise")
Words = Annotated[str, Field(max_length=100, description="The beginning of a number, or a name.")]


class TaskFilter(PageQuery):
    """Which tasks."""

    light: Literal["green", "yellow", "red"] | None = None
    kind: Literal["accept", "decide", "hand_out", "resume", "extension", "post_check", "supervise", "read"] | None = (
        None
    )
    mine: Annotated[bool, Field(description="Only what lies with the key's owner himself.")] = False
    q: Words = ""


class CaseFilter(PageQuery):
    """Which cases."""

    q: Words = ""
    state: Annotated[str, Field(max_length=40)] = ""
    org: Annotated[str, Field(max_length=60, description="Code of an organisation that works on it.")] = ""


@router.get("/tasks", auth=ApiKey("read", *_DESK), response=InboxPage, tags=["tasks"])
def tasks(request: Caller, response: HttpResponse, wanted: Query[TaskFilter]) -> InboxPage:
    """What waits for the posts of the key's owner, the most urgent first; `next` is the following page's address."""
    page = engine.inbox(
        by=request.auth,
        light=wanted.light,
        kind=wanted.kind,
        mine=wanted.mine,
        query=wanted.q,
        after=wanted.after,
        limit=wanted.limit,
    )
    return replace(page, next=next_page(request, response, page.next))


@router.get("/cases", auth=ApiKey("read", "case.read"), response=CasePage, tags=["cases"])
def cases(request: Caller, response: HttpResponse, wanted: Query[CaseFilter]) -> CasePage:
    """Cases of the organisations in the scope of the key's owner, the newest first."""
    page = engine.find_cases(
        by=request.auth, query=wanted.q, state=wanted.state, org=wanted.org, after=wanted.after, limit=wanted.limit
    )
    return replace(page, next=next_page(request, response, page.next))


@router.get("/cases/{no}", auth=ApiKey("read"), response=CaseView, tags=["cases"])
def case(request: Caller, response: HttpResponse, no: Id) -> CaseView:
    """A case or one of its matters, as its reader may see it; the ETag is its version.

    `actions` are the commands that are possible now for the key's owner. The look is on record.
    """
    view = engine.case(by=request.auth, no=no)
    tag(response, view.version)
    return view


@router.get("/cases/{no}/materials/{material}", auth=ApiKey("read"), response=bytes, tags=["cases"])
def material(request: Caller, no: Id, material: Id) -> FileResponse:
    """The file of an uploaded material, as it was handed in. The look is on record."""
    kept, owner = file_of(request.auth, engine.case(by=request.auth, no=no), material)
    stored, chunks = files.open_file(by=request.auth.with_purpose(f"case:{no}"), id=kept.id, owner=owner)
    response = FileResponse(chunks, content_type=stored.media_type, as_attachment=True, filename=stored.name)
    response["Content-Length"] = str(stored.size)
    response["Cache-Control"] = "private, no-store"
    return response


def file_of(by: Actor, view: CaseView, material: str) -> tuple[StoredFile, str]:
    """The file of a material, and the case or matter to which it was handed in. NotFoundError.

    Corrections hang on the matter that asked for them.
    """
    given = next((one.ref for one in view.materials if one.key == material and one.how == "upload"), "")
    for no in filter(None, (view.no, view.parent_no, *(one.no for one in view.items)) if given else ()):
        with suppress(NotFoundError):
            return files.file(by=by, id=given, owner=f"case:{no}"), f"case:{no}"
    raise NotFoundError("rest.material", "This case has no such file.")


@router.post("/cases/{no}/commands", auth=ApiKey("write"), response=Outcome, tags=["cases"])
def command(
    request: Caller,
    response: HttpResponse,
    no: Id,
    command: Annotated[Command, Body()],
    key: IdempotencyKey,
    if_match: IfMatch = None,
) -> Outcome:
    """Do something with a case or a matter: at most once for a key, and only on what was seen."""
    expected = seen(if_match)
    try:
        done = engine.command(
            by=request.auth,
            case=no,
            action=command.action,
            key=key,
            expected_version=expected,
            body=body_of(command),
        )
    except ConflictError as refused:
        raise judged(refused, expected) from refused
    tag(response, done.version)
    return done


@router.post("/cases/{no}/corrections", auth=ApiKey("write", "case.own"), response=Outcome, tags=["cases"])
def correct(
    request: Caller,
    response: HttpResponse,
    no: Id,
    body: Corrections,
    key: IdempotencyKey,
    if_match: IfMatch = None,
) -> Outcome:
    """Give everything that a case of one's own waits for, checked like the first answers."""
    expected = seen(if_match)
    try:
        done = onething.answer_supplement(
            by=request.auth,
            case=no,
            values=body.values,
            uploads=uploads_of(body.files),
            key=key,
            expected_version=expected,
        )
    except ConflictError as refused:
        raise judged(refused, expected) from refused
    tag(response, done.version)
    return done


@router.post("/cases/{no}/following", auth=ApiKey("write", "case.own"), response=Outcome, tags=["cases"])
def follow(request: Caller, response: HttpResponse, no: Id, body: Following, key: IdempotencyKey) -> Outcome:
    """Add materials that were to follow the acceptance of a case of one's own."""
    done = onething.fill_gap(by=request.auth, case=no, uploads=uploads_of(body.files), key=key)
    tag(response, done.version)
    return done
