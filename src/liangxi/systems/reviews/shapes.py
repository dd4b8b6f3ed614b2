"""What the room's door takes and gives. Titles are mappings `{"zh": ..., "en": ...}`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Channel = Literal["online", "window"]
PLAN = "review-rectification"
"""The id of the plan of rectification cases."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One service at a window that can be reviewed once, by its code."""

    code: str
    title: Mapping[str, str]
    org: str
    window: str
    on: date
    is_reviewed: bool
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectification:
    """One round of putting a bad review right. `kind` is rectified, mistaken or malicious once the department answered.

    `settled` is what the reviewer says, `is_accepted` what the supervisor found; None while neither has.
    """

    case_no: str
    round: int
    opened_at: datetime
    due: datetime | None
    called_at: datetime | None
    is_reached: bool
    call_note: str
    answered_at: datetime | None
    kind: str
    reply: str
    settled: bool | None
    settled_note: str
    verified_at: datetime | None
    is_accepted: bool | None
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review as staff of its department see it; who said it is not in it. `is_named`: there is somebody to call."""

    id: str
    channel: Channel
    case_no: str
    org: str
    window: str
    matter: str
    title: Mapping[str, str]
    stars: int
    tags: tuple[str, ...]
    text: str
    is_named: bool
    at: datetime
    is_excluded: bool
    public_text: str
    public_reply: str
    rounds: tuple[Rectification, ...]

    @property
    def current(self) -> Rectification | None:
        """The last round of rectification, if there is one."""
        return self.rounds[-1] if self.rounds else None


@dataclass(frozen=True, slots=True)
class PublicReview:
    """A review as everybody may read it: no person, no case number, the day only."""

    on: date
    channel: Channel
    org: str
    title: Mapping[str, str]
    stars: int
    tags: tuple[str, ...]
    text: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which reviews: days from `since` to before `until`, and what narrows them; empty: all.

    `level` is 1 to 5, good, bad, counted (all but those taken out), excluded, to_call, called, ended or answered: what
    the numbers of a `Tally` count.
    """

    since: date | None = None
    until: date | None = None
    org: str = ""
    window: str = ""
    matter: str = ""
    channel: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A page of reviews, newest first; `next` is the `after` of the following page."""

    rows: tuple[Review, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of reviews of one department, window, matter or month (`key`); `levels` from 5 stars down to 1.

    `good` are those with three stars or more, `bad` the rest; `excluded` were found mistaken or malicious and count
    in none of the others. `to_call` bad reviews name somebody, `called` of them were called within one working day;
    `answered_in_time` bad reviews were answered within 15 working days, `ended` are those answered or overdue.
    """

    key: str
    title: Mapping[str, str] | None
    total: int
    levels: tuple[int, int, int, int, int]
    good: int
    bad: int
    excluded: int
    to_call: int
    called: int
    ended: int
    answered_in_time: int
