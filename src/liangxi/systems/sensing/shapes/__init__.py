"""What the door of sensing takes and gives. Times are aware; positions are CGCS2000 degrees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

ResultType = Literal["number", "boolean", "text", "category", "geometry"]
ThingState = Literal["planned", "in_service", "maintenance", "retired"]
KeyState = Literal["held", "expired", "revoked"]
RuleKind = Literal["threshold", "rate", "absence", "group", "offline"]
Severity = Literal["critical", "high", "medium", "low"]
AlarmState = Literal["unacknowledged", "acknowledged", "returned", "shelved", "suppressed", "normal"]
Deed = Literal["acknowledge", "assign", "shelve", "unshelve", "clear", "comment"]
DEEDS: tuple[Deed, ...] = ("acknowledge", "assign", "shelve", "unshelve", "clear", "comment")
RULE_KINDS: tuple[RuleKind, ...] = ("threshold", "rate", "absence", "group", "offline")
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
COLUMNS = ("code", "title", "profile", "org", "division", "lon", "lat", "gateway", "state")  # of a table of things
NEXT: Mapping[ThingState, frozenset[ThingState]] = {
    "planned": frozenset({"in_service", "retired"}),
    "in_service": frozenset({"maintenance", "retired"}),
    "maintenance": frozenset({"in_service", "retired"}),
    "retired": frozenset(),
}
"""The life of a thing: planned, in service (now and then in maintenance), retired for good."""
RESULT_TYPES: tuple[ResultType, ...] = ("number", "boolean", "text", "category", "geometry")
STATES: tuple[ThingState, ...] = ("planned", "in_service", "maintenance", "retired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """What a kind of thing observes: a number with its unit (UCUM) and the range that it can take, or another type.

    `options` are the values of a category with their titles.
    """

    code: str
    title: Mapping[str, str]
    type: ResultType = "number"
    unit: str = ""
    low: float | None = None
    high: float | None = None
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kind of thing (物模型). `events` and `services` are named things that it tells and can be asked to do.

    `offline_after` is the silence in seconds after which it counts as offline (0: never); `keep` the class of data
    that says how long its history stays.
    """

    code: str
    title: Mapping[str, str]
    properties: Mapping[str, Property]
    events: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    services: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    offline_after: int = 0
    keep: str = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingRow:
    """A thing to register: its code is ours for good, `org` owns it, `state` is where it stands at first.

    `gateway` is the code of a thing that it speaks through.
    """

    code: str
    title: str
    profile: str
    org: str
    division: str = ""
    lon: float | None = None
    lat: float | None = None
    gateway: str = ""
    state: ThingState = "in_service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A registered thing; `streams` maps each property to the number of its stream."""

    code: str
    title: str
    profile: str
    profile_title: Mapping[str, str]
    org: str
    org_path: str
    division: str
    lon: float | None
    lat: float | None
    state: ThingState
    gateway: str
    registered_at: datetime
    streams: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThingPage:
    """Things in the order of their codes; `total` counts all that fit, `next` is the `after` of the next page."""

    rows: tuple[Thing, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Credential:
    """A key of a thing; `hint` is how it begins."""

    id: str
    hint: str
    made_at: datetime
    until: datetime | None
    state: KeyState


@dataclass(frozen=True, slots=True)
class IssuedCredential:
    """A fresh key of a thing; the secret leaves the house here and is not kept."""

    thing: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimKey:
    """A key with which things of a profile register themselves for an organisation, `most` of them at most."""

    id: str
    profile: str
    org: str
    hint: str
    most: int
    used: int
    until: datetime
    state: KeyState


@dataclass(frozen=True, slots=True)
class IssuedClaimKey:
    """A fresh claim key with its secret."""

    key: ClaimKey
    secret: str


@dataclass(frozen=True, slots=True)
class KnownThing:
    """A thing as the intake knows it: its number, streams by property, and hashes of its keys with their ends (µs).

    `place` is its division.
    """

    number: int
    code: str
    profile: str
    org_path: str
    place: str
    state: ThingState
    gateway: int | None
    streams: Mapping[str, int]
    keys: tuple[tuple[bytes, int | None], ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """What changed in the registry since a version: profiles and things as they are now."""

    version: int
    profiles: tuple[Profile, ...]
    things: tuple[KnownThing, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """One result of a stream: when it was so, what, its sequence number, and when it was received (None: unknown)."""

    time: datetime
    result: Any
    seq: int
    received: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """A rule on a property of all things of a profile that `org` and those below it own, or on one `thing`.

    `threshold`: above `high` or below `low` (a boolean is 0 or 1), back by `hysteresis`, for `hold` seconds. `rate`:
    the same of the change per second. `absence`: no observation for `after` seconds. `group`: the threshold of a
    `share` (0 to 1) of at least `least` things of one division. `offline`: nothing heard of it for `after` seconds.
    """

    id: str = ""
    title: str
    profile: str
    property: str = ""
    org: str = ""
    thing: str = ""
    kind: RuleKind = "threshold"
    severity: Severity = "medium"
    high: float | None = None
    low: float | None = None
    hysteresis: float = 0.0
    hold: float = 0.0
    after: float = 0.0
    share: float = 0.0
    least: int = 1
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """A rule that is switched on, as the intake compiles it."""

    number: int
    org_path: str
    rule: AlarmRule


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChange:
    """The condition of a rule began or ended: on a property of a thing, on a whole thing, or at a place.

    `cause` is the sequence number of the observation that began it (a silence: of the last one before it), so that the
    same change told twice counts once.
    """

    rule: int
    thing: str = ""
    property: str = ""
    place: str = ""
    is_raised: bool
    at: datetime
    value: float | None = None
    cause: int


@dataclass(frozen=True, slots=True)
class AlarmEntry:
    """One line of an alarm's history: when, who (name; "" the house), what, and a word."""

    at: datetime
    who: str
    what: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm; `flaps` counts how often its condition came back while it stood, `entries` is its history if asked."""

    id: str
    rule: str
    title: str
    severity: Severity
    thing: str
    thing_title: str
    property: str
    place: str
    org: str
    state: AlarmState
    is_active: bool
    is_acknowledged: bool
    shelved_until: datetime | None
    raised_at: datetime
    cleared_at: datetime | None
    value: float | None
    assignee: str
    flaps: int
    entries: tuple[AlarmEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class AlarmPage:
    """Alarms, the gravest and then the newest first; `open` counts those that stand, by severity."""

    rows: tuple[Alarm, ...]
    open: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Work on a thing, or on all things of an organisation, during which alarms are kept quiet."""

    id: str = ""
    thing: str = ""
    org: str = ""
    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers of a stream in a bucket of time: how many, their mean, least, greatest and last."""

    begin: datetime
    n: int
    mean: float
    low: float
    high: float
    last: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have done: the alarms that it would have raised, and when the first of them began, by thing."""

    raised: int
    observations: int
    examples: tuple[tuple[str, datetime], ...]
