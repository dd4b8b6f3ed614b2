"""供需对接: needs, the bureau's check, the provider's answer, mediation. Every step is a command on a case."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.cases.events import CaseReadyForHandOut
from liangxi.core.cases.shapes import Applicant
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError
from liangxi.systems.data.actions import grants
from liangxi.systems.data.actions.catalogue import invalid
from liangxi.systems.data.events import NeedAnswered
from liangxi.systems.data.models import Need, NeedRequest, Resource
from liangxi.systems.data.queries import sharing as queries
from liangxi.systems.data.queries.sharing import ZONE
from liangxi.systems.data.rules import sharing
from liangxi.systems.data.shapes import Asked

MOST = 20  # resources of one need


def open_need(by: Actor, said: Mapping[str, Any], asked: Sequence[Asked], key: str) -> str:
    """A need becomes a case with an item for each resource; the id. The same key gives the same need."""
    if by.org is None or by.org_path is None:
        raise ForbiddenError("data.need.post", "A need is made at a post of a department.")
    by.require("data.request", by.org_path)
    said = {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}
    faults = sharing.check_need(said, time.today(), queries.rule("longest_grant"))
    listed = _listed(by, asked, faults)
    if faults:
        raise InvalidError("data.need", "The need is not complete.", fields=faults)
    own_key = f"{by.account}:{key}"
    with transaction.atomic():
        standing = Need.objects.filter(key=own_key).first()
        if standing is not None:
            return str(standing.pk)
        plan = cases.register_plan(by=by, definition=_plan(listed))
        case = cases.open_case(
            by=by,
            plan=plan,
            applicant=Applicant(person="", org=by.org, name=people.organisation(code=by.org).name["zh"]),
            subject=said["title"],
            items=[row.pk for row, _ in listed],
            form=_form(said, listed),
            key=key,
        )
        need = Need.objects.create(key=own_key, case_no=case.no, org=by.org, org_path=by.org_path, made_by=by.account,
                                   made_by_name=by.name, made_at=time.now(), **said)  # fmt: skip
        item_nos = {item.item: item.no for item in case.items}
        for row, one in listed:
            NeedRequest.objects.create(need=need, resource=row, version=row.version or 1, item_no=item_nos[row.pk],
                                       org=row.org, org_path=row.org_path, columns=list(one.columns),
                                       rows=dict(one.rows) if one.rows else None)  # fmt: skip
        audit.record(by=by, action="data.need.opened", object=f"need:{need.pk}", detail={"case": case.no})
        if all(_is_at_once(row) for row, _ in listed):
            _accept(ZONE, need, "")
    return str(need.pk)


def _listed(by: Actor, asked: Sequence[Asked], faults: dict[str, str]) -> list[tuple[Resource, Asked]]:
    found = []
    if not 1 <= len(asked) <= MOST or len({one.resource for one in asked}) != len(asked):
        faults["resources"] = "Choose 1 to 20 resources, each once."
        return []
    for n, one in enumerate(asked):
        row = Resource.objects.filter(pk=one.resource, state="published").first()
        if row is None:
            faults[f"resources.{n}"] = "There is no such resource."
        elif row.sharing == "not-shared":
            faults[f"resources.{n}"] = "This resource is not shared."
        elif row.org == by.org:
            faults[f"resources.{n}"] = "This resource is your own."
        else:
            names = list(row.fields.values_list("name", flat=True))
            if wrong := sharing.check_columns(one.columns, names):
                faults[f"resources.{n}.columns"] = wrong
            if one.rows is not None and not sharing.is_predicate(one.rows, set(names)):
                faults[f"resources.{n}.rows"] = "The rows are chosen by conditions on fields of the resource."
            found.append((row, one))
    return found


def _is_at_once(row: Resource) -> bool:
    return row.sharing == "unconditional" and queries.rule("unconditional_days") == 0


def _plan(listed: list[tuple[Resource, Asked]]) -> dict[str, Any]:
    days = {"conditional": queries.rule("conditional_days"), "unconditional": queries.rule("unconditional_days")}
    items = [{"key": row.pk, "title": row.title, "org": row.org, "days": days[row.sharing]} for row, _ in listed]
    return sharing.need_plan(queries.bureau(), items, queries.rule("conformity_days"))


def _form(said: Mapping[str, Any], listed: list[tuple[Resource, Asked]]) -> dict[str, Any]:
    """What the case keeps: the need as it was made."""
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}
    return told | {"resources": {row.pk: list(one.columns) for row, one in listed}}


def check_need(by: Actor, id: str, outcome: str, note: str) -> None:
    """合规性审查: the bureau lets a need go to its providers, or refuses it with the reason."""
    if outcome not in ("conform", "refuse"):
        raise invalid("outcome", "Say whether the need conforms.")
    note = note.strip()
    if outcome == "refuse" and not note:
        raise invalid("note", "Say why it does not conform.")
    with transaction.atomic():
        need = queries.need_row(by, id, lock=True)
        by.require("data.review", need.org_path)
        if by.account == need.made_by:
            raise ForbiddenError("data.need.own", "Nobody checks his own need.")
        if need.state != "checking":
            raise ConflictError("data.need.state", "The need has been checked already.")
        if outcome == "conform":
            _accept(by, need, note)
            return
        body = {"reason": note, "reason_code": sharing.NOT_CONFORMING}
        cases.command(by=by, case=need.case_no, action="refuse", key=f"need:refuse:{need.pk}", body=body)
        _checked(by, need, "refused", note)
        need.requests.update(state="closed")


def _accept(by: Actor, need: Need, note: str) -> None:
    """The providers are asked; what is shared without condition is granted at once."""
    cases.command(by=by, case=need.case_no, action="accept", key=f"need:accept:{need.pk}")
    _checked(by, need, "answering", note)
    need.requests.update(state="asked")
    for request in need.requests.select_related("resource", "need").order_by("pk"):
        if _is_at_once(request.resource):
            terms = {"columns": request.columns, "masks": {}, "rows": request.rows, "minimum_group": 0}
            _grant(ZONE, request, terms, (queries.rule("quota"), need.until))


def _checked(by: Actor, need: Need, state: str, note: str) -> None:
    need.state, need.note, need.checked_by, need.checked_at = state, note[:2000], by.account, time.now()
    need.save()
    audit.record(by=by, action=f"data.need.{state}", object=f"need:{need.pk}", detail={"case": need.case_no})


def withdraw_need(by: Actor, id: str, reason: str) -> None:
    """The consumer takes the need back, before anything was answered."""
    with transaction.atomic():
        need = queries.need_row(by, id, lock=True)
        by.require("data.request", need.org_path)
        cases.command(by=by, case=need.case_no, action="withdraw", key=f"need:withdraw:{need.pk}",
                      body={"reason": reason.strip()})  # fmt: skip
        need.state = "withdrawn"
        need.save()
        need.requests.update(state="closed")


def grant_request(by: Actor, id: str, terms: Mapping[str, Any], quota: int, until: date) -> str:
    """The provider grants: the same or fewer columns, masked, some rows, so many reads a day, until a day."""
    with transaction.atomic():
        row = _open_request(by, id)
        names = list(row.resource.fields.values_list("name", flat=True))
        kept = {"columns": list(terms.get("columns") or []), "masks": dict(terms.get("masks") or {}),
                "rows": terms.get("rows", row.rows), "minimum_group": terms.get("minimum_group", 0)}  # fmt: skip
        faults = sharing.check_terms(kept, names, row.columns)
        if not 1 <= quota <= sharing.MOST_QUOTA:
            faults["quota"] = "Enter how many reads a day, 1 or more."
        if not time.today() < until <= row.need.until:
            faults["until"] = "The grant ends after today and no later than the need."
        if faults:
            raise InvalidError("data.terms", "The terms of the grant need a correction.", fields=faults)
        return _grant(by, row, kept, (quota, until))


def _grant(by: Actor, row: NeedRequest, terms: Mapping[str, Any], limits: tuple[int, date]) -> str:
    _decide(by, row, {"outcome": "approve", "reason": ""})
    _answered(by, row, "granted")
    return grants.give(by, row, terms, limits)


def refuse_request(by: Actor, id: str, reason: str, basis: str) -> None:
    """The provider refuses: with the reason and its basis in law, or not at all."""
    reason, basis = reason.strip(), basis.strip()
    faults = {} if reason else {"reason": "Say why it is refused."}
    if len(basis) < 4:
        faults["basis"] = "Name the law or regulation that demands this, with its article."
    if faults:
        raise InvalidError("data.refusal", "A refusal needs its reason and its basis in law.", fields=faults)
    with transaction.atomic():
        row = _open_request(by, id)
        _decide(by, row, {"outcome": "deny", "reason": reason, "reason_code": sharing.WITHHELD, "ground": basis})
        row.reason, row.basis = reason[:2000], basis[:500]
        _answered(by, row, "refused")


def _open_request(by: Actor, id: str) -> NeedRequest:
    row = queries.request_row(by, id, "data.grant")
    if row.state != "asked":
        raise ConflictError("data.request.state", "This request waits for no answer.")
    if row.resource.state != "published":
        raise ConflictError("data.request.withdrawn", "The resource is in the catalogue no more.")
    return row


def _decide(by: Actor, row: NeedRequest, body: Mapping[str, Any]) -> None:
    cases.command(by=by, case=row.item_no, action="decide", key=f"request:{row.pk}", body=body)


def _answered(by: Actor, row: NeedRequest, state: str) -> None:
    now = time.now()
    row.state, row.answered_by, row.answered_by_name, row.answered_at = state, by.account, by.name, now
    row.save()
    _close_need(row.need)
    audit.record(by=by, action=f"data.request.{state}", object=f"request:{row.pk}", detail={"item": row.item_no})
    events.announce(
        NeedAnswered(
            need=str(row.need_id), request=str(row.pk), resource=row.resource_id, consumer=row.need.org,
            provider=row.org, outcome=state, at=now),
        subject=str(row.need_id),
    )  # fmt: skip


def _close_need(need: Need) -> None:
    if not need.requests.filter(state__in=("checking", "asked", "mediating")).exists():
        Need.objects.filter(pk=need.pk).update(state="answered")


def object_to_refusal(by: Actor, id: str, reason: str) -> str:
    """The consumer asks the bureau to mediate, once; the number of the case."""
    if not reason.strip():
        raise invalid("reason", "Say why the refusal should not stand.")
    with transaction.atomic():
        row = queries.request_row(by, id, "data.request")
        if row.state != "refused" or row.mediation_no:
            raise ConflictError("data.request.state", "Only a refusal is objected to, and once.")
        definition = sharing.mediation_plan(queries.bureau(), row.resource.title, queries.rule("mediation_days"))
        case = cases.open_case(
            by=by,
            plan=cases.register_plan(by=by, definition=definition),
            applicant=Applicant(person="", org=row.need.org, name=people.organisation(code=row.need.org).name["zh"]),
            subject=row.need.title,
            items=["mediation"],
            form={"request": str(row.pk), "reason": reason.strip()},
            key=f"mediation:{row.pk}",
        )
        cases.command(by=ZONE, case=case.no, action="accept", key=f"mediation:accept:{row.pk}")
        row.state, row.objection, row.mediation_no = "mediating", reason.strip()[:2000], case.no
        row.save()
        Need.objects.filter(pk=row.need_id).update(state="answering")
        audit.record(by=by, action="data.request.objected", object=f"request:{row.pk}", detail={"case": case.no})
    return case.no


def mediate(by: Actor, id: str, outcome: str, reason: str) -> None:
    """调处: the bureau lets a refusal stand, or grants what was asked in the provider's place; with its reason."""
    if outcome not in ("grant", "uphold"):
        raise invalid("outcome", "Say whether the refusal stands.")
    if not reason.strip():
        raise invalid("reason", "Say what the decision rests on.")
    with transaction.atomic():
        row = queries.request_row(by, id, "data.review")
        if row.state != "mediating":
            raise ConflictError("data.request.state", "There is nothing to mediate.")
        if by.account in (row.answered_by, row.need.made_by):
            raise ForbiddenError("data.mediation.own", "Nobody mediates in his own cause.")
        item = cases.case(by=ZONE, no=row.mediation_no).items[0]
        body = {"outcome": "approve" if outcome == "grant" else "deny", "reason": reason.strip(),
                "reason_code": "" if outcome == "grant" else sharing.WITHHELD}  # fmt: skip
        cases.command(by=by, case=item.no, action="decide", key=f"mediation:{row.pk}", body=body)
        row.mediation = reason.strip()[:2000]
        row.save()
        _answered(by, row, "granted" if outcome == "grant" else "refused")
        if outcome == "grant":
            terms = {"columns": row.columns, "masks": {}, "rows": row.rows, "minimum_group": 0}
            grants.give(by, row, terms, (queries.rule("quota"), row.need.until))


def close_case(event: CaseReadyForHandOut) -> None:
    """Handler: a case of the data zone hands nothing out; it is closed when its last item has ended."""
    if event.plan_id.startswith("data-"):
        key = f"close:{event.case_no}:{event.at.isoformat()}"
        cases.command(by=ZONE, case=event.case_no, action="hand_out", key=key, body={"how": "online"})
