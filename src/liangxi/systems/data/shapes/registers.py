"""What the door of the data zone takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

DisputeState = Literal["open", "corrected", "upheld"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A value of a register: who answers for it (organisation code), the register's title, when it was found out."""

    value: Any
    source_org: str
    source_title: Mapping[str, str]
    as_of: datetime | date


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceFact:
    """An e-licence in force; `valid_to` is the last day on which it holds, None: no end."""

    type: str
    number: str
    issuer_org: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Access:
    """One look at somebody's data: when, who (name of the organisation or process), which fields, and why.

    `grant` is the id of the grant under which it was read, empty for reads on consent and by duty.
    """

    at: datetime
    who: str
    what: str
    purpose: str
    grant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Somebody says that a value is wrong; `org` owns the register, `answer` is its word to him.

    `said_by` is the masked name of who objects (a firm's in full); `claim` is what he says the value should be.
    """

    id: str
    subject: str
    said_by: str
    field: str
    field_title: Mapping[str, str]
    register_title: Mapping[str, str]
    claim: str
    note: str
    org: str
    state: DisputeState
    opened_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DisputePage:
    """A page of objections without their values; `open` counts the open ones of the scope, `next` is the next page."""

    rows: tuple[Dispute, ...]
    open: int
    next: str | None


@dataclass(frozen=True, slots=True)
class DisputedValue:
    """What an objection is about: what the register says today and who objects, in full. None: it says nothing."""

    dispute: Dispute
    value: str | None
    said_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarriageRow:
    """A marriage to load; husband and wife by register id."""

    number: str
    husband: str
    wife: str
    registered_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRow:
    """An e-licence to load; the holder is a person or a firm by register id."""

    number: str
    type: str
    person: str | None = None
    firm: str | None = None
    issuer_org: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """An authoritative register: its title and the organisation that answers for it."""

    org: str
    title: Mapping[str, str]
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
