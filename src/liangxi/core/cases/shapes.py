"""What the room's door takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Light = Literal["green", "yellow", "red", "paused", "none"]
"""green/yellow/red run; paused: the clock is stopped; none: no clock, ended, or the due day is not known yet."""
Way = Literal["elicence", "data", "commitment", "result", "upload", "later"]
"""How a material is satisfied; `later` follows the acceptance by a date (容缺受理)."""


@dataclass(frozen=True, slots=True)
class PlanRef:
    """A registered plan: its id and version as people say them, its hash as cases keep it."""

    id: str
    version: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who asks: a natural person (register id), for a firm when `firm` (register id) is given; `name` as filed.

    An organisation of the city asks as `org` (its code); then there is no person.
    """

    person: str
    name: str
    firm: str | None = None
    account: str | None = None
    org: str = ""


@dataclass(frozen=True, slots=True)
class MaterialRef:
    """One material and how it is satisfied; `ref` is a licence number, a fact, a case or a stored file's id."""

    key: str
    how: Way
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementView:
    """What is to be corrected: field id -> why, material key -> why; told once and completely."""

    case_no: str
    fields: Mapping[str, str]
    materials: Mapping[str, str]
    note: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """One open task. `id` is `<root no>:<n>`; `kind` accept, decide, supplement, gap, hand_out, resume, extension,
    post_check, read or supervise; `assignee` the account it lies with, `seat` the seat or the flag it is for."""

    id: str
    kind: str
    case_no: str
    org: str
    holder: str | None
    opened_at: datetime
    due: datetime | None
    light: Light
    assignee: str | None = None
    assignee_name: str = ""
    seat: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatView:
    """One place at which an item is decided; `lies_with` names the person, `from_names` the hands before.

    `is_mine`: the reader may fill it now; `is_lent`: the owner waits for an opinion.
    """

    n: int
    org: str
    account: str
    lies_with: str
    from_names: tuple[str, ...]
    is_added: bool
    is_lent: bool
    is_mine: bool
    outcome: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagView:
    """A question of supervision (电子监察) and its answer; `finding` is empty while it is open."""

    n: int
    trigger: str
    detail: str
    at: datetime
    finding: str
    text: str


@dataclass(frozen=True, slots=True)
class Course:
    """What bends the course of an item now: the special procedure with its days, the longer limit asked for."""

    procedure: str = ""
    procedure_days: int = 0
    procedure_since: datetime | None = None
    extension_days: int = 0
    extension_reason: str = ""
    is_extended: bool = False
    urged: int = 0
    is_deemed: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody else reads the case since an instant."""

    name: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """What came of one case of a batch: its new state, or why it was refused (`message` is a msgid of `params`).

    `lacks` is the field that the command lacked, when it was that.
    """

    case_no: str
    done: bool
    state: str
    code: str = ""
    message: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    lacks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One event as a sentence: `message` is a gettext msgid, filled from `params`; `actor` is blank for strangers."""

    seq: int
    at: datetime
    case_no: str
    kind: str
    actor: str
    message: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case (with its items as children) as `by` may see it. Instants are aware; unknown due days are None.

    `due` is the promised instant, `statutory_due` the law's; the light turns yellow at `yellow_at` (a fraction of the
    promise) and red at `red_at` (the law). `actions` are what `by` may do now; `check` is the code that opens the
    public status, shown to the applicant and to the window only. `plan` is None on items.
    """

    no: str
    parent_no: str | None
    item: str
    title: Mapping[str, str]
    state: str
    version: int
    org: str
    applicant: Applicant
    subject: str
    opened_at: datetime
    closed_at: datetime | None
    due: datetime | None
    statutory_due: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    stops: tuple[tuple[datetime, datetime | None], ...]
    provisional: bool
    light: Light
    outcome: str | None
    reason: str
    reason_code: str
    result: str | None
    certificate: str | None
    supplement: SupplementView | None
    actions: tuple[str, ...]
    tasks: tuple[TaskView, ...] = ()
    items: tuple["CaseView", ...] = ()
    form: Mapping[str, Any] = field(default_factory=dict)
    materials: tuple[MaterialRef, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    plan: PlanRef | None = None
    after: tuple[str, ...] = ()
    stars: int | None = None
    check: str | None = None
    seats: tuple[SeatView, ...] = ()
    flags: tuple[FlagView, ...] = ()
    course: Course = Course()
    gap: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to a command; the same key gives the same answer again, with `replayed` true.

    `version` and `state` are those of the named case after the command, `events` the kinds that it caused, in order.
    """

    case_no: str
    version: int
    state: str
    events: tuple[str, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicItem:
    """An item as strangers with the check code see it."""

    title: Mapping[str, str]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicStatus:
    """What number and check code open without login: no personal data."""

    no: str
    title: Mapping[str, str]
    state: str
    opened_at: datetime
    due: datetime | None
    closed_at: datetime | None
    items: tuple[PublicItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """One task of the inbox with what a clerk needs to choose it; the name is masked."""

    task: str
    kind: str
    case_no: str
    title: Mapping[str, str]
    item: str
    applicant_masked: str
    org: str
    opened_at: datetime
    due: datetime | None
    light: Light
    state: str
    version: int
    assignee: str | None = None
    assignee_name: str = ""
    urged: int = 0


@dataclass(frozen=True, slots=True)
class LightCounts:
    """Open tasks or cases by light."""

    green: int = 0
    yellow: int = 0
    red: int = 0

    @property
    def total(self) -> int:
        return self.green + self.yellow + self.red


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """A page of the inbox; `next` is the `after` of the following page, None at the end."""

    rows: tuple[InboxRow, ...]
    counts: LightCounts
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case in a list; the applicant's name is masked for staff."""

    no: str
    title: Mapping[str, str]
    state: str
    version: int
    org: str
    applicant: str
    subject: str
    opened_at: datetime
    closed_at: datetime | None
    due: datetime | None
    light: Light
    waiting_for_me: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """A page of cases, newest first; `next` is the `after` of the following page."""

    rows: tuple[CaseRow, ...]
    next: str | None
