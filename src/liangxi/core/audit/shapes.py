"""Values that the face of this room gives."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One sealed record. `object` is `kind:id`; `detail` is what the recording room added."""

    seq: int
    time: datetime
    actor: str  # account
    unit: str  # code of the organisation of the actor's post
    on_behalf: str
    action: str
    object: str
    purpose: str
    decision: str
    person: str  # register id of the person whom the record is about
    detail: dict[str, Any]
    trace: str


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first; `next` is the `after` of the following page, None on the last one."""

    entries: tuple[Entry, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. `first_bad` is the sequence number of the first bad record, when one can be named.

    `anchored` records are covered by a checkpoint that also stands outside the database; `unanchored` ones are not yet.
    """

    ok: bool
    records: int
    checkpoints: int
    first_bad: int | None
    reason: str
    anchored: int
    unanchored: int
    erased: int  # personal values whose salt was dropped
