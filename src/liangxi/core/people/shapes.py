"""What the room's face takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from liangxi.core.people.rules import roles
from liangxi.core.people.rules.identity import CitizenId, Uscc
from liangxi.kit.actor import Actor

__all__ = [
    "Account",
    "AccountRow",
    "ApiCaller",
    "ApiKey",
    "CitizenId",
    "Delegation",
    "Firm",
    "FirmRow",
    "Household",
    "HouseholdRow",
    "IssuedApiKey",
    "KeyScope",
    "Mandate",
    "Member",
    "MemberRow",
    "Organisation",
    "OrganisationRow",
    "Person",
    "PersonRow",
    "Post",
    "Proxy",
    "ProxyDeed",
    "SampleAccount",
    "Uscc",
    "roles",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person; `is_masked`: name, citizen id and phone are masked and the address is withheld."""

    id: str
    name: str
    citizen_id: str
    sex: str
    birth_date: date | None  # withheld when masked
    address_code: str
    division: str
    phone: str
    since: date
    until: date | None
    is_masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A firm; `capital_wan` in 万元; `legal_representative` is a person's id."""

    id: str
    name: str
    uscc: str
    kind: str
    industry: str
    registered_at: date
    address_code: str
    division: str
    capital_wan: Decimal
    legal_representative: str | None
    status: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a household; `relation` to its head."""

    person: str
    name: str
    relation: str
    since: date


@dataclass(frozen=True, slots=True)
class Household:
    """A household with its number (户号) and present members, the head first."""

    id: str
    number: str
    address_code: str
    head: str
    since: date
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as it stood on a day; `name` by language (zh, en), `parent` a code, `line` the 条."""

    code: str
    name: Mapping[str, str]
    kind: str
    line: str
    parent: str | None
    path: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Account:
    """A login. `is_sample`: the identity is invented. `must_change`: the password is due for a new one."""

    id: str
    login: str
    kind: str
    name: str
    person: str | None
    is_active: bool
    is_sample: bool
    must_change: bool
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """An invented identity: login, name, and what it is: a firm's name, or pairs of organisation title and role."""

    login: str
    name: str
    firm: str = ""
    posts: tuple[tuple[Mapping[str, str], str], ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A role at an organisation; `lent_by` is the name of the giver when the post is delegated."""

    id: str
    account: str
    organisation: Organisation
    role: str
    since: date
    until: date | None
    lent_by: str | None = None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff as colleagues see one another: account, name, the organisation of the post."""

    account: str
    name: str
    org: str


@dataclass(frozen=True, slots=True)
class Delegation:
    """Permissions of a post lent to an account; it holds from `since` up to, not including, `until`."""

    id: str
    post: str
    giver: str
    to: str
    to_name: str
    permissions: frozenset[str]
    since: date
    until: date
    is_revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """For whom one may act today, and as what. `kind` and `subject` (a register id) say for whom.

    `roles` are legal_representative, guardian, relative or those of `roles.FIRM_ROLES`; `until` is the first day on
    which none of them holds any more (None: no end). `permissions` hold for `matters` (package ids; empty: for all).
    """

    kind: Literal["firm", "person"]
    subject: str
    name: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    matters: frozenset[str]
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A role that was given to `agent`; it holds from its acceptance up to, not including, `until`.

    `state` is asked, held, expired, declined, revoked or returned.
    """

    id: str
    kind: Literal["firm", "person"]
    subject: str
    subject_name: str
    agent: str
    agent_name: str
    role: str
    matters: tuple[str, ...]
    since: date
    until: date
    state: str
    asked_at: datetime
    is_given_at_window: bool


@dataclass(frozen=True, slots=True)
class ProxyDeed:
    """Something that `who` did for another; `unit` is the organisation of a clerk who helped."""

    at: datetime
    who: str
    action: str
    object: str
    unit: str


KeyScope = Literal["read", "write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key for programs; `hint` is how its secret begins, `acts_for` the firm or the organisation of its post.

    It holds up to, not including, `until`. `state` is held, expired or revoked today.
    """

    id: str
    name: str
    scope: KeyScope
    hint: str
    acts_for: str | Mapping[str, str]
    made_at: datetime
    until: date
    last_used_at: datetime | None
    state: Literal["held", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class IssuedApiKey:
    """A fresh key with its secret, which nobody can show again."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """Who calls by a key, and how far the key goes."""

    actor: Actor
    scope: KeyScope


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person to load; ids are UUIDs of the caller's making, `sex` M or F."""

    id: str
    name: str
    citizen_id: str
    sex: str
    birth_date: date
    address_code: str = ""
    division: str = ""
    phone: str = ""
    since: date = date(1949, 10, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmRow:
    """A firm to load; `capital_wan` in 万元."""

    id: str
    name: str
    uscc: str
    kind: str
    registered_at: date
    industry: str = ""
    address_code: str = ""
    division: str = ""
    capital_wan: Decimal | float = 0
    legal_representative: str | None = None
    status: str = "active"


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of a household to load."""

    person: str
    relation: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRow:
    """A household to load with its members; the head is one of them."""

    id: str
    address_code: str
    head: str
    since: date
    members: tuple[MemberRow, ...]
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account to load; `posts` are pairs of organisation code and role."""

    login: str
    kind: str
    name: str
    password: str
    phone: str | None = None
    person: str | None = None
    is_sample: bool = False
    posts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRow:
    """An organisation to load: parents before children; `parent` None for the root."""

    code: str
    parent: str | None
    kind: str
    name_zh: str
    name_en: str
    line: str = ""
    valid_from: date = date(1949, 10, 1)
    valid_to: date | None = None
