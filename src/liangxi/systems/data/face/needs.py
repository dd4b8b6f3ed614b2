"""供需对接: a need goes to the data bureau, to its providers, and, refused, to mediation."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from liangxi.core.cases.events import CaseReadyForHandOut
from liangxi.kit.actor import Actor
from liangxi.systems.data.actions import needs as actions
from liangxi.systems.data.queries import sharing as queries
from liangxi.systems.data.shapes import Asked, Need, NeedRequest


def open_need(
    *,
    by: Actor,
    title: str,
    purpose: str,
    legal_basis: str,
    matter: str,
    frequency: str,
    since: date,
    until: date,
    asked: Sequence[Asked],
    key: str,
) -> str:
    """Say what the department of the post needs; the need's id. The same key gives the same need.

    It is one case: the bureau checks it (2 working days), each provider answers (10). What is shared without
    condition is granted at once. `until` is the first day after the period. InvalidError names title, purpose,
    legal_basis, matter, frequency, until, resources or `resources.<n>.columns`; ForbiddenError without `data.request`.
    """
    said = {"title": title, "purpose": purpose, "legal_basis": legal_basis, "matter": matter,
            "frequency": frequency, "since": since, "until": until}  # fmt: skip
    return actions.open_need(by, said, asked, key)


def need(*, by: Actor, id: str) -> Need:
    """A need for its consumer, its providers, the bureau, the auditor; NotFoundError `data.sharing.unknown`."""
    return queries.need(by, queries.need_row(by, id))


def own_needs(*, by: Actor) -> tuple[Need, ...]:
    """The needs in the scope of `data.request`, the newest first, 100 at most."""
    return queries.needs(by, queries.in_scope(by, "data.request", "org_path"))


def needs_to_check(*, by: Actor) -> tuple[Need, ...]:
    """Needs that wait for the bureau (`data.review`), who waits longest first."""
    by.require("data.review")
    where = queries.in_scope(by, "data.review", "org_path")
    return tuple(reversed([one for one in queries.needs(by, where) if one.state == "checking"]))


def requests_to_answer(*, by: Actor) -> tuple[NeedRequest, ...]:
    """What providers in the scope of `data.grant` have to answer, the most urgent first."""
    by.require("data.grant")
    return queries.waiting(by)


def request(*, by: Actor, id: str) -> NeedRequest:
    """One line of the responsibility list for its provider (`data.grant`) with its clock; NotFoundError."""
    row = queries.request_row(by, id, "data.grant", lock=False)
    found = queries.need(by, row.need)
    return next(one for one in found.requests if one.id == str(row.pk))


def check_need(*, by: Actor, id: str, outcome: str, note: str = "") -> None:
    """合规性审查: `conform` or `refuse` (with a note). Needs `data.review`; ForbiddenError `data.need.own`."""
    actions.check_need(by, id, outcome, note)


def withdraw_need(*, by: Actor, id: str, reason: str = "") -> None:
    """Take a need back before anything was answered; ConflictError `cases.state` afterwards."""
    actions.withdraw_need(by, id, reason)


def grant_request(*, by: Actor, id: str, terms: Mapping[str, Any], quota: int, until: date) -> str:
    """Grant a request; the grant's id. `terms` as `models.Grant` documents (columns, masks, rows, minimum_group).

    Needs `data.grant` on the provider. InvalidError names columns, masks, rows, minimum_group, quota or until: nothing
    is granted that was not asked for. Announces NeedAnswered and GrantGiven.
    """
    return actions.grant_request(by, id, terms, quota, until)


def refuse_request(*, by: Actor, id: str, reason: str, basis: str) -> None:
    """Refuse a request. InvalidError names `reason` or `basis`: without a basis in law nothing is refused."""
    actions.refuse_request(by, id, reason, basis)


def object_to_refusal(*, by: Actor, id: str, reason: str) -> str:
    """The consumer asks the bureau to mediate, once; the number of the case."""
    return actions.object_to_refusal(by, id, reason)


def requests_to_mediate(*, by: Actor) -> tuple[Need, ...]:
    """Needs with a refusal that waits for mediation, in the scope of `data.review`."""
    by.require("data.review")
    found = queries.needs(by, queries.in_scope(by, "data.review", "org_path"))
    return tuple(one for one in found if any(request.state == "mediating" for request in one.requests))


def mediate(*, by: Actor, id: str, outcome: str, reason: str) -> None:
    """调处: `grant` what was asked in the provider's place, or `uphold` the refusal; with a reason.

    Needs `data.review`; ForbiddenError `data.mediation.own`.
    """
    actions.mediate(by, id, outcome, reason)


def close_case(event: CaseReadyForHandOut) -> None:
    """Handler: cases of the data zone close by themselves."""
    actions.close_case(event)
