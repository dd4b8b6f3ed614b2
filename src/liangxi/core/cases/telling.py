"""What other rooms and open pages hear of a change."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from liangxi.core.cases import events
from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Event, Node, State
from liangxi.core.cases.wording import DEEDS


def said(kind: str) -> str:
    """The kind of an event in words of the page's language."""
    return gettext(DEEDS[kind])


def facts(plan: Plan, state: State, happened: list[Event], at: datetime) -> Iterator[object]:
    """The public events of what happened."""
    for event in happened:
        fact = _fact(plan, state, event, at)
        if fact is not None:
            yield fact


def topics(plan: Plan, state: State, happened: list[Event]) -> list[str]:
    """The topics of the pages that show what changed: the case, and the inboxes of its open and closed tasks."""
    changed = {event.case_no for event in happened}
    nodes = [node for node in (state.root, *state.items) if node.no in changed]
    orgs = {node.org for node in nodes} | {seat.org for node in nodes for seat in node.seats}
    if any(event.kind in ("ready", "handed_out") for event in happened):
        orgs.add(plan.hand_out_org)
    if any(event.kind in ("flagged", "supervised", "extension_asked") for event in happened):
        orgs.add(plan.paths[plan.accept_org].strip("/").split("/")[0])
    return [f"case:{state.root.no}", f"person:{state.person}", *(f"inbox:{org}" for org in sorted(orgs))]


def _fact(plan: Plan, state: State, event: Event, at: datetime) -> object | None:
    root, node = state.root, state.node(event.case_no)
    assert node is not None
    who: dict[str, Any] = {"applicant_person": state.person, "applicant_firm": state.firm, "at": at}
    of_root: dict[str, Any] = {"case_no": root.no, "plan_id": plan.id, **who}
    of_node: dict[str, Any] = {"case_no": node.no, "parent_no": root.no, "item": node.item, "org": node.org, **who}
    data = event.data
    if event.kind in _COURSE:
        return _of_course(state, node, event, of_node)
    told: dict[str, Callable[[], object]] = {
        "opened": lambda: _submitted(plan, state, of_root),
        "accepted": lambda: events.CaseAccepted(deemed=data.get("deemed", False), due=root.clock.due, **of_root),
        "refused": lambda: events.CaseRefused(**data, **of_root),
        "supplement_requested": lambda: events.SupplementRequested(
            fields=tuple(data["fields"]), materials=tuple(data["materials"]), note=data["note"], **of_node
        ),
        "supplement_answered": lambda: events.SupplementAnswered(**of_node),
        "decided": lambda: events.MatterDecided(
            plan_id=plan.id,
            plan_hash=plan.hash,
            outcome=data["outcome"],
            result=node.result,
            reason=data["reason"],
            applicant_name=state.name,
            **of_node,
        ),
        "gap_filled": lambda: events.GapFilled(case_no=root.no, **who),
        "ready": lambda: events.CaseReadyForHandOut(outcome=data["outcome"], **of_root),
        "handed_out": lambda: events.CaseClosed(outcome=root.outcome or "", **of_root),
        "withdrawn": lambda: events.CaseWithdrawn(**of_root),
        "rated": lambda: events.CaseRated(
            case_no=root.no,
            plan_id=plan.id,
            applicant_person=state.person,
            at=at,
            **data | {"tags": tuple(data["tags"])},
        ),
    }
    return told[event.kind]() if event.kind in told else None


_COURSE = (
    "transferred",
    "suspended",
    "resumed",
    "extended",
    "terminated",
    "corrected",
    "revoked",
    "reopened",
    "commitment_checked",
    "flagged",
    "supervised",
)


def _of_course(state: State, node: Node, event: Event, of_node: dict[str, Any]) -> object | None:
    """The public event of what bent the course of a case; None for what stays among staff."""
    data = event.data
    why = {"reason": data.get("reason", "")}
    where = {name: of_node[name] for name in ("case_no", "parent_no", "item", "org", "at")}
    ground = why | {"reason_code": data.get("reason_code", "")}
    told: dict[str, Callable[[], object | None]] = {
        "transferred": lambda: events.MatterTransferred(**of_node, **why) if "org" in data["to"] else None,
        "suspended": lambda: events.SpecialProcedureOpened(procedure=data["kind"], days=data["days"], **why, **of_node),
        "resumed": lambda: events.SpecialProcedureEnded(finding=data["finding"], **of_node),
        "extended": lambda: events.LimitExtended(days=data["days"], due=node.clock.due, **why, **of_node),
        "terminated": lambda: events.MatterTerminated(**ground, **of_node),
        "corrected": lambda: events.CaseCorrected(fields=tuple(data["fields"]), **why, **of_node),
        "revoked": lambda: events.DecisionRevoked(certificate=node.certificate, **ground, **of_node),
        "reopened": lambda: events.MatterReopened(**why, **of_node),
        "commitment_checked": lambda: (
            events.CommitmentRejected(**why, **of_node) if data["outcome"] == "broken" else None
        ),
        "flagged": lambda: events.SupervisionRaised(
            trigger=data["trigger"],
            detail=data["detail"],
            **where,
        ),
        "supervised": lambda: events.SupervisionAnswered(
            trigger=next(flag.trigger for flag in state.flags if flag.n == data["flag"]),
            finding=data["finding"],
            text=data["text"],
            **where,
        ),
    }
    return told[event.kind]()


def _submitted(plan: Plan, state: State, of_root: dict[str, Any]) -> events.CaseSubmitted:
    return events.CaseSubmitted(
        plan_hash=plan.hash,
        subject=state.subject,
        items=tuple(item.item for item in state.items),
        applicant_name=state.name,
        **of_root,
    )
