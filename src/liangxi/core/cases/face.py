"""The door of the case engine."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from liangxi.core.cases import actions, claims, lists, queries, timing
from liangxi.core.cases.shapes import (
    Applicant,
    BatchRow,
    CasePage,
    CaseRow,
    CaseView,
    Claim,
    InboxPage,
    LightCounts,
    MaterialRef,
    Outcome,
    PlanRef,
    PublicStatus,
)
from liangxi.kit.actor import Actor


def register_plan(*, by: Actor, definition: Mapping[str, Any]) -> PlanRef:
    """Keep a plan (`rules.plan` says its form) under the hash of its content; the same content is the same plan.

    InvalidError `cases.plan` names the part that cannot be used; NotFoundError an unknown organisation.
    """
    return actions.register_plan(by, definition)


def open_case(
    *,
    by: Actor,
    plan: PlanRef,
    applicant: Applicant,
    subject: str,
    items: Sequence[str],
    form: Mapping[str, Any],
    materials: Sequence[MaterialRef] = (),
    key: str,
) -> CaseView:
    """Open a case on a plan; the same key with the same content gives the same case.

    ForbiddenError `cases.applicant` for another's name; ConflictError `cases.key.reused` for other content.
    """
    return actions.open_case(by, plan.hash, applicant, subject, (items, form, materials), key)


def command(
    *,
    by: Actor,
    case: str,
    action: str,
    key: str,
    expected_version: int | None = None,
    body: Mapping[str, Any] | None = None,
) -> Outcome:
    """One command on a case or an item, at most once for a key of 8 to 200 characters.

    At the window: accept {days, when materials are to follow} | refuse {reason, reason_code} | supplement {fields:
    {id: why}, materials: {key: why}, note, days} | answer_supplement {form, materials: [{key, how, ref}]} | fill_gap
    {materials} | hand_out {how: window, online or post, taker, proof} | withdraw {reason} | charge {amount, what,
    ground}.
    In a department: decide {outcome: approve or deny, reason, reason_code, seat} | issue {certificate} | transfer,
    delegate {to: {org, account}, reason, seat} | return {reason} | take_back | add_approver {to, reason} |
    remove_approver {seat, reason}.
    On the course: suspend {kind, days, reason} | resume {finding} | ask_extension {days, reason} | answer_extension
    {outcome, reason} | terminate, revoke {reason, reason_code} | correct {fields: {id: value}, reason} | reopen
    {reason} | post_check {outcome: kept or broken, reason}.
    Beside it: copy {to: [account], text} | read | urge {text} | note {text, to, files: [{id, name}]} |
    answer_supervision {flag, finding, text}.
    What a member of staff may not do is refused and written down.

    NotFoundError, ForbiddenError by right; ConflictError `cases.version.stale` says who was first, what it was and
    when; InvalidError `cases.body` names the field.
    """
    return actions.command(by, case, action, key, expected_version, body or {})


def batch(
    *, by: Actor, cases: Sequence[str], action: str, key: str, body: Mapping[str, Any] | None = None
) -> tuple[BatchRow, ...]:
    """One command on up to 1,000 cases, each by itself and at most once for the key; what came of each.

    InvalidError names cases or key; what is refused on one case stands in its row.
    """
    return actions.batch(by, cases, action, key, body or {})


def claim(*, by: Actor, case: str, reading: bool = True) -> tuple[Claim, ...]:
    """Say that `by` reads a case for the next two minutes (or does not any more); the others who read it now.

    It binds nobody: who acts first is settled by the case's version.
    """
    if not reading:
        claims.release(by, case)
        return ()
    return claims.claim(by, case)


def keep_time(*, limit: int = 100) -> int:
    """What time does by itself, at most `limit` of each kind; how many. Called by workers.

    Deemed acceptance (许可法 art. 32), decisions by silence, limits that passed, materials that did not follow, clocks
    drawn with an older calendar.
    """
    return timing.keep_time(limit)


def case(*, by: Actor, no: str) -> CaseView:
    """A case (with its items) or an item, as `by` may see it; looks by staff are written down. NotFoundError."""
    return queries.case(by, no)


def public_status(*, no: str, check: str) -> PublicStatus:
    """The status that number and check code open without login; NotFoundError `cases.status.unknown`."""
    return queries.public_status(no, check)


def inbox(
    *,
    by: Actor,
    light: str | None = None,
    kind: str | None = None,
    mine: bool = False,
    query: str = "",
    after: str | None = None,
    limit: int = 50,
) -> InboxPage:
    """Every open task of the actor's posts, the most urgent first; `query` is a number's beginning or a name's part.

    `light` narrows to green, yellow or red, `kind` to one of `lists.KINDS`, `mine` to what lies with the actor
    himself; counts are over the whole inbox.
    """
    return lists.inbox(by, (light, kind), mine=mine, query=query, after=after, limit=limit)


def my_cases(*, by: Actor) -> tuple[CaseRow, ...]:
    """The cases of the applicant (of the firm that he acts for), newest first, 100 at most."""
    return lists.my_cases(by)


def find_cases(
    *, by: Actor, query: str = "", state: str = "", org: str = "", after: str | None = None, limit: int = 50
) -> CasePage:
    """Whole cases in the scope of `case.read`, newest first, by number's beginning, exact name, state, organisation."""
    return lists.find_cases(by, query, state, org, after, limit)


def lights(*, by: Actor) -> Mapping[str, LightCounts]:
    """Open tasks in the scope of `case.read` by organisation and light."""
    return lists.lights(by)


def opened_by_day(*, by: Actor, days: int = 14) -> Mapping[date, int]:
    """Whole cases in the scope of `case.read` by the day on which they were opened, today and `days` - 1 before."""
    return lists.opened_by_day(by, days)


def rate(*, by: Actor, case: str, stars: int, text: str = "", tags: Sequence[str] = ()) -> None:
    """The applicant's rating of an ended case, once: 5 very satisfied, 4 satisfied, 3 basically, 2 dis-, 1 very dis-.

    ConflictError `cases.rate.open`, `cases.rate.once`; InvalidError names stars or text.
    """
    actions.rate(by, case, stars, text, tags)


def faults(*, by: Actor, after: str = "", limit: int = 1000) -> tuple[str, ...]:
    """The cases (of `limit`, by number, behind `after`) whose row is not the fold of their events; needs `audit.read`.

    Drawn instants are left out: they follow the calendar that was loaded when the clock was drawn.
    """
    by.require("audit.read")
    return queries.faults(after, limit)
