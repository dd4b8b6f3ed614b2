"""One call of a department's own API: opened, written down before it is asked, completed before it is answered.

Three short transactions, none of which is open while the provider thinks. What is written in the second is a count
against the quota, a line of the message log and a record on the sealed trail; what is written in the third completes
both. A process that dies between them leaves a line that `settle` marks as broken.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.kit import ids, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import (
    ConflictError,
    ForbiddenError,
    HouseError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import Grant
from liangxi.systems.federation.actions import asking, nodes
from liangxi.systems.federation.actions.apis import seal
from liangxi.systems.federation.models import Api, Ask, Exchange, ServedAsk
from liangxi.systems.federation.queries import exchanges as queries
from liangxi.systems.federation.rules import apis as rules
from liangxi.systems.federation.rules import messages
from liangxi.systems.federation.rules import nodes as laws
from liangxi.systems.federation.shapes import ApiDefinition, Begun, Body, Call, Opened, Service

ELSEWHERE = 130.0  # seconds until another node must have answered, which waits for its provider
GRACE = timedelta(seconds=60)  # beyond the provider's time, before an open exchange counts as broken
HOUSE = Actor(kind="system", account="system:exchange", name="exchange")
_LONGEST = 200  # characters of what a caller says of himself
_log = structlog.get_logger()


def open_call(call: Call) -> Opened:
    """What a call opens, judged by its key and grant as they stand now. Nothing is counted yet."""
    if call.token:
        return _opened_for_node(call)
    if call.service[0] != settings.CONFIG.node:
        return _opened_elsewhere(call)
    row, service = _service(call)
    grant = data.open_grant(secret=call.secret, resource=row.resource)
    _require_client(call, messages.member_id(settings.CONFIG.node, grant.org))
    return opened(call, row, service, grant)


def _opened_for_node(call: Call) -> Opened:
    """What a neighbour opens by its signature, under the grant of what it asked for."""
    neighbour, claims = nodes.believed(call.token, call.method, call.path, None)
    asked = ServedAsk.objects.filter(pk=asking.uuid(claims.get("ask")), neighbour=neighbour).first()
    row, service = _service(call)
    if asked is None or asked.resource != row.resource or not asked.grant:
        raise ForbiddenError("data.key.grant", "This key opens no grant on this resource.")
    _require_client(call, f"{neighbour.pk}/{messages.MEMBER_CLASS}", is_whole=False)
    grant = data.grant(by=HOUSE, id=asked.grant)
    _require_active(grant.state)
    return replace(opened(call, row, service, grant), claims=claims, **_asker(row, neighbour.pk))


def _asker(row: Api, neighbour: str) -> dict[str, Any]:
    return {} if row.relay else {"node": neighbour}


def _opened_elsewhere(call: Call) -> Opened:
    """What an ask opens at the neighbour that granted it."""
    row = Ask.objects.select_related("neighbour").exclude(digest="").filter(digest=asking.digest(call.secret)).first()
    if row is None:
        raise UnauthenticatedError("data.key.unknown", "This key holds no more, or never did.")
    path = messages.ROOT + "/".join(call.service)
    if row.neighbour_id != call.service[0] or path not in row.paths:
        raise NotFoundError("federation.service.unknown", "There is no such service at this node.")
    _require_ask(row)
    _require_client(call, messages.member_id(settings.CONFIG.node, row.org))
    return Opened(
        api=f"{row.neighbour_id}/{call.service[3]}", service="/".join(call.service),
        url=f"{row.neighbour.address}{path}{call.target}", headers=(), timeout=ELSEWHERE, concurrency=32,
        most_asked=32 * rules.MEGABYTE, most_answered=256 * rules.MEGABYTE, keeps=0, grant=str(row.pk), org=row.org,
        purpose=row.said["purpose"], client=call.client, node=row.neighbour_id, ask=str(row.pk),
    )  # fmt: skip


def _require_ask(row: Ask) -> None:
    """An ask opens what it was granted while the neighbour says so, and is believed."""
    _require_active(asking.holds(row) if row.neighbour.state == "active" else "suspended")


def _require_active(state: str) -> None:
    if state != "active":
        raise ForbiddenError(f"data.grant.{state}", "This grant does not hold: %(state)s.", {"state": state})


def _service(call: Call) -> tuple[Api, Service]:
    node, kind, member, subsystem, code = call.service
    row = Api.objects.filter(pk=subsystem, org=member).first()
    if node != settings.CONFIG.node or kind != messages.MEMBER_CLASS or row is None:
        raise NotFoundError("federation.service.unknown", "There is no such service at this node.")
    made = rules.of_json(row.definition)
    service = next((one for one in made.services if one.code == code), None)
    if service is None:
        raise NotFoundError("federation.service.unknown", "There is no such service at this node.")
    if row.state != "open":
        raise ForbiddenError("federation.api.closed", "The provider has not opened this API, or has closed it.")
    if call.method not in service.methods:
        raise InvalidError("federation.method", "This service does not take %(method)s.", {"method": call.method})
    return row, service


def opened(call: Call, row: Api, service: Service, grant: Grant) -> Opened:
    """Where a call goes under a grant; ForbiddenError when the grant narrows what an API cannot narrow."""
    _require_whole(row, grant)
    made = rules.of_json(row.definition)
    relayed = _relayed(row)
    return Opened(
        api=row.pk,
        service="/".join(call.service),
        url=f"{made.address}{service.path}{call.target}",
        headers=_credentials(row, made),
        timeout=made.timeout,
        concurrency=made.concurrency,
        most_asked=made.most_asked,
        most_answered=made.most_answered,
        keeps=made.keeps,
        grant=grant.id,
        org=grant.org,
        purpose=grant.purpose,
        subject=_subject(service, call.target),
        client=messages.member_id(settings.CONFIG.node, relayed.org) if relayed else call.client,
        node=relayed.neighbour_id if relayed else "",
        ask=str(relayed.pk) if relayed else "",
    )


def _relayed(row: Api) -> Ask | None:
    """The ask on which an API relies that hands on what another node gives; it must hold there as well."""
    if not row.relay:
        return None
    asked = Ask.objects.select_related("neighbour").get(pk=row.relay)
    _require_ask(asked)
    return asked


def _require_whole(row: Api, grant: Grant) -> None:
    """An API answers as it likes: it is opened only by a grant of all columns of its resource, unmasked, all rows."""
    terms = grant.terms
    fields = {one.name for one in data.resource(by=HOUSE, id=row.resource).definition.fields}
    if terms.get("masks") or terms.get("rows") or terms.get("minimum_group") or fields - set(terms["columns"]):
        says = "This grant hides columns or rows, to which an API of the provider cannot be held."
        raise ForbiddenError("federation.terms", says)


def _require_client(call: Call, own: str, *, is_whole: bool = True) -> None:
    if not (is_whole and call.client == own) and not call.client.startswith(f"{own}/"):
        says = "X-Road-Client must name the department of the key: %(own)s."
        raise InvalidError("federation.client", says, {"own": own}, fields={"X-Road-Client": "Not your department."})
    for name, text in (("X-Road-Client", call.client), ("X-Road-Id", call.id), ("X-Road-UserId", call.user),
                       ("X-Road-Issue", call.issue)):  # fmt: skip
        if len(text) > _LONGEST or not text.isprintable():
            says = "Up to 200 printable characters."
            raise InvalidError("federation.header", "A header cannot be taken.", fields={name: says})


def _credentials(row: Api, made: ApiDefinition) -> tuple[tuple[str, str], ...]:
    secret = seal().opened(row.secret, row.pk)
    if secret is None:
        raise ConflictError("federation.secret", "The secret of this API cannot be opened; its steward enters it anew.")
    return ((made.header.lower(), f"{made.prefix}{secret}"),) if secret else ()


def _subject(service: Service, target: str) -> str:
    """The citizen id that a service is asked about, where its definition says where that stands."""
    if not service.subject:
        return ""
    return parse_qs(target.partition("?")[2]).get(service.subject, [""])[0]


def begin(call: Call, found: Opened, asked: Body) -> Begun:
    """Count the call and write it down, durable on return. QuotaError; ForbiddenError; ReplayError."""
    id = ids.new_id()
    now = time.now()
    hashed = messages.message_hash(asked.head, asked.digest, asked.size)
    kept_until = now + timedelta(days=found.keeps) if found.keeps else None
    with transaction.atomic():
        if found.claims is not None:
            nodes.same_body(found.claims, asked.digest)
            nodes.take_once(str(found.claims["iss"]), found.claims)
        if not _is_elsewhere(call):  # there it is counted
            data.note_usage(grant=found.grant)
        Exchange.objects.create(
            id=id, at=now, request_id=call.id, api=found.api, service=found.service, method=call.method,
            client=call.client, org=found.org, user=call.user, issue=call.issue, grant=found.grant,
            node=found.node, purpose=found.purpose, request_hash=hashed,
            due_at=now + timedelta(seconds=found.timeout) + GRACE,
            request_bytes=asked.size, kept_until=kept_until,
        )  # fmt: skip
        detail = {"service": found.service, "method": call.method, "client": call.client, "grant": found.grant,
                  "org": found.org, "node": found.node, "id": call.id, "hash": hashed, "bytes": asked.size}  # fmt: skip
        _record("exchange.asked", id, found.purpose, detail, {"user": call.user} if call.user else {})
        _note_subject(found)
    return Begun(str(id), _let_in(call, found, asked))


def _is_elsewhere(call: Call) -> bool:
    return call.service[0] != settings.CONFIG.node


def _let_in(call: Call, found: Opened, asked: Body) -> tuple[tuple[str, str], ...]:
    """The provider's own key, or our signature when the provider is a node."""
    if not found.ask:
        return found.headers
    target = urlunsplit(("", "", *urlsplit(found.url)[2:4], ""))
    return ((laws.HEADER, nodes.signed(found.node, call.method, target, asked.digest, ask=found.ask)),)


