"""The door of core.audit."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from liangxi.core.audit import actions, queries, rules, sealing
from liangxi.core.audit.shapes import Entry, Page, Report
from liangxi.kit.actor import Actor


def record(
    *,
    by: Actor,
    action: str,
    object: str,
    purpose: str = "",
    detail: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
    decision: str = "",
) -> None:
    """Write down who did what, inside the caller's transaction; it is numbered and sealed within a second.

    `action` is `room.verb` (`person.read`); `object` is `kind:id`. The look at a person's data has an action whose
    last word is one of `rules.READ_VERBS`, the object `person:<id>` (or `person` in `detail`), and a purpose (else the
    actor's own). `detail` must be JSON; values that identify a person go to `personal`, of which only salted hashes
    are kept. InvalidError `audit.detail` when `detail` has no canonical JSON form.
    """
    said = _said(by, action, object, purpose, detail or {}) | {"decision": decision}
    actions.record(by, personal or {}, **said)


def written(
    *,
    by: Actor,
    action: str,
    object: str,
    detail: Mapping[str, Any],
    purpose: str = "",
    personal: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """`record` as a value, JSON for the function `audit_record` of the database, or for `record_many`.

    For a room that writes its change by a function of its own and calls that one in it: one trip instead of two.
    """
    return actions.written(by, personal or {}, **_said(by, action, object, purpose, detail))


def record_many(*, records: Sequence[Mapping[str, str]]) -> None:
    """What `written` gave, many at once: one statement in the caller's transaction."""
    actions.record_many(records)


def _said(by: Actor, action: str, object: str, purpose: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "object": object,
        "purpose": purpose or by.purpose,
        "detail": detail,
        "person": rules.person_of(object, detail),
    }


def seal() -> int:
    """Number, hash and keep what was recorded; the number of records. Called by the worker; one at a time."""
    return sealing.seal()


def entries_of(
    *,
    by: Actor,
    object: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page:
    """Sealed records, newest first; needs `audit.read`."""
    by.require("audit.read")
    return queries.entries({"object": object, "actor": actor, "action": action}, after, limit)


def reads_of(*, by: Actor, person: str, limit: int = 100) -> tuple[Entry, ...]:
    """Who looked at the data of a person, when and why: for himself, and for `audit.read`."""
    if by.person != person:
        by.require("audit.read")
    return queries.reads_of(person, limit)


def deeds_for(*, subject: str, limit: int = 50) -> tuple[Entry, ...]:
    """What others did on behalf of `subject` (`person:<id>`, `firm:<id>`), newest first.

    The caller has checked that it speaks to the subject: the room of persons alone asks.
    """
    return queries.deeds_for(subject, limit)


def head(*, by: Actor) -> tuple[int, str]:
    """The size of the trail and its last signed checkpoint; needs `audit.read`."""
    by.require("audit.read")
    return queries.head()


def verify(*, by: Actor, told: Callable[[int], None] | None = None) -> Report:
    """Prove the whole trail; the report names the first bad record. Needs `audit.read`.

    `told` hears now and then how many records have been read.
    """
    by.require("audit.read")
    return queries.verify(told)


def export(*, by: Actor, folder: Path) -> int:
    """Write the trail for a verifier without our package: records, checkpoints, leaves, key, `verifier.py`.

    Needs `audit.read`; the number of records.
    """
    by.require("audit.read")
    return queries.export(folder)


def erase(*, by: Actor, seq: int, name: str) -> bool:
    """Forget a personal value for good by dropping its salt; the record and its proof stay. Needs `audit.erase`."""
    by.require("audit.erase")
    return actions.erase(seq, name)
