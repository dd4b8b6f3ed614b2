"""Commands: read, rights, decide, evolve, then one write that changes, tells and leaves the trace, or does nothing."""

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import msgspec
from django.db import IntegrityError, connection, transaction

from liangxi.core.audit import face as audit
from liangxi.core.calendar import face as calendar
from liangxi.core.cases import naming, queries, store, telling
from liangxi.core.cases.models import Plan as PlanRow
from liangxi.core.cases.rules import deciding, evolving, numbers
from liangxi.core.cases.rules.deciding.command import Command
from liangxi.core.cases.rules.plan import Plan, compile_plan, listed_orgs, plan_hash
from liangxi.core.cases.rules.rights import is_applicant, require_right, seats_of
from liangxi.core.cases.rules.state import Event, Node, State
from liangxi.core.cases.shapes import Applicant, BatchRow, CaseView, MaterialRef, Outcome, PlanRef
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, HouseError, InvalidError, NotFoundError

T = TypeVar("T")

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_FORM_SIZE = 256 * 1024
MOST_AT_ONCE = 1000


def register_plan(by: Actor, definition: Mapping[str, Any]) -> PlanRef:
    """Keep a plan under its hash; the same definition again changes nothing.

    Whether it is kept is asked each time: what this process remembers may have been taken back with its transaction.
    """
    hash = plan_hash(definition)
    if PlanRow.objects.filter(pk=hash).exists():
        plan = store.plan(hash)
    else:
        paths = {code: people.organisation(code=code).path for code in sorted(listed_orgs(definition))}
        plan = compile_plan(definition, paths)
        PlanRow.objects.get_or_create(
            pk=hash,
            defaults={
                "plan_id": plan.id,
                "version": plan.version,
                "definition": dict(definition),
                "paths": paths,
                "registered_by": by.account,
            },
        )
    return PlanRef(plan.id, plan.version, plan.hash)


def open_case(
    by: Actor,
    plan: str,
    applicant: Applicant,
    subject: str,
    content: tuple[Sequence[str], Mapping[str, Any], Sequence[MaterialRef]],
    key: str,
) -> CaseView:
    """Open a case. The same key with the same content gives the same case."""
    items, form, materials = content
    compiled = _plan(plan)
    _require_applicant(by, applicant, compiled)
    if not items or set(items) - {item.key for item in compiled.items}:
        raise InvalidError(
            "cases.items", "Choose matters of this plan.", fields={"items": "Choose matters of this plan."}
        )
    said = {"plan": plan, "subject": subject, "person": applicant.person, "firm": applicant.firm,
            "name": applicant.name, "items": list(items), "form": dict(form),
            "materials": [[m.key, m.how, m.ref] for m in materials]}  # fmt: skip
    if applicant.org:
        said |= {"org": applicant.org, "org_path": people.organisation(code=applicant.org).path}
    digest, own_key = _digest(said), f"{by.account}:{_key(key)}"

    def work(held: bool) -> CaseView | None:
        number, answer = store.next_number(own_key)
        standing = _replayed(answer, digest)
        if standing is not None:
            return queries.case(by, str(standing["case_no"]))
        at = time.now()
        check = "".join(secrets.choice(_ALPHABET) for _ in range(8))
        data = said | {"account": applicant.account or by.account, "check": check}
        opened = Event(numbers.case_number(at, number), "opened", data)
        state = evolving.opened_state(compiled, opened, at)
        _write(by, evolving.Frame(compiled, calendar.calendar(), at), state, [opened], "opened", (own_key, digest))
        return queries.opened(by, compiled, state, (1, at, opened.case_no, opened.kind, _who(by), data))

    return _settled(work)


def command(
    by: Actor, case: str, action: str, key: str, expected_version: int | None, body: Mapping[str, Any]
) -> Outcome:
    """One command on a case or one of its items."""
    digest, own_key = _digest({"case": case, "action": action, "body": dict(body)}), f"{by.account}:{_key(key)}"

    def work(held: bool) -> Outcome | None:
        if held:
            store.hold(case)
        return _command(by, (case, action, body), (own_key, digest), expected_version)

    try:
        return _settled(work, at_once=not body.get("files"))  # files are attached beside the write
    except (ForbiddenError, NotFoundError) as refused:
        if by.kind == "staff":  # the refused attempt is written down; what it wanted to change was rolled back
            audit.record(by=by, action="cases.command", object=f"case:{case[:40]}", detail={"why": refused.code},
                         decision="refused")  # fmt: skip
        raise


