"""Sharing as others see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One resource of a new need: the columns (machine names), and rows as `models.Grant` says, None for all."""

    resource: str
    columns: tuple[str, ...]
    rows: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRequest:
    """One line of the responsibility list. `state` is checking, asked, granted, refused, mediating or closed.

    `due` and `light` are those of its clock while the provider has to answer.
    """

    id: str
    need: str
    resource: str
    title: Titles
    sharing: str
    org: str
    columns: tuple[str, ...]
    column_titles: tuple[Titles, ...]
    rows: Mapping[str, Any] | None
    state: str
    item_no: str
    due: datetime | None
    light: str
    reason: str
    basis: str
    answered_by: str
    answered_at: datetime | None
    objection: str
    mediation_no: str
    mediation: str
    grant: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a department needs and what became of it. `state` is checking, refused, answering, answered, withdrawn.

    `actions` are what `by` may do now: check, withdraw, mediate; `answerable` are the requests that he may answer.
    """

    id: str
    case_no: str
    org: str
    title: str
    purpose: str
    legal_basis: str
    matter: str
    frequency: str
    since: date
    until: date
    state: str
    note: str
    made_by: str
    made_at: datetime
    checked_at: datetime | None
    due: datetime | None
    light: str
    requests: tuple[NeedRequest, ...]
    actions: tuple[str, ...] = ()
    answerable: tuple[str, ...] = ()

    @property
    def granted(self) -> int:
        """How many of the requests were granted."""
        return sum(request.state == "granted" for request in self.requests)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantStep:
    """Something that happened to a grant."""

    kind: str
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one department may read of one resource. `terms` has the form that `models.Grant` documents.

    `state` is active, or why it does not hold: suspended, revoked, waiting, expired, lapsed, withdrawn (the resource).
    `used_today` counts reads of today, `used_rows` rows since it was given; `actions` are suspend, resume, revoke,
    report, confirm.
    """

    id: str
    need: str
    resource: str
    title: Titles
    org: str
    provider: str
    terms: Mapping[str, Any]
    version_from: int
    version_to: int | None
    purpose: str
    legal_basis: str
    quota: int
    since: date
    until: date
    review_on: date
    review_no: str
    state: str
    reason: str
    given_at: datetime
    used_today: int
    used_reads: int
    used_rows: int
    last_used: date | None
    actions: tuple[str, ...] = ()
    steps: tuple[GrantStep, ...] = ()


@dataclass(frozen=True, slots=True)
class UsageDay:
    """Reads, rows and refused calls of one day under a grant."""

    day: date
    reads: int
    rows: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentKey:
    """A program's key; `state` is held, expired or revoked; `grants` are the ids of those it opens."""

    id: str
    org: str
    name: str
    hint: str
    grants: tuple[str, ...]
    made_at: datetime
    until: date
    last_used_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class IssuedDepartmentKey:
    """A new key and its secret, which is shown this once."""

    key: DepartmentKey
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Somebody's data was read: when, by whom (organisation code and account), about whom, why, under which grant."""

    at: datetime
    org: str
    account: str
    action: str
    object: str
    purpose: str
    grant: str
    fields: tuple[str, ...]
