"""The state of a case: the fold of its events, kept as a snapshot beside them."""

from datetime import datetime
from typing import Any

import msgspec

FAR = datetime.fromisoformat("9999-12-30T00:00:00+00:00")
"""An instant that never comes: the light of a task whose clock stands or whose end is not known."""


class Clock(msgspec.Struct, omit_defaults=True):
    """Working days that run from `started`, but not in `stops`; the four instants are data, drawn anew by a stop.

    With `hours` the promise is so many office hours instead of days; the law always counts days.
    """

    promised: int
    statutory: int
    hours: float = 0
    started: datetime | None = None
    stops: list[tuple[datetime, datetime | None]] = []
    due: datetime | None = None
    statutory_due: datetime | None = None
    yellow_at: datetime | None = None
    red_at: datetime | None = None
    provisional: bool = False

    @property
    def is_stopped(self) -> bool:
        """True while a stop is open."""
        return bool(self.stops) and self.stops[-1][1] is None


class Supplement(msgspec.Struct):
    """What is to be corrected: field and material keys with the reason for each."""

    fields: dict[str, str]
    materials: dict[str, str]
    note: str
    asked_at: datetime


class Hand(msgspec.Struct, omit_defaults=True):
    """Who held a seat before: `how` it was passed on is transfer (转办) or delegate (委派), by the account `by`."""

    org: str
    how: str
    by: str
    account: str = ""
    name: str = ""


class Seat(msgspec.Struct, omit_defaults=True):
    """One place at which an item is decided: an organisation, or one person there when `account` is set.

    Added seats (加签) name who added them and must agree too; `trail` are the hands it came through.
    """

    n: int
    org: str
    account: str = ""
    name: str = ""
    added_by: str = ""
    trail: list[Hand] = []
    outcome: str | None = None
    reason: str = ""

    @property
    def is_lent(self) -> bool:
        """True while somebody else prepares the decision of its owner (委派)."""
        return bool(self.trail) and self.trail[-1].how == "delegate"


class Procedure(msgspec.Struct):
    """A special procedure (许可法第四十五条) whose time does not count: hearing, testing, expert review ..."""

    kind: str
    reason: str
    days: int
    since: datetime


class Extension(msgspec.Struct):
    """A longer limit that was asked for and waits for the head's answer."""

    days: int
    reason: str
    by: str


class Node(msgspec.Struct, omit_defaults=True):
    """A case or one item of it; `version` grows with every event of this node."""

    no: str
    item: str
    title: dict[str, str]
    org: str
    clock: Clock
    opened_at: datetime
    state: str = "submitted"
    version: int = 0
    closed_at: datetime | None = None
    outcome: str | None = None
    reason: str = ""
    reason_code: str = ""
    result: str | None = None
    certificate: str | None = None
    supplement: Supplement | None = None
    after: list[str] = []
    seats: list[Seat] = []
    special: Procedure | None = None
    extension: Extension | None = None
    is_extended: bool = False
    asked: int = 0
    urged: int = 0
    urged_at: datetime | None = None
    deemed: bool = False

    def seat(self, n: int) -> Seat:
        """The seat of a number; KeyError."""
        found = next((seat for seat in self.seats if seat.n == n), None)
        if found is None:
            raise KeyError(n)
        return found


class Task(msgspec.Struct, omit_defaults=True):
    """Something to do: by the applicant (`holder`), by the member of staff `assignee`, or by whoever holds
    `permission` at `org`. `days` is a limit of its own from `opened_at` on; else it runs with its node's clock."""

    n: int
    case_no: str
    kind: str
    permission: str
    org: str
    opened_at: datetime
    holder: str | None = None
    assignee: str | None = None
    assignee_name: str = ""
    seat: int = 0
    days: int = 0
    due: datetime | None = None
    yellow_at: datetime = FAR
    red_at: datetime = FAR
    done_at: datetime | None = None


class Material(msgspec.Struct, omit_defaults=True):
    """One material and how it is satisfied; `later` (容缺) follows by a date."""

    key: str
    how: str
    ref: str = ""


class Flag(msgspec.Struct, omit_defaults=True):
    """Something that supervision (电子监察) looks into; `finding` is its answer."""

    n: int
    case_no: str
    trigger: str
    detail: str
    at: datetime
    finding: str = ""
    text: str = ""


class State(msgspec.Struct, omit_defaults=True):
    """A whole case: the root node, its items, tasks, form and materials; `seq` counts all events.

    `paths` are those of organisations that the case was transferred to beyond its plan.
    """

    root: Node
    plan: str
    subject: str
    person: str
    firm: str | None
    name: str
    account: str
    check: str
    materials: list[Material]
    form: dict[str, Any] = {}
    items: list[Node] = []
    tasks: list[Task] = []
    flags: list[Flag] = []
    paths: dict[str, str] = {}
    org: str = ""  # the organisation that applies, where no person does
    seq: int = 0
    stars: int | None = None

    def node(self, no: str) -> Node | None:
        """The root or the item with that number."""
        return next((node for node in (self.root, *self.items) if node.no == no), None)

    def item(self, key: str) -> Node | None:
        """The item of a plan's key, when it was chosen."""
        return next((node for node in self.items if node.item == key), None)

    def open_tasks(self, no: str) -> list[Task]:
        """The tasks of one node that are not done."""
        return [task for task in self.tasks if task.case_no == no and task.done_at is None]

    @property
    def gap(self) -> list[str]:
        """The keys of the materials that may follow and have not yet."""
        return [material.key for material in self.materials if material.how == "later"]


class Event(msgspec.Struct):
    """One fact about the node `case_no`."""

    case_no: str
    kind: str
    data: dict[str, Any] = {}


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(State)
_form = msgspec.json.Decoder(dict[str, Any])


def dump(state: State) -> tuple[str, str]:
    """The snapshot and the form as JSON texts; the form lies apart, since few commands change it."""
    form, state.form = state.form, {}
    snapshot = _encoder.encode(state).decode()
    state.form = form
    return snapshot, _encoder.encode(form).decode()


def load(snapshot: str, form: str) -> State:
    """The state of what `dump` gave."""
    state = _decoder.decode(snapshot)
    state.form = _form.decode(form)
    return state
