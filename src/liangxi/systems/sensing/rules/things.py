"""What a thing to register must be, how its life goes, and what its keys look like."""

import csv
import hashlib
import io
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping

from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.systems.sensing.shapes import COLUMNS, NEXT, STATES, ThingRow, ThingState

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_NEEDED = COLUMNS[:4]
MOST_ROWS = 100_000


def check_step(old: ThingState, new: ThingState) -> None:
    """ConflictError `sensing.thing.state` unless a thing may go from `old` to `new`."""
    if new not in STATES:
        why = "There is no such state."
        raise InvalidError("sensing.thing.state", why, fields={"state": why})
    if new not in NEXT[old]:
        raise ConflictError("sensing.thing.state", "A thing does not go from %(old)s to %(new)s.",
                            {"old": old, "new": new})  # fmt: skip


def faults_of(row: ThingRow) -> dict[str, str]:
    """What is wrong with a row, by field; nothing when it can be registered."""
    found: dict[str, str] = {}
    if not CODE.fullmatch(row.code):
        found["code"] = "Up to 64 letters, digits and . _ : -"
    if not 1 <= len(row.title) <= 100 or "\x00" in row.title:
        found["title"] = "Write a title of up to 100 characters."
    if row.state not in STATES:
        found["state"] = "There is no such state."
    if (row.lon is None) != (row.lat is None):
        found["lon"] = "A position has a longitude and a latitude."
    elif row.lon is not None and row.lat is not None and not (-180 <= row.lon <= 180 and -90 <= row.lat <= 90):
        found["lon"] = "The position is nowhere on Earth."
    return found


def read_csv(text: str) -> list[ThingRow]:
    """The rows of a table (UTF-8, a header with at least code, title, profile and org).

    InvalidError `sensing.table` whose fields name line and column of what is wrong.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    header = tuple(reader.fieldnames or ())
    faults = {name: "There is no such column." for name in header if name not in COLUMNS}
    faults |= {name: "This column is missing." for name in _NEEDED if name not in header}
    if faults:
        raise InvalidError("sensing.table", "The table does not have the right columns.", fields=faults)
    rows = list(_rows(reader, faults))
    if not faults and not rows:
        faults["table"] = "The table is empty."
    if len(rows) > MOST_ROWS:
        faults["table"] = "A table has up to 100,000 things."
    if faults:
        raise InvalidError("sensing.table", "Some rows of the table are not right.", fields=faults)
    return rows


def _rows(reader: Iterable[Mapping[str, str]], faults: dict[str, str]) -> Iterator[ThingRow]:
    for line, sent in enumerate(reader, 2):
        values = {name: (sent.get(name) or "").strip() for name in COLUMNS}
        try:
            lon, lat = (float(values[name]) if values[name] else None for name in ("lon", "lat"))
        except ValueError:
            faults[f"{line}.lon"] = "This is not a number."
            continue
        texts = {name: value for name, value in values.items() if name not in ("lon", "lat", "state")}
        row = ThingRow(**texts, lon=lon, lat=lat, state=values["state"] or "in_service")  # type: ignore[arg-type]
        faults.update({f"{line}.{name}": why for name, why in faults_of(row).items()})
        yield row


def fresh_secret(kind: str) -> str:
    """A secret that begins with `kind` (`lxd_`: a device's, `lxc_`: a claim key's)."""
    return kind + secrets.token_urlsafe(24)


def digest_of(secret: str) -> bytes:
    """What is kept of a secret: it is random, so a plain hash does."""
    return hashlib.sha256(secret.encode()).digest()
