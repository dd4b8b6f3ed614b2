"""What happens in the data zone, for other rooms."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePublished:
    """A version of a resource is in force in the catalogue; the subject is the resource's id."""

    resource: str
    code: str
    version: int
    org: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceWithdrawn:
    """A resource is in the catalogue no more; nothing of it is delivered from now on."""

    resource: str
    org: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedAnswered:
    """A provider (or the bureau after mediation) answered a request: `outcome` granted or refused."""

    need: str
    request: str
    resource: str
    consumer: str
    provider: str
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantGiven:
    """A department may read a resource from now on, until the day `until`; the subject is the grant's id."""

    grant: str
    resource: str
    consumer: str
    provider: str
    until: date
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantEnded:
    """A grant was suspended or revoked (`why`); nothing is delivered under it from now on."""

    grant: str
    resource: str
    consumer: str
    provider: str
    why: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetChanged:
    """What is delivered of a resource moved to another state of the lake; the subject is the resource's id.

    `seq` is the last number of its change feed, `changes` how many rows are new, other or gone (all, of a first state).
    """

    resource: str
    version: int
    batch: int
    seq: int
    rows: int
    changes: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetOpened:
    """Version `number` of a data set passed the privacy gate and is open to everybody; the subject is its resource."""

    resource: str
    org: str
    number: int
    rows: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVersionRefused:
    """New rows of an open data set did not pass the gate (`checks` failed); the version before stays public."""

    resource: str
    org: str
    number: int
    checks: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetClosed:
    """A data set is not open any more; nothing of it is answered from now on."""

    resource: str
    org: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDelivered:
    """Rows of a resource were published in the lake, in the transaction that made them visible; its subject is the id.

    `version` and `batch` are the newest of `table` now; `run` is the delivery that brought them.
    """

    resource: str
    table: str
    version: int
    batch: int
    run: str
    at: datetime
