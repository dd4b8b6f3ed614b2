"""Federation as others see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Titles = Mapping[str, str]
ApiState = Literal["draft", "open", "closed"]
ExchangeState = Literal["asked", "answered", "failed", "broken", "withheld"]
"""asked: under way; answered: the provider answered, whatever its status; failed: it did not; broken: our process died
meanwhile; withheld: the grant ended while the provider answered, so that nothing was passed on."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service of an API: its code, its path below the API's address, the methods that it takes.

    `subject` names the query parameter that holds the citizen id of whom is asked, empty when there is none.
    """

    code: str
    path: str
    methods: tuple[str, ...]
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDefinition:
    """A department's own API (`rules.apis` says the form). `timeout` in seconds, `most_asked` and `_answered` in bytes.

    `keeps` is the number of days for which whole messages are kept; 0: only their hashes are.
    """

    id: str
    resource: str
    title: Titles
    address: str
    services: tuple[Service, ...]
    header: str
    prefix: str
    timeout: int
    concurrency: int
    most_asked: int
    most_answered: int
    keeps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """An API with how it stands; `paths` are those by which its services are called, without the host."""

    definition: ApiDefinition
    org: str
    state: ApiState
    has_secret: bool
    relay: str  # the ask on which it relies when it hands on what another node gives
    made_by: str
    made_at: datetime
    allowed_by: str
    allowed_at: datetime | None
    paths: tuple[str, ...]
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a program asks. `target` is the rest of the path and the query as they came, `secret` its key."""

    method: str
    service: tuple[str, str, str, str, str]  # node, member class, member, subsystem, service
    target: str = field(repr=False)
    client: str
    id: str
    user: str
    issue: str
    secret: str = field(repr=False)
    path: str = field(default="", repr=False)  # the whole path and query as they came
    token: str = field(default="", repr=False)  # by which a neighbouring node signed the call


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a call opens: where it goes, as whom, with which headers, within which limits (seconds, bytes).

    `node` is the neighbour that is asked, under `ask`, or that asks, by what it signed (`claims`).
    """

    api: str
    service: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    timeout: float
    concurrency: int
    most_asked: int
    most_answered: int
    keeps: int
    grant: str
    org: str
    purpose: str
    client: str
    subject: str = field(default="", repr=False)
    node: str = ""
    ask: str = ""
    claims: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """An exchange that is written down, and the headers by which the provider lets its call in."""

    id: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The digest (SHA-512) and size in bytes of one side of an exchange; `head` is its head as it is hashed."""

    head: bytes = field(repr=False)
    digest: bytes
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One line of the message log. Hashes are base64 of SHA-512 as X-Road's `X-Road-Request-Hash` is made."""

    id: str
    at: datetime
    ended_at: datetime | None
    request_id: str
    api: str
    service: str
    method: str
    client: str
    org: str
    user: str
    issue: str
    grant: str
    node: str
    purpose: str
    state: ExchangeState
    status: int
    error: str
    request_hash: str
    request_bytes: int
    answer_hash: str
    answer_bytes: int
    kept_until: datetime | None


@dataclass(frozen=True, slots=True)
class ExchangeReport:
    """What a comparison of the message log with the sealed trail found; `reason` is empty when both agree."""

    exchanges: int
    kept: int  # whole messages whose files were read and hold
    reason: str


HarvestKind = Literal["ckan", "dcat"]
HarvestState = Literal["waiting", "running", "done", "partial", "failed"]
"""done: every record was taken; partial: some were not, and `faults` says which; failed: the source cannot be read, or
is no such catalogue: what is known of it stays as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestedFile:
    """A file or service of a harvested data set, at the source."""

    title: str
    url: str
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestRecord:
    """A data set as another catalogue says it; `identifier` is its name there, `hash` of all that is said."""

    identifier: str
    title: str
    summary: str
    publisher: str
    licence: str
    licence_url: str
    landing: str
    provenance: str
    files: tuple[HarvestedFile, ...]
    tags: tuple[str, ...]
    modified: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestRun:
    """One reading of a source: how many records were seen, new, changed, gone, bad; `faults` are (id, msgid)."""

    id: str
    state: HarvestState
    seen: int
    added: int
    changed: int
    gone: int
    bad: int
    faults: tuple[tuple[str, str], ...]
    error: str  # a msgid with its params
    error_params: Mapping[str, str]
    asked_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestSource:
    """A catalogue read every so many hours (0: by hand), with its last runs, newest first, and its data sets now."""

    id: str
    title: str
    kind: HarvestKind
    url: str
    every: int
    is_active: bool
    next_at: datetime | None
    sets: int
    runs: tuple[HarvestRun, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestedSet:
    """A data set of another catalogue as the open portal shows it; with `gone_at` it is not listed there any more."""

    id: str
    source: str
    source_title: str
    record: HarvestRecord
    first_seen: datetime
    changed_at: datetime
    gone_at: datetime | None


AskState = Literal[
    "sent", "open", "refused", "active", "suspended", "waiting", "revoked", "expired", "lapsed", "withdrawn"
]
"""sent: on its way to the neighbour; open: a case there; the others are those of a grant there, or the refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCard:
    """Who this node is: what its administrator hands to those of its neighbours. `key` is public."""

    node: str
    title: str
    address: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A neighbouring node and how the line to it stands: heard and told last, what waits, since when it fails.

    `org` is the organisation here as which it asks; `asked` counts what we asked of it, `granted` what it was granted.
    """

    id: str
    title: str
    level: str
    address: str
    key: str
    org: str
    state: str
    heard_at: datetime | None
    told_at: datetime | None
    failing_since: datetime | None
    error: str
    waiting: int
    asked: int
    granted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedResource:
    """A resource that a neighbour may be asked for; `services` are the codes of its API."""

    id: str
    title: Titles
    summary: Titles
    org: str
    org_name: Titles
    sharing: str
    condition: str
    basis: str
    fields: tuple[Titles, ...]
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a department here asked of a neighbour, and how it stands there; `paths` are called with `hint`'s key."""

    id: str
    neighbour: str
    neighbour_title: str
    org: str
    resource: str
    title: str
    said: Mapping[str, str]
    state: str
    case_no: str
    reason: str
    quota: int
    until: date | None
    paths: tuple[str, ...]
    asked_at: datetime
    changed_at: datetime
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedAsk:
    """What a neighbour asked of us: by whom there, which need and grant it became here, how it stands."""

    id: str
    neighbour: str
    neighbour_title: str
    resource: str
    client: str
    need: str
    grant: str
    state: str
    reason: str
    relayed: bool  # what is granted stands at another node, and is handed on
    asked_at: datetime