def _note_subject(found: Opened) -> None:
    """The person who is asked about sees under “我的” who asked, why and by which grant."""
    known = people.ids_of(citizen_ids=[found.subject]) if found.subject else {}
    if known:
        data.record_reading(by=HOUSE, grant=found.grant, subjects=list(known.values()), fields=[found.service])


def end(call: Call, found: Opened, id: str, status: int, answered: Body) -> str:
    """Complete an exchange, durable on return, before its answer is passed on; the hash of the answer.

    ForbiddenError when the grant ended meanwhile: the answer is withheld, and that is what is written.
    """
    hashed = messages.message_hash(answered.head, answered.digest, answered.size)
    refused = _ended_meanwhile(call, found)
    state = "withheld" if refused else "answered"
    error = refused.code if refused else ""
    _complete(id, state=state, status=status, answer_hash=hashed, answer_bytes=answered.size, error=error)
    if refused:
        raise refused
    return hashed


def _ended_meanwhile(call: Call, found: Opened) -> HouseError | None:
    try:
        open_call(call)
    except HouseError as refused:
        return refused
    return None


def fail(id: str, error: HouseError) -> None:
    """Complete an exchange to which the provider gave no answer."""
    _complete(id, state="failed", error=error.code)


def _complete(id: str, **said: Any) -> None:
    with transaction.atomic():
        row = Exchange.objects.select_for_update().filter(pk=id, state="asked").first()
        if row is None:  # it took so long that it counts as broken
            raise ConflictError("federation.late", "The answer came too late and is not passed on.")
        for name, value in said.items():
            setattr(row, name, value)
        row.ended_at = time.now()
        row.save()
        detail = {"state": row.state, "status": row.status, "hash": row.answer_hash, "bytes": row.answer_bytes,
                  "error": row.error}  # fmt: skip
        _record("exchange.answered", row.pk, row.purpose, detail, {})


def _record(action: str, id: UUID, purpose: str, detail: dict[str, Any], personal: dict[str, str]) -> None:
    object = f"exchange:{id}"
    audit.record(by=HOUSE, action=action, object=object, purpose=purpose, detail=detail, personal=personal)


def settle(limit: int) -> int:
    """Mark exchanges as broken whose process died; how many. Called by workers."""
    due = list(Exchange.objects.filter(state="asked", due_at__lt=time.now()).values_list("pk", flat=True)[:limit])
    for id in due:
        try:
            _complete(str(id), state="broken", error="federation.broken")
        except ConflictError:
            continue
        _log.warning("federation.exchange.broken", exchange=str(id))
    return len(due)


def forget(limit: int) -> int:
    """Remove whole messages that are older than their provider wants them kept; how many. Their hashes stay."""
    due = list(Exchange.objects.filter(kept_until__lt=time.now()).values_list("pk", flat=True)[:limit])
    for id in due:
        for side in ("request", "answer"):
            queries.file_of(str(id), side).unlink(missing_ok=True)
    Exchange.objects.filter(pk__in=due).update(kept_until=None)
    return len(due)
