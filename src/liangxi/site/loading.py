"""A city's profile into the rooms, through their doors: `liangxi load`.

A profile is a folder: `profile.toml`, tables as CSV (UTF-8, a header, a column `provenance`), packages as YAML. Loading
the same profile again changes nothing.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
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
from liangxi.site import land
from liangxi.site.tables import Row, day, fault, keyed, number, placed, table
from liangxi.systems.data import face as data
from liangxi.systems.data.face import opening
from liangxi.systems.onething import face as onething
from liangxi.systems.sensing import face as sensing

HOUSE = actor.system("load")
_LANGUAGES = ("zh", "en")
_CODE_COLUMNS = frozenset({"code", "title_zh", "title_en", "parent", "valid_from", "valid_to", "provenance"})
_NEEDED = ("title.zh", "history_from", "map.synthetic", "levels.village", "code_lists")  # of profile.toml


def load(root: Path) -> str:
    """Load the profile in `root`, all of it or nothing; what was loaded, in one line.

    InvalidError `load.profile` names the file and line of the first fault.
    """
    profile = _profile(root)
    with transaction.atomic():
        counts = {
            "codes": _codes(root, profile),
            "days": _calendar(root),
            "organisations": _organisations(root, profile),
            "synonyms": _synonyms(root),
            "divisions": _divisions(root, profile),
        }
        data.load_rules(by=HOUSE, rules=profile.get("sharing", {}))
        opening.load_licences(by=HOUSE, licences=profile.get("open_data", {}).get("licences", {}))
        counts["profiles of things"] = _things(root)
        resources = data.load_catalogue(by=HOUSE, root=root)
        counts["new sources"] = data.load_sources(by=HOUSE, root=root)
        packages = onething.load_profile(by=HOUSE, root=root)
    counts["resources"] = sum(resources)
    counts["packages"] = packages.added + packages.unchanged
    return f"{profile['title']['zh']}: " + ", ".join(f"{count} {name}" for name, count in counts.items())


def _profile(root: Path) -> dict[str, Any]:
    file = root / "profile.toml"
    try:
        profile = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise fault(file, 0, "there is no such profile") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise fault(file, 0, str(error)) from error
    needed = [*_NEEDED, *(f"code_lists.{name}.{lang}" for name in profile.get("code_lists", ()) for lang in _LANGUAGES)]
    for path in needed:
        found: Any = profile
        for step in path.split("."):
            if not isinstance(found, dict) or step not in found:
                raise fault(file, 0, f"{path} is missing")
            found = found[step]
    return profile


def _things(root: Path) -> int:
    """The profiles of things, a file each; the number that the profile has."""
    files = sorted((root / "things").glob("*.yaml"))
    for file in files:
        try:
            found = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise fault(file, 0, str(error)) from error
        if not isinstance(found, dict) or found.get("code") != file.stem:
            raise fault(file, 0, f"code must be {file.stem}")
        with placed(file, {}):
            sensing.load_profiles(by=HOUSE, documents=[found])
    return len(files)


def _codes(root: Path, profile: dict[str, Any]) -> int:
    count = 0
    for list_id, title in profile["code_lists"].items():
        file = root / "codes" / f"{list_id}.csv"
        rows = list(table(file, "code", "title_zh", columns="title_en parent valid_from valid_to"))
        entries = [
            Code(
                code=row["code"],
                title={"zh": row["title_zh"], "en": row["title_en"]},
                parent=row["parent"],
                valid_from=day(file, line, row["valid_from"]),
                valid_to=day(file, line, row["valid_to"]),
                attributes={name: value for name, value in row.items() if name not in _CODE_COLUMNS and value},
            )
            for line, row in rows
        ]
        with placed(file, {row["code"]: line for line, row in rows}):
            count += codes.load(by=HOUSE, list_id=list_id, title=title, entries=entries)
    return count


def _calendar(root: Path) -> int:
    """The exceptional days by the notice that orders them; a notice speaks for the year of its latest day."""
    file = root / "calendar.csv"
    notices: dict[str, list[DayRow]] = defaultdict(list)
    listed = keyed(file, "date", "kind", "notice", columns="name")
    for line, row in listed.values():
        on = day(file, line, row["date"])
        if row["kind"] not in {"off", "work"} or on is None:
            raise fault(file, line, "kind must be off or work")
        notices[row["notice"]].append(DayRow(on, row["name"], row["kind"], row["notice"]))  # type: ignore[arg-type]
    with placed(file, {key: line for key, (line, _) in listed.items()}):
        years: dict[int, list[DayRow]] = defaultdict(list)
        for days in notices.values():
            years[max(one.date for one in days).year] += days
        return sum(calendar.load(by=HOUSE, year=year, days=days) for year, days in years.items())


def _divisions(root: Path, profile: dict[str, Any]) -> int:
    areas = root / "areas"
    file = areas / "divisions.csv"
    listed = keyed(file, "id", "name_zh", "level", "kind", columns="name_en parent is_statutory")
    for line, row in listed.values():
        if not row["name_en"] and row["level"] != "village":
            raise fault(file, line, "name_en is empty")
        if row["level"] not in profile["levels"]:
            raise fault(file, line, f"there is no level {row['level']}")
        if row["parent"] and listed.get(row["parent"], (line,))[0] >= line:
            raise fault(file, line, f"the parent {row['parent']} is not listed before it")
    kept, seats = _division_codes(areas, listed), _seats(areas, listed)
    divisions = [
        Division(
            id=row["id"],
            name={"zh": row["name_zh"], "en": row["name_en"]},
            level=row["level"],
            kind=row["kind"],
            parent=row["parent"] or None,
            is_statutory=row["is_statutory"] == "1",
            codes=tuple(kept[row["id"]]),
            lon=seats.get(row["id"], (None, None))[0],
            lat=seats.get(row["id"], (None, None))[1],
        )
        for _, row in listed.values()
    ]
    places.load_divisions(by=HOUSE, divisions=divisions)
    if profile["map"]["synthetic"]:
        places.load_outlines(by=HOUSE, outlines=_outlines(areas, divisions))
    return len(divisions)


def _division_codes(areas: Path, listed: Mapping[str, Any]) -> dict[str, list[DivisionCode]]:
    file = areas / "division_codes.csv"
    kept: dict[str, list[DivisionCode]] = defaultdict(list)
    for line, row in table(file, "division", "scheme", "code", columns="valid_from valid_to"):
        if row["division"] not in listed:
            raise fault(file, line, f"there is no division {row['division']}")
        since, until = day(file, line, row["valid_from"]), day(file, line, row["valid_to"])
        kept[row["division"]].append(DivisionCode(row["scheme"], row["code"], since, until))
    return kept


def _seats(areas: Path, listed: Mapping[str, Any]) -> dict[str, tuple[float | None, float | None]]:
    file = areas / "seats.csv"
    rows = keyed(file, "division", "centroid_lon", "centroid_lat", "area_km2", columns="seat_lon seat_lat")
    for line, row in rows.values():
        if row["division"] not in listed:
            raise fault(file, line, f"there is no division {row['division']}")
        for name in ("centroid_lon", "centroid_lat", "area_km2"):
            number(file, line, row[name])
    return {
        key: (number(file, line, row["seat_lon"]), number(file, line, row["seat_lat"]))
        for key, (line, row) in rows.items()
    }


def _outlines(areas: Path, divisions: list[Division]) -> Iterator[Outline]:
    """Generated outlines of districts and towns, marked synthetic."""
    towns: dict[str, list[str]] = defaultdict(list)
    levels = {one.id: one.level for one in divisions}
    for one in divisions:
        if one.level == "town" and one.is_statutory and one.parent:
            towns[one.parent].append(one.id)
    seats = [
        land.Seat(row["division"], float(row["centroid_lon"]), float(row["centroid_lat"]), float(row["area_km2"]))
        for _, row in table(areas / "seats.csv")
        if levels[row["division"]] == "county"
    ]
    ring = [(x, y) for x, y in tomllib.loads((areas / "blob.toml").read_text(encoding="utf-8"))["ring"]]
    for division, shape in land.partition(ring=ring, seats=seats, towns=towns).items():
        rings = [[(float(x), float(y)) for x, y in shape.exterior.coords]]
        yield Outline(division=division, level=levels[division], rings=rings, is_synthetic=True)


def _organisations(root: Path, profile: dict[str, Any]) -> int:
    """Each organisation once a name: the dated names stand in a table of their own."""
    oldest = profile["history_from"]
    table_of_all = root / "organisations.csv"
    listed = keyed(table_of_all, "code", "name_zh", "name_en", "kind", columns="parent line valid_from")
    names = _organisation_names(root / "organisation_names.csv", listed, oldest)
    rows: list[OrganisationRow] = []
    for code, (line, row) in listed.items():
        since = day(table_of_all, line, row["valid_from"]) or oldest
        rows += names.get(code) or [_organisation(row, since, None)]
    with placed(table_of_all, {code: line for code, (line, _) in listed.items()}):
        return people.load_organisations(by=HOUSE, rows=rows)


def _organisation_names(
    file: Path, listed: Mapping[str, tuple[int, Row]], oldest: date
) -> dict[str, list[OrganisationRow]]:
    names: dict[str, list[OrganisationRow]] = defaultdict(list)
    for line, row in table(file, "code", "name_zh", "name_en", columns="valid_from valid_to"):
        if row["code"] not in listed:
            raise fault(file, line, f"there is no organisation {row['code']}")
        since, until = day(file, line, row["valid_from"]) or oldest, day(file, line, row["valid_to"])
        names[row["code"]].append(_organisation(listed[row["code"]][1] | row, since, until))
    return names


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
    rows = keyed(root / "synonyms.csv", "term", "synonyms")
    return search.load_synonyms(
        by=HOUSE, synonyms={term: row["synonyms"].split(";") for term, (_, row) in rows.items()}
    )