def _settled(work: Callable[[bool], T | None], *, at_once: bool = True) -> T:
    """Do the work, which reads, decides and writes, `at_once` without a lock.

    It gives None when somebody else wrote in between, and is then done once more on what it holds. When the same key
    was written meanwhile, it is done again: then that answer stands.
    """
    for held in (not at_once, True, True):
        try:
            with transaction.atomic() if held or connection.in_atomic_block else contextlib.nullcontext():
                done = work(held)
        except IntegrityError as error:
            if "cases_event_key" not in str(error):
                raise
        else:
            if done is not None:
                return done
    raise ConflictError("cases.key.reused", "This key was used for another command.", fields={"key": "used before"})


def batch(by: Actor, cases: Sequence[str], action: str, key: str, body: Mapping[str, Any]) -> tuple[BatchRow, ...]:
    """The same command on many cases, each on its own: what is refused does not hold up the rest."""
    if not 1 <= len(cases) <= MOST_AT_ONCE:
        raise _invalid("cases", f"Choose 1 to {MOST_AT_ONCE} cases.")
    return tuple(_one_of_many(by, case, action, f"{_key(key)[:150]}:{case}", body) for case in dict.fromkeys(cases))


def _one_of_many(by: Actor, case: str, action: str, key: str, body: Mapping[str, Any]) -> BatchRow:
    try:
        done = command(by, case, action, key, None, body)
    except HouseError as refused:
        lacks, why = next(iter(refused.fields.items()), ("", refused.message))
        return BatchRow(case_no=case, done=False, state="", code=refused.code, message=why,
                        params=dict(refused.params or {}), lacks=lacks)  # fmt: skip
    return BatchRow(case_no=case, done=True, state=done.state)


def _command(
    by: Actor, asked: tuple[str, str, Mapping[str, Any]], key: tuple[str, str], expected: int | None
) -> Outcome | None:
    """The command on the case as it is read; None when it has changed before it could be written."""
    case, action, body = asked
    found = store.read(case, key[0], with_form=deciding.needs_form(action))
    node = found[0].node(case) if found else None
    if found is None or node is None:
        raise NotFoundError("cases.case.unknown", "There is no case %(case)s.", {"case": case})
    state, answer = found
    plan = store.plan(state.plan)
    require_right(by, plan, state, node, action)
    standing = _replayed(answer, key[1])
    if standing is not None:
        return _outcome(standing, replayed=True)
    account, seats = (by.account, seats_of(by, plan, state, node)) if by.kind != "system" else ("", _every_seat(node))
    said = Command(case, action, time.now(), body, account, _who(by), seats)
    if _is_stale(state, node, said, expected):
        raise _stale(node)
    said = replace(said, body=naming.named(by, node, action, body))
    happened = deciding.decide(plan, state, said)
    written = _write(by, evolving.Frame(plan, calendar.calendar(), said.at), state, happened, action, key)
    return _outcome(written, replayed=False) if written else None


def _every_seat(node: Node) -> tuple[int, ...]:
    return tuple(seat.n for seat in node.seats)


def _is_stale(state: State, node: Node, said: Command, expected: int | None) -> bool:
    """True when the actor has seen an older state, or somebody has done or made void what he wants to do."""
    late = not deciding.is_possible(state, node, said.action) and deciding.is_overtaken(state, node, said.action)
    return late or expected not in (None, node.version)


def _write(
    by: Actor, frame: evolving.Frame, state: State, happened: list[Event], action: str, key: tuple[str, str]
) -> dict[str, Any] | None:
    """Fold, write, tell other rooms and open pages, leave the trace; the answer, None when nothing was written."""
    for event in happened:
        evolving.evolve(frame, state, event)
    root, node = state.root, state.node(happened[0].case_no)
    assert node is not None
    answer = {
        "case_no": node.no,
        "version": node.version,
        "state": node.state,
        "events": [event.kind for event in happened],
    }
    post = events.post(
        happened=telling.facts(frame.plan, state, happened, frame.at),
        subject=root.no,
        topics=telling.topics(frame.plan, state, happened),
        data={"case": root.no, "version": state.seq},
    )
    trace = audit.written(
        by=by,
        action=f"cases.{action}",
        object=f"case:{node.no}",
        detail={"person": state.person, "version": node.version, "state": node.state},
    )
    deed = store.Deed(actor=_who(by), key=key, answer=answer, post=post, trace=trace)
    return answer if store.append(frame, state, happened, deed) else None


