"""The sample city: generated, seeded, the same every time. Nobody in it is real.

`make` settles every community of the loaded profile, gives some people accounts and opens some cases. It may be
interrupted: the next `make` or `ensure` goes on, since everything in it can be written twice.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from liangxi.core.people import face as people
from liangxi.core.places import face as places
from liangxi.core.places.shapes import Division, GridCell
from liangxi.kit import actor, time
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.site import config, land, marks
from liangxi.site.dice import dice
from liangxi.site.sample import accounts, deliveries, opening, stories, things
from liangxi.site.sample.accounts import Cast
from liangxi.site.sample.homes import Doors
from liangxi.site.sample.settling import Community, Numbers, Settler
from liangxi.systems.data import face as data
from liangxi.systems.twin import face as twin

HOUSE = actor.system("sample")
MARK = "sample"
SEED = 1
SCALE = 1.0
LARGEST = 1000.0  # thousandths: the whole city
HELD = {  # resource of the catalogue -> the table that holds it
    "resident-population": "people_person",
    "household-register": "people_household",
    "marriage-register": "data_marriage",
    "market-entity": "people_firm",
    "standard-address": "places_address",
    "division-register": "places_division",
    "licence-directory": "data_licence",
}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Plot:
    """One community with its share of the city."""

    division: Division
    code: str
    place: str
    text: str
    at: tuple[float, float]
    persons: int
    firms: int


def make(*, seed: int = SEED, scale: float = SCALE, say: Say) -> str:
    """Make the sample city, or go on making it; what it holds, in one line.

    InvalidError `sample.scale`; ConflictError `sample.other` when this home holds other persons or another sample.
    """
    if not 0 < scale <= LARGEST:
        raise InvalidError("sample.scale", "--scale is more than 0 and at most 1000.", fields={"scale": "0 to 1000"})
    wanted = {"seed": seed, "scale": scale}
    kept = _kept()
    if kept is None and _count("people_person"):
        raise ConflictError("sample.other", "This home holds persons that are no sample; nothing was made.")
    if kept is not None and {name: kept[name] for name in wanted} != wanted:
        raise ConflictError(
            "sample.other",
            "This home holds the sample of seed %(seed)s and scale %(scale)s. Set LIANGXI_HOME for another one.",
            kept,
        )
    if kept is not None and kept["done"]:
        return _summary()
    marks.put(MARK, json.dumps(wanted | {"done": False}))
    cast = _settle(seed, scale, say)
    _analyze()
    accounts.load(cast)
    stories.play(cast)
    things.make()
    _deliver()
    marks.put(MARK, json.dumps(wanted | {"done": True}))
    return _summary()


def _analyze() -> None:
    """The planner learns what was loaded at once, instead of pairing it row by row until autovacuum comes."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(sorted(HELD.values()))}")


def _deliver() -> None:
    """The registers that the platform itself holds tell the catalogue what they hold now; departments drop files;
    some of it is opened to everybody."""
    for resource, held in HELD.items():
        data.record_delivery(by=HOUSE, resource=resource, at=time.now(), rows=_count(held), version="sample")
    deliveries.drop()
    opening.make()


def ensure(say: Say) -> str:
    """Make the default sample in an empty home, or end one that was interrupted."""
    kept = _kept()
    if kept is None and _count("people_person"):
        return "not wanted: this home has its own persons"
    return make(seed=kept["seed"] if kept else SEED, scale=kept["scale"] if kept else SCALE, say=say)


def _kept() -> dict[str, Any] | None:
    kept = marks.get(MARK)
    return dict(json.loads(kept[0])) if kept else None


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 own names
        return int(cursor.fetchone()[0])


def _summary() -> str:
    tables = {"persons": "people_person", "households": "people_household", "firms": "people_firm",
              "addresses": "places_address"}  # fmt: skip
    return ", ".join(f"{_count(table):,} {name}" for name, table in tables.items())


