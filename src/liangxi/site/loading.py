"""A city's profile into the rooms, through their doors: `liangxi load`.

A profile is a folder: `profile.toml`, tables as CSV (UTF-8, a header, a column `provenance`), packages as YAML. Loading
the same profile again changes nothing.
"""

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from liangxi.core.calendar import face as calendar
from liangxi.core.calendar.shapes import DayRow
from liangxi.core.codes import face as codes
from liangxi.core.codes.shapes import Code
from liangxi.core.people import face as people
from liangxi.core.people.shapes import OrganisationRow
from liangxi.core.places import face as places
from liangxi.core.places.shapes import Division, DivisionCode, Outline
from liangxi.core.search import face as search
from liangxi.kit import actor
from liangxi.kit.errors import InvalidError
from liangxi.site import land
from liangxi.systems.onething import face as onething

HOUSE = actor.system("load")
_CODE_COLUMNS = frozenset({"code", "title_zh", "title_en", "parent", "valid_from", "valid_to", "provenance"})
Row = dict[str, str]


def load(root: Path) -> str:
    """Load the profile in `root`, all of it or nothing; what was loaded, in one line.

    InvalidError `load.profile` names the file and line of the first fault.
    """
    profile = _profile(root)
    with transaction.atomic():
        counts = {
            "codes": _codes(root, profile),
            "days": _calendar(root),
            "divisions": _divisions(root, profile),
            "organisations": _organisations(root, profile),
            "synonyms": _synonyms(root),
        }
        packages = onething.load_profile(by=HOUSE, root=root)
    counts["packages"] = packages.added + packages.unchanged
    return f"{profile['title']['zh']}: " + ", ".join(f"{count} {name}" for name, count in counts.items())


def _profile(root: Path) -> dict[str, Any]:
    file = root / "profile.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise _fault(file, 0, "there is no such profile") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _fault(file, 0, str(error)) from error


def _table(file: Path, *needed: str) -> Iterator[tuple[int, Row]]:
    """The rows of a table with their line numbers; a missing column or cell is a fault."""
    try:
        stream = file.open(encoding="utf-8-sig", newline="")
    except FileNotFoundError as error:
        raise _fault(file, 0, "the profile lacks this table") from error
    with stream:
        reader = csv.DictReader(stream, strict=True)
        missing = [name for name in (*needed, "provenance") if name not in (reader.fieldnames or ())]
        if missing:
            raise _fault(file, 1, f"the column {missing[0]} is missing")
        for row in reader:
            if None in row or None in row.values():
                raise _fault(file, reader.line_num, f"this line does not have {len(reader.fieldnames or ())} cells")
            empty = [name for name in needed if not row[name]]
            if empty:
                raise _fault(file, reader.line_num, f"{empty[0]} is empty")
            yield reader.line_num, row


