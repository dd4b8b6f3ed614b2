"""The cascade: what a department asks of a neighbour becomes a need and a case there; what becomes of it comes back.

Nothing here waits for an event: `reconcile` compares how each ask stands with what the neighbour was told last, and
tells the difference. So a neighbour learns of a suspension, a revocation, an expiry or a withdrawn resource the same
way, also after either node was down.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor, system
from liangxi.kit.errors import ConflictError, ForbiddenError, HouseError, InvalidError, NotFoundError
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import Asked
from liangxi.systems.federation.actions import nodes, telling
from liangxi.systems.federation.models import Api, Ask, Neighbour, ServedAsk
from liangxi.systems.federation.queries import apis
from liangxi.systems.federation.rules import messages
from liangxi.systems.federation.rules import nodes as rules

NEED = ("title", "purpose", "legal_basis", "matter", "frequency")
_HOUSE = system("federation")


def ask(by: Actor, neighbour: str, resource: str, said: Mapping[str, Any], key: str) -> str:
    """Ask a neighbour for a resource; the id. The same key gives the same ask."""
    if by.org is None or by.org_path is None:
        raise ForbiddenError("data.need.post", "A need is made at a post of a department.")
    by.require("data.request", by.org_path)
    node = nodes.row_of(neighbour)
    values = {name: str(said.get(name) or "").strip() for name in NEED}
    faults = {name: "Fill this in." for name, value in values.items() if not value}
    faults |= {} if resource.strip() else {"resource": "Choose a resource."}
    until = said.get("until")
    if not isinstance(until, date) or until <= time.today():
        faults["until"] = "Choose a day after today."
    if node.state != "active":
        faults["neighbour"] = "This node is suspended."
    if faults or not isinstance(until, date):
        raise InvalidError("federation.ask", "The request is not complete.", fields=faults)
    id = UUID(hashlib.sha256(f"{by.account}:{key}".encode()).hexdigest()[:32])
    values |= {"since": time.today().isoformat(), "until": until.isoformat()}
    with transaction.atomic():
        if Ask.objects.filter(pk=id).exists():
            return str(id)
        now = time.now()
        Ask.objects.create(id=id, neighbour=node, org=by.org, org_path=by.org_path, resource=resource.strip(),
                           title=values["title"], said=values, asked_by=by.account, asked_at=now,
                           changed_at=now)  # fmt: skip
        client = messages.member_id(settings.CONFIG.node, by.org)
        name = people.organisation(code=by.org).name["zh"]
        message = {"ask": str(id), "resource": resource.strip(), "client": client, "name": name, **values}
        telling.put(neighbour, "need", message)
        audit.record(by=by, action="node.asked", object=f"ask:{id}", detail={"node": neighbour, "resource": resource})
    return str(id)


def ask_row(by: Actor, id: str) -> Ask:
    """An ask of one's own department; NotFoundError `federation.ask.unknown`."""
    row = Ask.objects.select_related("neighbour").filter(pk=uuid(id)).first()
    if row is None or not (by.may("data.request", row.org_path) or by.may("audit.read", row.org_path)):
        raise NotFoundError("federation.ask.unknown", "There is no such request for you.")
    return row


def issue_key(by: Actor, id: str) -> str:
    """A key with which programs call what was granted, shown this once; it replaces the one before."""
    row = ask_row(by, id)
    by.require("data.request", row.org_path)
    if row.state != "active":
        raise ConflictError("federation.ask.state", "This is not granted, or not any more.")
    secret = f"lxn_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        Ask.objects.filter(pk=row.pk).update(digest=digest(secret), hint=secret[:10])
        audit.record(by=by, action="node.key.issued", object=f"ask:{row.pk}", detail={"node": row.neighbour_id})
    return secret


def holds(row: Ask) -> str:
    """`active`, or why an ask opens nothing."""
    return "expired" if row.state == "active" and row.until is not None and row.until <= time.today() else row.state


def uuid(text: Any) -> UUID:
    """An id as a neighbour says it; one that nothing has when it is none."""
    try:
        return UUID(str(text))
    except ValueError:
        return UUID(int=0)


