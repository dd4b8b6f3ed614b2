"""What other rooms and open pages hear of a change."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from liangxi.core.cases import events
from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Event, State
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
    orgs = {node.org for node in (state.root, *state.items) if any(e.case_no == node.no for e in happened)}
    if any(event.kind in ("ready", "handed_out") for event in happened):
        orgs.add(plan.hand_out_org)
    return [f"case:{state.root.no}", f"person:{state.person}", *(f"inbox:{org}" for org in sorted(orgs))]


def _fact(plan: Plan, state: State, event: Event, at: datetime) -> object | None:
    root, node = state.root, state.node(event.case_no)
    assert node is not None
    who: dict[str, Any] = {"applicant_person": state.person, "applicant_firm": state.firm, "at": at}
    of_root: dict[str, Any] = {"case_no": root.no, "plan_id": plan.id, **who}
    of_node: dict[str, Any] = {"case_no": node.no, "parent_no": root.no, "item": node.item, "org": node.org, **who}
    data = event.data
    told: dict[str, Callable[[], object]] = {
        "opened": lambda: _submitted(plan, state, of_root),
        "accepted": lambda: events.CaseAccepted(deemed=False, due=root.clock.due, **of_root),
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


def _submitted(plan: Plan, state: State, of_root: dict[str, Any]) -> events.CaseSubmitted:
    return events.CaseSubmitted(
        plan_hash=plan.hash,
        subject=state.subject,
        items=tuple(item.item for item in state.items),
        applicant_name=state.name,
        **of_root,
    )
