"""Reading cases: one as its reader may see it, lists by keyset, lights by counting."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import connection

from liangxi.core.audit import face as audit
from liangxi.core.calendar import face as calendar
from liangxi.core.cases import store
from liangxi.core.cases.models import Event as EventRow
from liangxi.core.cases.rules import clocks, evolving, rights
from liangxi.core.cases.rules import state as states
from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import FAR, Event, Flag, Node, Seat, State, Task
from liangxi.core.cases.shapes import (
    Applicant,
    CaseView,
    Course,
    FlagView,
    HistoryEntry,
    Light,
    MaterialRef,
    PlanRef,
    PublicItem,
    PublicStatus,
    SeatView,
    SupplementView,
    TaskView,
)
from liangxi.core.cases.wording import AMONG_STAFF, SENTENCES
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError

Told = tuple[int, datetime, str, str, str, dict[str, Any]]
"""An event as it is kept: seq, at, case_no, kind, actor, data."""


def case(by: Actor, no: str) -> CaseView:
    """A case or an item; a look by staff is a read of personal data and is written down."""
    found = store.read(no)
    state = found[0] if found else None
    plan = store.plan(state.plan) if state else None
    node = state.node(no) if state else None
    if state is None or plan is None or node is None or not rights.may_read(by, plan, state):
        if state is not None and by.kind == "staff":
            audit.record(by=by, action="case.view", object=f"case:{no}", detail={"person": state.person},
                         decision="refused")  # fmt: skip
        raise NotFoundError("cases.case.unknown", "There is no case %(case)s.", {"case": no})
    if by.kind == "staff":
        audit.record(
            by=by,
            action="case.view",
            object=f"case:{no}",
            purpose=by.purpose or "case",
            detail={"person": state.person},
        )
    return _view(by, plan, state, node, _told(state) if node is state.root else ())


def opened(by: Actor, plan: Plan, state: State, told: Told) -> CaseView:
    """A case for who has just opened it; `told` is its one event."""
    return _view(by, plan, state, state.root, (told,))


def _view(by: Actor, plan: Plan, state: State, node: Node, told: Iterable[Told] = ()) -> CaseView:
    is_root, now = node is state.root, time.now()
    mine = rights.seats_of(by, plan, state, node)
    clock, shown = node.clock, node.clock if node.clock.started else _accept_clock(state, node)
    return CaseView(
        no=node.no,
        parent_no=None if is_root else state.root.no,
        item=node.item,
        title=node.title,
        state=node.state,
        version=node.version,
        org=node.org,
        applicant=Applicant(
            person=state.person, name=state.name, firm=state.firm, account=state.account, org=state.org
        ),
        subject=state.subject,
        opened_at=node.opened_at,
        closed_at=node.closed_at,
        due=clock.due,
        statutory_due=clock.statutory_due,
        yellow_at=clock.yellow_at,
        red_at=clock.red_at,
        stops=tuple(clock.stops),
        provisional=clock.provisional,
        light=_light(now, shown.yellow_at, shown.red_at, stopped=clock.is_stopped, ended=node.closed_at is not None),
        outcome=node.outcome,
        reason=node.reason,
        reason_code=node.reason_code,
        result=node.result,
        certificate=node.certificate,
        supplement=_supplement(node),
        actions=rights.actions_for(by, plan, state, node),
        form=state.form,
        materials=tuple(MaterialRef(m.key, cast(Any, m.how), m.ref) for m in state.materials),
        after=tuple(node.after),
        seats=tuple(_seat(seat, mine) for seat in node.seats) if by.kind != "public" else (),
        flags=tuple(_flag(flag) for flag in state.flags if flag.case_no == node.no) if by.kind != "public" else (),
        course=_course(node),
        **(_of_root(by, plan, state, now, told) if is_root else {}),
    )


def _of_root(by: Actor, plan: Plan, state: State, now: datetime, told: Iterable[Told]) -> dict[str, Any]:
    """What the whole case shows beyond its items."""
    knows = (
        by.kind == "system"
        or rights.is_applicant(by, plan, state)
        or by.may(plan.right("case.accept"), plan.paths[plan.accept_org])
    )
    return {
        "tasks": tuple(_task(by, state, task, now) for task in state.tasks if task.done_at is None),
        "items": tuple(_view(by, plan, state, item) for item in state.items),
        "history": _history(by, told),
        "plan": PlanRef(plan.id, plan.version, plan.hash),
        "stars": state.stars,
        "gap": tuple(state.gap),
        "check": state.check if knows else None,
    }


def _accept_clock(state: State, node: Node) -> Any:
    """Before acceptance the window's own clock shows the light."""
    return next((task for task in state.open_tasks(node.no) if task.kind == "accept"), node.clock)


def _supplement(node: Node) -> SupplementView | None:
    asked = node.supplement
    if asked is None:
        return None
    return SupplementView(
        case_no=node.no, fields=asked.fields, materials=asked.materials, note=asked.note, asked_at=asked.asked_at
    )