def rate(by: Actor, case: str, stars: int, text: str, tags: Sequence[str]) -> None:
    """The five legal levels, once a case that has ended."""
    if stars not in range(1, 6):
        raise InvalidError(
            "cases.stars", "Choose one of the five levels.", fields={"stars": "Choose one of the five levels."}
        )
    if len(text) > 500:
        raise _invalid("text", "This is too long.")
    data = {"stars": stars, "text": text.strip(), "tags": list(tags)}
    key = (f"rate:{case}", _digest(data))

    def work(held: bool) -> dict[str, Any] | None:
        if held:
            store.hold(case)
        found = store.read(case)
        state = found[0] if found else None
        if state is None or case != state.root.no or not is_applicant(by, store.plan(state.plan), state, "rate"):
            raise NotFoundError("cases.case.unknown", "There is no case %(case)s.", {"case": case})
        if state.root.closed_at is None or state.root.outcome == "withdrawn":
            raise ConflictError("cases.rate.open", "A case is rated when it has ended.")
        if state.stars is not None:
            raise ConflictError("cases.rate.once", "This case has been rated already.")
        frame = evolving.Frame(store.plan(state.plan), calendar.calendar(), time.now())
        return _write(by, frame, state, [Event(case, "rated", data)], "rated", key)

    _settled(work)


def _plan(hash: str) -> Plan:
    try:
        return store.plan(hash)
    except KeyError:
        raise NotFoundError("cases.plan.unknown", "There is no such plan.") from None


def _require_applicant(by: Actor, applicant: Applicant, plan: Plan) -> None:
    """A resident opens for himself or for the firm that he acts for, staff for their organisation with `case.apply`;
    the window opens for whoever stands before it."""
    if applicant.org:
        by.require("case.apply", people.organisation(code=applicant.org).path)
    elif by.kind == "public":
        by.require("case.submit", matter=plan.id)
        if applicant.person != by.person or applicant.firm not in (None, by.firm):
            raise ForbiddenError("cases.applicant", "You can apply for yourself or for the firm that you act for.")
    else:
        by.require(plan.right("case.accept"), plan.paths[plan.accept_org])


def _who(by: Actor) -> str:
    """What the history says of who acted; what no person did, the platform did."""
    if by.kind == "system":
        return "梁溪"
    name = by.name or by.account
    return f"{name}（{by.through}代）" if by.through else name


def _digest(said: Mapping[str, Any]) -> str:
    body = msgspec.json.encode(said, order="deterministic")
    if b"\\u0000" in body:
        raise InvalidError("cases.text", "The text holds a character that cannot be kept.")
    if len(body) > _FORM_SIZE:
        raise _invalid("form", "This is more than a case can hold.")
    return hashlib.sha256(body).hexdigest()


def _key(key: str) -> str:
    if not 8 <= len(key) <= 200:
        raise InvalidError(
            "cases.key", "The key of a command has 8 to 200 characters.", fields={"key": "8 to 200 characters."}
        )
    return key


def _invalid(field: str, message: str) -> InvalidError:
    return InvalidError(f"cases.{field}", message, fields={field: message})


def _replayed(standing: store.Answer | None, digest: str) -> dict[str, Any] | None:
    if standing is None:
        return None
    if standing[0] != digest:
        raise ConflictError("cases.key.reused", "This key was used for another command.", fields={"key": "used before"})
    return standing[1]


def _stale(node: Node) -> ConflictError:
    """Who was first, what it was and when."""
    who, what, at = store.last_event(node.no)
    return ConflictError(
        "cases.version.stale",
        "%(who)s was first: %(what)s at %(at)s. Look at the case again.",
        {"who": who, "what": telling.said(what), "at": at.astimezone(time.CITY).strftime("%Y-%m-%d %H:%M:%S"),
         "version": node.version, "state": node.state, "case": node.no},
    )  # fmt: skip


def _outcome(answer: Mapping[str, Any], *, replayed: bool) -> Outcome:
    return Outcome(
        case_no=answer["case_no"],
        version=answer["version"],
        state=answer["state"],
        events=tuple(answer["events"]),
        replayed=replayed,
    )
