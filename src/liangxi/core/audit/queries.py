"""Reading and proving the trail."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from django.db import connection, transaction

from liangxi.core.audit import sealing, verifier
from liangxi.core.audit.rules import READ_VERBS, salted
from liangxi.core.audit.shapes import Entry, Page, Report

_COLUMNS = "seq, body"
_ERASED = """
SELECT count(*) FROM audit_entry e, jsonb_object_keys(e.body::jsonb -> 'personal') k
WHERE e.body::jsonb ? 'personal' AND NOT EXISTS (SELECT 1 FROM audit_salt s WHERE s.seq = e.seq AND s.name = k)
"""


def entries(where: dict[str, str | None], after: int | None, limit: int) -> Page:
    """Sealed records, newest first."""
    parts = [f"{column} = %s" for column, value in where.items() if value]
    params: list[Any] = [value for value in where.values() if value]
    if after is not None:
        parts.append("seq < %s")
        params.append(after)
    limit = max(1, min(limit, 200))
    condition = " AND ".join(parts) or "true"
    sql = f"SELECT {_COLUMNS} FROM audit_entry WHERE {condition} ORDER BY seq DESC LIMIT %s"  # noqa: S608 own parts
    found = _rows(sql, [*params, limit + 1])
    page = found[:limit]
    return Page(tuple(_entry(*row) for row in page), page[-1][0] if len(found) > limit else None)


def reads_of(person: str, limit: int) -> tuple[Entry, ...]:
    """Who looked at a person's data, newest first."""
    found = _rows(
        f"SELECT {_COLUMNS} FROM audit_entry WHERE person = %s AND substring(action from '[^.]*$') = ANY(%s) "  # noqa: S608
        "ORDER BY seq DESC LIMIT %s",
        [person, list(READ_VERBS), limit],
    )
    return tuple(_entry(*row) for row in found)


def deeds_for(subject: str, limit: int) -> tuple[Entry, ...]:
    """What was done on behalf of somebody, newest first."""
    sql = f"SELECT {_COLUMNS} FROM audit_entry WHERE on_behalf = %s ORDER BY seq DESC LIMIT %s"  # noqa: S608 own parts
    return tuple(_entry(*row) for row in _rows(sql, [subject, limit]))


def _entry(seq: int, body: str) -> Entry:
    said = json.loads(body)

    return Entry(
        seq=seq,
        time=datetime.fromisoformat(said["time"]),
        actor=said["actor"],
        unit=said.get("unit", ""),
        on_behalf=said.get("on_behalf", ""),
        action=said["action"],
        object=said["object"],
        purpose=said.get("purpose", ""),
        decision=said.get("decision", ""),
        person=said.get("person", ""),
        detail=said.get("detail", {}),
        trace=said.get("trace", ""),
    )


def verify(told: Callable[[int], None] | None = None) -> Report:
    """Prove the trail of the database against its checkpoints and against what stands outside."""
    sealing.seal()
    sealing.checkpoint()
    outside = sealing.folder() / "leaves.sha256"
    leaves = verifier.chunks(outside.read_bytes() if outside.exists() else b"")
    with transaction.atomic():
        found = verifier.verify(_told(told), _notes(), leaves, verifier.checker(public_key()))
        wrong = None if not found.ok else _salts()
        columns = None if not found.ok or wrong else _columns()
    if wrong or columns:
        found.fault(*(wrong or columns or (None, "")))
    erased = _rows(_ERASED)[0][0]
    return Report(
        ok=found.ok,
        records=found.records,
        checkpoints=found.checkpoints,
        first_bad=found.first_bad,
        reason=found.reason,
        anchored=found.anchored,
        unanchored=found.records - found.anchored,
        erased=erased,
    )


def _columns() -> tuple[int, str] | None:
    """The stored hashes must be those of the stored records."""
    for seq, body, first, second in _stream("SELECT seq, body, leaf_sha256, leaf_sm3 FROM audit_entry ORDER BY seq"):
        hashes = (verifier.leaf_hash(body.encode(), h) for h in (verifier.sha256, verifier.sm3))
        if (bytes(first), bytes(second)) != tuple(hashes):
            return seq, "the stored hash is not that of the record"
    return None


def _salts() -> tuple[int, str] | None:
    """A salt that still stands must be the one that the record commits to."""

    sql = "SELECT s.seq, s.name, s.salt, e.body FROM audit_salt s JOIN audit_entry e USING (seq) ORDER BY s.seq"
    for seq, name, salt, body in _stream(sql):
        said = json.loads(body).get("personal", {}).get(name)
        if said is None or said["salt"] != hashlib.sha256(bytes(salt)).hexdigest():
            return seq, f"the salt of {name} is not the one that was sealed"
    return None


def confirms(seq: int, name: str, value: str) -> bool:
    """True when `value` is the personal value that record `seq` hashed; False also when its salt was erased."""
    found = _rows(
        "SELECT s.salt, e.body FROM audit_salt s JOIN audit_entry e USING (seq) WHERE s.seq = %s AND s.name = %s",
        [seq, name],
    )
    return bool(found) and json.loads(found[0][1])["personal"][name]["hash"] == salted(value, bytes(found[0][0]))


def export(folder: Path) -> int:
    """Write records, checkpoints, leaves, key and the verifier into `folder`; the number of records."""
    sealing.seal()
    sealing.checkpoint()
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with transaction.atomic(), (folder / "records.jsonl").open("wb") as file:
        for _, body in _all():
            file.write(body.encode() + b"\n")
            count += 1
        (folder / "checkpoints.txt").write_text("".join(note + "%%\n" for note in _notes()))
    outside = sealing.folder() / "leaves.sha256"
    (folder / "leaves.sha256").write_bytes(outside.read_bytes() if outside.exists() else b"")
    (folder / "key.pem").write_bytes(public_key())
    (folder / "verifier.py").write_text(Path(verifier.__file__).read_text())
    return count


def public_key() -> bytes:
    """The public key of the trail as PEM."""
    return (
        sealing.private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def head() -> tuple[int, str]:
    """The size of the trail and the last checkpoint's note ("" before the first)."""
    size = _rows("SELECT size FROM audit_state")[0][0]
    notes = _rows("SELECT note FROM audit_checkpoint ORDER BY number DESC LIMIT 1")
    return size, notes[0][0] if notes else ""


def _notes() -> list[str]:
    return [note for (note,) in _rows("SELECT note FROM audit_checkpoint ORDER BY number")]


def _told(told: Callable[[int], None] | None) -> Iterator[bytes]:
    """The records, and word of every 500th."""
    for number, (_, body) in enumerate(_all(), 1):
        yield body.encode()
        if told is not None and number % 500 == 0:
            told(number)


def _all() -> Iterator[tuple[int, str]]:
    return ((seq, body) for seq, body in _stream(f"SELECT {_COLUMNS} FROM audit_entry ORDER BY seq"))  # noqa: S608


def _stream(sql: str) -> Iterator[tuple[Any, ...]]:
    """Rows without holding them all; inside a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(2000):
            yield from rows


def _rows(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