def _seat(seat: Seat, mine: tuple[int, ...]) -> SeatView:
    return SeatView(
        n=seat.n,
        org=seat.org,
        account=seat.account,
        lies_with=seat.name,
        from_names=tuple(hand.name or hand.org for hand in seat.trail),
        is_added=bool(seat.added_by),
        is_lent=seat.is_lent,
        is_mine=seat.n in mine and seat.outcome is None,
        outcome=seat.outcome,
        reason=seat.reason,
    )


def _flag(flag: Flag) -> FlagView:
    return FlagView(
        n=flag.n, trigger=flag.trigger, detail=flag.detail, at=flag.at, finding=flag.finding, text=flag.text
    )


def _course(node: Node) -> Course:
    special, extension = node.special, node.extension
    return Course(
        procedure=special.kind if special else "",
        procedure_days=special.days if special else 0,
        procedure_since=special.since if special else None,
        extension_days=extension.days if extension else 0,
        extension_reason=extension.reason if extension else "",
        is_extended=node.is_extended,
        urged=node.urged,
        is_deemed=node.deemed,
    )


def _task(by: Actor, state: State, task: Task, now: datetime) -> TaskView:
    return TaskView(
        id=f"{state.root.no}:{task.n}",
        kind=task.kind,
        case_no=task.case_no,
        org=task.org,
        holder=task.holder,
        opened_at=task.opened_at,
        due=task.due,
        light=task_light(now, task.yellow_at, task.red_at),
        assignee=task.assignee if by.kind != "public" else None,
        assignee_name=task.assignee_name if by.kind != "public" else "",
        seat=task.seat,
    )


def task_light(now: datetime, yellow_at: datetime, red_at: datetime) -> Light:
    """The light of an open task; one without an end in sight shows none."""
    return _light(now, yellow_at, red_at, stopped=red_at >= FAR, ended=False)


def _light(now: datetime, yellow_at: datetime | None, red_at: datetime | None, *, stopped: bool, ended: bool) -> Light:
    return cast(Light, clocks.light(now, yellow_at, red_at, stopped=stopped, ended=ended))


def _told(state: State) -> list[Any]:
    fields = ("seq", "at", "case_no", "kind", "actor", "data")
    return list(EventRow.objects.filter(root=state.root.no).order_by("seq").values_list(*fields))


def _history(by: Actor, told: Iterable[Told]) -> tuple[HistoryEntry, ...]:
    """Names of staff are for staff; the applicant reads which matter, what and when."""
    public = by.kind == "public"
    return tuple(
        HistoryEntry(
            seq=seq,
            at=at,
            case_no=case_no,
            kind=kind,
            actor="" if public else actor,
            message=SENTENCES[data["outcome"] if kind == "decided" else kind],
            params=_params(kind, data),
        )
        for seq, at, case_no, kind, actor, data in told
        if not (public and (kind in AMONG_STAFF or (kind == "transferred" and "org" not in data["to"])))
    )


def _params(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    if kind == "opened":
        return {}
    title = data.get("title")
    texts = {name: value for name, value in data.items() if isinstance(value, str | int)}
    given = {name: data[name] for name in ("files", "gap") if data.get(name)}
    return texts | given | ({"title": title["zh"]} if isinstance(title, dict) else {})


def public_status(no: str, check: str) -> PublicStatus:
    """What number and check code open; the same answer for a wrong number and a wrong code."""
    found = store.read(no, with_form=False)
    state = found[0] if found else None
    if state is None or state.root.no != no or check.upper() != state.check:
        raise NotFoundError("cases.status.unknown", "Number and check code do not belong together.")
    root = state.root
    return PublicStatus(
        no=root.no,
        title=root.title,
        state=root.state,
        opened_at=root.opened_at,
        due=root.clock.due,
        closed_at=root.closed_at,
        items=tuple(PublicItem(title=item.title, state=item.state) for item in state.items),
    )


def faults(after: str, limit: int) -> tuple[str, ...]:
    """Cases whose snapshot or form is not what their events fold to."""
    found = rows(
        "SELECT no, snapshot, form FROM cases_case WHERE snapshot IS NOT NULL AND no > %s ORDER BY no LIMIT %s",
        [after, limit],
    )
    return tuple(no for no, snapshot, form in found if _folded(no) != evolving.undrawn(states.load(snapshot, form)))


def _folded(no: str) -> State:
    """The state that the stored events of a case fold to, without drawn instants."""
    told = rows("SELECT at, case_no, kind, data::text FROM cases_event WHERE root = %s ORDER BY seq", [no])
    happened = [(at, Event(case_no, kind, json.loads(data))) for at, case_no, kind, data in told]
    opened_at, opened = happened[0]
    plan = store.plan(opened.data["plan"])
    state = evolving.opened_state(plan, opened, opened_at)
    for at, event in happened:
        evolving.evolve(evolving.Frame(plan, calendar.calendar(), at), state, event)
    return evolving.undrawn(state)


def rows(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def masked(name: str, firm: str | None) -> str:
    """Names of persons are masked in lists; firms stand in a public register."""
    return name if firm else people.mask_name(name)