def digest(secret: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def heard(neighbour: Neighbour, kind: str, said: Mapping[str, Any]) -> None:
    """What a neighbour said, in the transaction that takes its number. What cannot be understood is written down."""
    if kind == "need":
        _serve(neighbour, said)
    elif kind == "state":
        _note(neighbour, said)


def _serve(neighbour: Neighbour, said: Mapping[str, Any]) -> None:
    """A need of a neighbour: a case of this node's, as its organisation here; what is wrong with it is told back."""
    id, resource = uuid(said.get("ask")), str(said.get("resource", ""))
    if ServedAsk.objects.filter(pk=id).exists():
        return
    client = str(said.get("client", ""))
    told = {"state": "sent"}
    row = ServedAsk(pk=id, neighbour=neighbour, resource=resource, client=client[:200], told=told, asked_at=time.now())
    try:
        with transaction.atomic():
            row.need = _need(neighbour, row, said)
    except HouseError as refused:
        row.told = {"ask": str(id), "state": "refused", "reason": _reason(refused)}
        telling.put(neighbour.pk, "state", row.told)
    row.save(force_insert=True)
    detail = {"node": neighbour.pk, "resource": resource, "client": client, "need": row.need}
    audit.record(by=_HOUSE, action="node.ask.heard", object=f"ask:{id}", detail=detail)


def _need(neighbour: Neighbour, row: ServedAsk, said: Mapping[str, Any]) -> str:
    if not neighbour.org:
        raise ForbiddenError("federation.node.org", "The administrator has not said as whom this node asks.")
    if not row.client.startswith(f"{neighbour.pk}/{messages.MEMBER_CLASS}/"):
        raise ForbiddenError("federation.client", "A node asks for its own departments only.")
    path = apis.path_of(neighbour.org)
    account, name = f"node:{neighbour.pk}", f"{neighbour.title} {said.get('name', '')}".strip()[:200]
    by = Actor(kind="system", account=account, name=name, org=neighbour.org, org_path=path)
    fields = data.resource(by=_HOUSE, id=row.resource).definition.fields
    asked = Asked(resource=row.resource, columns=tuple(one.name for one in fields))
    need = {name: str(said.get(name, ""))[:2000] for name in NEED}
    return data.open_need(
        by=by, asked=[asked], key=str(row.pk), since=_day(said.get("since")), until=_day(said.get("until")), **need
    )


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise InvalidError("federation.ask", "The request is not complete.", fields={"until": "A day."}) from error


def _reason(refused: HouseError) -> str:
    return "; ".join([refused.sentence(str), *(f"{name}: {why}" for name, why in refused.fields.items())])[:500]


def _note(neighbour: Neighbour, said: Mapping[str, Any]) -> None:
    """How an ask of ours stands at the neighbour."""
    row = Ask.objects.select_for_update().filter(pk=uuid(said.get("ask")), neighbour=neighbour).first()
    if row is None:
        return
    row.state = str(said.get("state", ""))[:40]
    row.case_no, row.reason = str(said.get("case_no", ""))[:40], str(said.get("reason", ""))[:500]
    row.quota = int(said.get("quota") or 0)
    row.until = _day(said["until"]) if said.get("until") else None
    row.paths = [str(path)[:500] for path in said.get("paths") or []][:50]
    row.changed_at = time.now()
    row.save()
    audit.record(by=_HOUSE, action="node.ask.told", object=f"ask:{row.pk}", detail={"state": row.state})


def reconcile() -> int:
    """Tell neighbours how what they asked for stands, where that changed; how many. Called by workers."""
    told = 0
    for row in ServedAsk.objects.exclude(need="").exclude(told__state__in=rules.FINAL).order_by("pk"):
        with transaction.atomic():
            locked = ServedAsk.objects.select_for_update().get(pk=row.pk)
            now = standing(locked)
            if now != locked.told:
                locked.told = now
                locked.save(update_fields=["told", "grant"])
                telling.put(locked.neighbour_id, "state", now)
                told += 1
    return told


def standing(row: ServedAsk) -> dict[str, Any]:
    """How an ask stands here, as its neighbour is told."""
    need = data.need(by=_HOUSE, id=row.need)
    line = need.requests[0]
    said: dict[str, Any] = {"ask": str(row.pk), "case_no": need.case_no, "state": "open", "reason": ""}
    if need.state in ("refused", "withdrawn"):
        return said | {"state": "refused", "reason": need.note}
    if line.state in ("refused", "closed"):
        return said | {"state": "refused", "reason": f"{line.reason} {line.basis}".strip()}
    if line.grant is None:
        return said
    row.grant = line.grant
    grant = data.grant(by=_HOUSE, id=line.grant)
    api = Api.objects.filter(resource=row.resource).first()
    state, reason = grant.state, grant.reason
    if state == "active" and api is not None and api.relay:
        state, reason = _upstream(api.relay)
    paths = list(apis.api(None, api).paths) if api is not None and api.state == "open" else []
    return said | {"state": state, "reason": reason, "quota": grant.quota, "until": grant.until.isoformat(),
                   "paths": paths}  # fmt: skip


def _upstream(relay: str) -> tuple[str, str]:
    """How the ask stands on which an API of this node relies, when it hands on what another node grants."""
    row = Ask.objects.filter(pk=relay).first()
    return (row.state, row.reason) if row is not None else ("revoked", "")
