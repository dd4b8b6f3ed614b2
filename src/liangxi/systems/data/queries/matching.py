"""Reads of matchings: what the profile declares, how records stand, and the values of a pair."""

import hmac
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from liangxi.core.lake import face as lake
from liangxi.core.people import face as people
from liangxi.kit import schema
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError, NotFoundError
from liangxi.systems.data import models
from liangxi.systems.data.queries import connectors
from liangxi.systems.data.queries.registers import uuid
from liangxi.systems.data.rules import datasets, matching, normal
from liangxi.systems.data.rules.checking import column
from liangxi.systems.data.rules.matching import Matching
from liangxi.systems.data.shapes.matching import MatchingCard, MatchLink, MatchPage, MatchPair, MatchStep, MatchValue

SCHEMA = Path(__file__).parent.parent / "schemas" / "matching.json"
CHECKS = {"citizen_id": people.check_citizen_id, "uscc": people.check_uscc}
PAGE = 50


def matchings() -> tuple[Matching, ...]:
    """The matchings of the city's profile (data/matching/*.yaml) whose resources are published."""
    listed = _listed(settings.CONFIG.city_root)
    named = {one[name] for one in listed for name in ("register", "source")}
    there = models.Resource.objects.filter(pk__in=named, state="published").values_list("pk", flat=True)
    known = {id: connectors.definition_in_force(id) for id in there}
    fit = (one for one in listed if {one["register"], one["source"]} <= known.keys())
    return tuple(matching.compile_matching(one, known) for one in fit)


@lru_cache(maxsize=4)
def _listed(root: Path) -> tuple[dict[str, Any], ...]:
    files = sorted((root / "data" / "matching").glob("*.yaml"))
    return tuple(said for file in files for said in schema.load_yaml(file, SCHEMA).data["matchings"])


def declared(id: str) -> Matching:
    """One matching. NotFoundError `data.matching.unknown`."""
    found = next((one for one in matchings() if one.id == id), None)
    if found is None:
        raise NotFoundError("data.matching.unknown", "There is no such matching.")
    return found


def is_valid(check: str, identity: str) -> bool:
    """Whether a number is one by its check character; without a check any number is."""
    if check not in CHECKS:
        return bool(identity)
    try:
        CHECKS[check](identity)
    except InvalidError:
        return False
    return True


def identity_of(made: Matching, record: Mapping[str, Any]) -> str:
    """The number by which a record says who it is, in one form; empty for none."""
    return normal.plain(str(record.get(made.identity) or "")) if made.identity else ""


def fingerprint(made: Matching, record: Mapping[str, Any]) -> str:
    """A keyed hash of all that a decision rests on: it tells that values changed and nothing else."""
    names = sorted({made.identity, *(one.name for one in made.fields)} - {""})
    said = json.dumps([[name, str(record.get(name) or "")] for name in names], ensure_ascii=False)
    return hmac.new(settings.SECRET_KEY.encode(), said.encode(), "sha256").hexdigest()


def key_of(names: Iterable[str], row: Mapping[str, Any]) -> str:
    """The key of a record as it is kept: a JSON list of texts."""
    return json.dumps([str(row[name]) for name in names], ensure_ascii=False)


def cards(by: Actor) -> tuple[MatchingCard, ...]:
    """Every matching whose records one may see."""
    counted = models.MatchLink.objects.values("matching", "state", "org_path").annotate(n=Count("id"))
    counts: dict[tuple[str, str], int] = {}
    for one in counted:
        if by.may("data.manage", one["org_path"]):
            at = (one["matching"], one["state"])
            counts[at] = counts.get(at, 0) + one["n"]
    return tuple(_card(made, counts) for made in matchings() if by.may("data.manage", owner_of(made)))


def _card(made: Matching, counts: Mapping[tuple[str, str], int]) -> MatchingCard:
    last = models.MatchRun.objects.filter(matching=made.id).order_by("-at").first()
    titles = models.Resource.objects.in_bulk([made.register, made.source])
    return MatchingCard(
        id=made.id, title=made.title, register=made.register, register_title=titles[made.register].title,
        source=made.source, source_title=titles[made.source].title, linked=counts.get((made.id, "linked"), 0),
        review=counts.get((made.id, "review"), 0), new=counts.get((made.id, "new"), 0),
        at=last.at if last else None, error=last.error if last else "",
    )  # fmt: skip