def _day(file: Path, line: int, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _fault(file, line, f"'{text}' is no day (YYYY-MM-DD)") from error


def _fault(file: Path, line: int, reason: str) -> InvalidError:
    place = f"{file}:{line}" if line else str(file)
    return InvalidError(
        "load.profile", "%(place)s: %(reason)s", {"place": place, "reason": reason}, fields={place: reason}
    )


def _codes(root: Path, profile: dict[str, Any]) -> int:
    count = 0
    for list_id, title in profile["code_lists"].items():
        file = root / "codes" / f"{list_id}.csv"
        entries = [
            Code(
                code=row["code"],
                title={"zh": row["title_zh"], "en": row["title_en"]},
                parent=row["parent"],
                valid_from=_day(file, line, row["valid_from"]),
                valid_to=_day(file, line, row["valid_to"]),
                attributes={name: value for name, value in row.items() if name not in _CODE_COLUMNS and value},
            )
            for line, row in _table(file, "code", "title_zh")
        ]
        count += codes.load(by=HOUSE, list_id=list_id, title=title, entries=entries)
    return count


def _calendar(root: Path) -> int:
    """The exceptional days by the notice that orders them; a notice speaks for the year of its latest day."""
    file = root / "calendar.csv"
    notices: dict[str, list[DayRow]] = defaultdict(list)
    for line, row in _table(file, "date", "kind", "notice"):
        day = _day(file, line, row["date"])
        if row["kind"] not in {"off", "work"} or day is None:
            raise _fault(file, line, "kind must be off or work")
        notices[row["notice"]].append(DayRow(day, row["name"], row["kind"], row["notice"]))  # type: ignore[arg-type]
    return sum(calendar.load(by=HOUSE, year=max(day.date for day in days).year, days=days) for days in notices.values())


def _divisions(root: Path, profile: dict[str, Any]) -> int:
    areas = root / "areas"
    seats = {row["division"]: row for _, row in _table(areas / "seats.csv", "division")}
    kept: dict[str, list[DivisionCode]] = defaultdict(list)
    file = areas / "division_codes.csv"
    for line, row in _table(file, "division", "scheme", "code"):
        since, until = _day(file, line, row["valid_from"]), _day(file, line, row["valid_to"])
        kept[row["division"]].append(DivisionCode(row["scheme"], row["code"], since, until))
    divisions = [
        Division(
            id=row["id"],
            name={"zh": row["name_zh"], "en": row["name_en"]},
            level=row["level"],
            kind=row["kind"],
            parent=row["parent"] or None,
            is_statutory=row["is_statutory"] == "1",
            codes=tuple(kept[row["id"]]),
            lon=_number(seats.get(row["id"], {}).get("seat_lon", "")),
            lat=_number(seats.get(row["id"], {}).get("seat_lat", "")),
        )
        for _, row in _table(areas / "divisions.csv", "id", "name_zh", "level", "kind")
    ]
    places.load_divisions(by=HOUSE, divisions=divisions)
    if profile["map"]["synthetic"]:
        places.load_outlines(by=HOUSE, outlines=_outlines(areas, divisions))
    return len(divisions)


def _outlines(areas: Path, divisions: list[Division]) -> Iterator[Outline]:
    """Generated outlines of districts and towns, marked synthetic."""
    towns: dict[str, list[str]] = defaultdict(list)
    levels = {one.id: one.level for one in divisions}
    for one in divisions:
        if one.level == "town" and one.is_statutory and one.parent:
            towns[one.parent].append(one.id)
    seats = [
        land.Seat(row["division"], float(row["centroid_lon"]), float(row["centroid_lat"]), float(row["area_km2"]))
        for _, row in _table(areas / "seats.csv", "division", "centroid_lon", "centroid_lat", "area_km2")
        if levels[row["division"]] == "county"
    ]
    ring = [tuple(point) for point in tomllib.loads((areas / "blob.toml").read_text(encoding="utf-8"))["ring"]]
    for division, shape in land.partition(ring=ring, seats=seats, towns=towns).items():
        rings = [[(float(x), float(y)) for x, y in shape.exterior.coords]]
        yield Outline(division=division, level=levels[division], rings=rings, is_synthetic=True)


def _number(text: str) -> float | None:
    return float(text) if text else None


def _organisations(root: Path, profile: dict[str, Any]) -> int:
    """Each organisation once a name: the dated names stand in a table of their own."""
    oldest = profile["history_from"]
    names: dict[str, list[OrganisationRow]] = defaultdict(list)
    listed: dict[str, Row] = {row["code"]: row for _, row in _table(root / "organisations.csv", "code", "name_zh")}
    file = root / "organisation_names.csv"
    for line, row in _table(file, "code", "name_zh"):
        if row["code"] not in listed:
            raise _fault(file, line, f"there is no organisation {row['code']}")
        since, until = _day(file, line, row["valid_from"]) or oldest, _day(file, line, row["valid_to"])
        names[row["code"]].append(_organisation(listed[row["code"]] | row, since, until))
    rows: list[OrganisationRow] = []
    for code, row in listed.items():
        since = _day(root / "organisations.csv", 0, row["valid_from"]) or oldest
        rows += names.get(code) or [_organisation(row, since, None)]
    return people.load_organisations(by=HOUSE, rows=rows)


def _organisation(row: Row, since: date, until: date | None) -> OrganisationRow:
    return OrganisationRow(
        code=row["code"],
        parent=row["parent"] or None,
        kind=row["kind"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        line=row["line"],
        valid_from=since,
        valid_to=until,
    )


def _synonyms(root: Path) -> int:
    rows = _table(root / "synonyms.csv", "term", "synonyms")
    return search.load_synonyms(by=HOUSE, synonyms={row["term"]: row["synonyms"].split(";") for _, row in rows})