def _settle(seed: int, scale: float, say: Say) -> Cast:
    """Every community, a town in one transaction; the people who will play a part."""
    cast, numbers, done = Cast(), Numbers(), 0
    by_town: dict[str, list[_Plot]] = defaultdict(list)
    for plot in _plots(seed, scale):
        by_town[plot.division.parent or ""].append(plot)
    total = sum(plot.persons for plots in by_town.values() for plot in plots)
    told = 0
    for plots in by_town.values():
        made = [_community(seed, plot, numbers) for plot in plots]
        _load([community for community, _ in made], [doors for _, doors in made], plots)
        for plot, (community, _) in zip(plots, made, strict=True):
            cast.look_at(plot.place, community)
        done += sum(len(community.persons) for community, _ in made)
        if total and done * 10 // total > told and total > 100_000:
            told = done * 10 // total
            say(f"  {done:>9,} of {total:,} persons")
    return cast


def _plots(seed: int, scale: float) -> Iterator[_Plot]:
    """The communities in the order of the profile, with persons and firms that add up exactly to the scale."""
    statistics = tomllib.loads((config.read().city_root / "profile.toml").read_text(encoding="utf-8"))["statistics"]
    names = {one.id: one for level in ("county", "town") for one in places.divisions(level=level)}
    grounds = land.grounds(places.outlines(level="town"))
    found = []
    for one in places.divisions(level="village"):
        town = names.get(one.parent or "")
        if town is not None and town.id in grounds and len(one.code()) == 12:
            found.append((one, town, names[town.parent or ""], float(dice(seed, "weight", one.id).gamma(3.0))))
    wanted = [round(statistics[kind] * scale / 1000) for kind in ("persons", "firms")]
    shares = _shares([weight for *_, weight in found], wanted[0], wanted[1])
    for (one, town, county, _), (persons, firms) in zip(found, shares, strict=True):
        yield _Plot(
            division=one,
            code=one.code(),
            place=f"32029{places_order(county, names)}",
            text=f"无锡市{county.name['zh']}{town.name['zh']}{one.name['zh'].removesuffix('委会').removesuffix('居')}",
            at=land.point_in(grounds[town.id], dice(seed, "place", one.id)),
            persons=persons,
            firms=firms,
        )


def _shares(weights: list[float], persons: int, firms: int) -> list[tuple[int, int]]:
    """Persons and firms of each community by its weight; they add up exactly.

    A firm needs somebody who represents it: firms of an empty community stand in the next one with persons, or in the
    last one.
    """
    whole, run, settled, waiting = sum(weights), 0.0, (0, 0), 0
    shares: list[tuple[int, int]] = []
    for weight in weights:
        run += weight
        upto = (round(persons * run / whole), round(firms * run / whole))
        here, waiting = upto[0] - settled[0], waiting + upto[1] - settled[1]
        shares.append((here, waiting if here else 0))
        waiting, settled = 0 if here else waiting, upto
    last = max((n for n, (here, _) in enumerate(shares) if here), default=None)
    if last is not None:
        shares[last] = (shares[last][0], shares[last][1] + waiting)
    return shares


def places_order(county: Division, names: dict[str, Division]) -> int:
    """1 to 7: the place of a county among the counties."""
    return [one.id for one in names.values() if one.level == "county"].index(county.id) + 1


def _community(seed: int, plot: _Plot, numbers: Numbers) -> tuple[Community, Doors]:
    doors = Doors(seed=seed, division=plot.division.id, code=plot.code, place=plot.text, at=plot.at)
    settler = Settler(
        seed=seed, division=plot.division.id, code=plot.code, place=plot.place, numbers=numbers, doors=doors
    )
    return settler.settle(plot.persons, plot.firms), doors


def _load(made: list[Community], doors: list[Doors], plots: list[_Plot]) -> None:
    with transaction.atomic():
        places.load_grid(by=HOUSE, cells=(_cell(plot) for plot in plots))
        places.load_addresses(by=HOUSE, addresses=(door for one in doors for door in one.given))
        people.load_people(by=HOUSE, rows=(row for one in made for row in one.persons))
        people.load_households(by=HOUSE, rows=(row for one in made for row in one.households))
        people.load_firms(by=HOUSE, rows=(row for one in made for row in one.firms))
        data.load_marriages(by=HOUSE, rows=(row for one in made for row in one.marriages))
        data.load_licences(by=HOUSE, rows=(row for one in made for row in one.licences))
        twin.load_premises(by=HOUSE, rows=(row for one in made for row in one.premises))


def _cell(plot: _Plot) -> GridCell:
    """One unit grid a community: its 12 digits and 001."""
    return GridCell(f"{plot.code}001", plot.division.id, plot.at[0], plot.at[1], is_synthetic=True)