def owner_of(made: Matching) -> str:
    """The path of the register's provider, whose stewards decide."""
    return connectors.owner_of(made.register)


def row(by: Actor, id: str, *, lock: bool = False) -> models.MatchLink:
    """One record in the scope of `data.manage`. NotFoundError `data.match.unknown`."""
    rows = models.MatchLink.objects.select_for_update() if lock else models.MatchLink.objects.all()
    found = rows.filter(pk=uuid(id) or UUID(int=0)).first()
    if found is None or not by.may("data.manage", found.org_path):
        raise NotFoundError("data.match.unknown", "There is no such record for you to match.")
    return found


def page(by: Actor, id: str, state: str, after: str) -> MatchPage:
    """Records of a matching in one state, by falling score."""
    made = declared(id)
    by.require("data.manage", owner_of(made))
    rows = models.MatchLink.objects.filter(matching=id, state=state).order_by("-score", "pk")
    begin = int(after) if after.isdecimal() else 0
    found = list(rows[begin : begin + PAGE + 1])
    shown = tuple(link(made, one) for one in found[:PAGE])
    return MatchPage(rows=shown, total=rows.count(), next=str(begin + PAGE) if len(found) > PAGE else None)


def following(by: Actor, id: str, seen: Iterable[str]) -> str | None:
    """The doubtful record that comes next in the queue, without those that were put off."""
    made = declared(id)
    by.require("data.manage", owner_of(made))
    rows = models.MatchLink.objects.filter(matching=id, state="review").exclude(pk__in=list(seen))
    first = rows.order_by("-score", "pk").values_list("pk", flat=True).first()
    return str(first) if first else None


def key_shown(made: Matching, text: str, *, is_open: bool = False) -> str:
    """A key as it is shown: the number of a person in part, until a purpose is told."""
    return text if is_open or made.check != "citizen_id" or not text else f"{text[:6]}********{text[-2:]}"


def link(made: Matching, found: models.MatchLink, *, is_open: bool = False) -> MatchLink:
    """How a record stands."""
    record = " · ".join(key_shown(made, part, is_open=is_open) for part in json.loads(found.record))
    return MatchLink(
        id=str(found.pk), matching=made.id, title=made.title, record=record,
        entity=key_shown(made, found.entity, is_open=is_open), state=found.state, score=found.score,
        reasons=tuple((name, likeness) for name, likeness in found.reasons), decided_by=found.decided_by, at=found.at,
    )  # fmt: skip


def pair(made: Matching, found: models.MatchLink, *, with_values: bool) -> MatchPair:
    """A record beside its entity, with its history."""
    titles = models.Resource.objects.in_bulk([made.register, made.source])
    steps = found.steps.order_by("-at", "-pk")
    acts = {"review": ("accept", "reject"), "linked": ("split",)}.get(found.state, ())
    return MatchPair(
        link=link(made, found, is_open=with_values),
        values=_values(made, found) if with_values else (),
        history=tuple(
            MatchStep(one.what, key_shown(made, one.entity, is_open=with_values), one.score, one.by_name, one.at)
            for one in steps
        ),
        register_title=titles[made.register].title,
        source_title=titles[made.source].title,
        actions=acts,
    )


def _values(made: Matching, found: models.MatchLink) -> tuple[MatchValue, ...]:
    source = connectors.definition_in_force(made.source)
    keys = [one.name for one in source.fields if one.is_key]
    wanted = dict(zip(keys, json.loads(found.record), strict=True))
    record = _one(made.source, wanted)
    entity = _one(made.register, {made.key: found.entity}) if found.entity else {}
    likeness = dict(matching.score(made.fields, record, entity).reasons)
    return tuple(
        MatchValue(one.name, source.field(one.name).title, _shown(record.get(one.name)), _shown(entity.get(one.of)),
                   likeness.get(one.name))
        for one in made.fields
    )  # fmt: skip


def _one(resource: str, wanted: Mapping[str, str]) -> dict[str, Any]:
    where = " AND ".join(f"CAST({column(name)} AS VARCHAR) = ?" for name in wanted)
    with lake.read(table=datasets.table_of(resource)) as reader:
        return next(reader.records(f"FROM dataset WHERE {where} LIMIT 1", list(wanted.values())), {})


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
