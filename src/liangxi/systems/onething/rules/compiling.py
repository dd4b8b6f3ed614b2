"""From the checked YAML of a package and its matters to a `Package`, its situations' forms and case plans."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any

import rfc8785

from liangxi.kit import conditions
from liangxi.kit.conditions import Condition
from liangxi.kit.errors import InvalidError
from liangxi.systems.onething.rules import situation
from liangxi.systems.onething.shapes import (
    Alone,
    Answers,
    Example,
    FormField,
    Item,
    Law,
    Limit,
    Material,
    Matter,
    Package,
    Question,
    Result,
    Signs,
)

Path = tuple[str | int, ...]
OFFICE_DAY = 7  # office hours a day


class BrokenDefinitionError(InvalidError):
    """A part of a definition that cannot be compiled; `path` leads to it."""

    def __init__(self, path: Path, message: str, params: Mapping[str, Any] | None = None) -> None:
        super().__init__("onething.definition", message, params)
        self.path = path


def definition_hash(definition: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of a definition: the identity of a version."""
    return hashlib.sha256(rfc8785.dumps(dict(definition))).hexdigest()


def compile_package(definition: Mapping[str, Any]) -> Package:
    """The package that `definition` = `{"package": ..., "matters": [...]}` describes.

    Raises BrokenDefinitionError with the path inside `package` for a condition that cannot be read and for a
    matter that nobody defined.
    """
    body: Mapping[str, Any] = definition["package"]
    matters = {m["id"]: _matter(m) for m in definition["matters"]}
    provenance = body["provenance"]
    return Package(
        id=body["id"],
        version=body["version"],
        hash=definition_hash(definition),
        title=body["title"],
        summary=body["summary"],
        audience=body["audience"],
        category=body["category"]["id"],
        category_title={"zh": body["category"]["zh"], "en": body["category"]["en"]},
        lead=body["lead"],
        keywords=tuple(body.get("keywords", ())),
        status=body.get("status", ""),
        provenance=f"{provenance['source']} ({provenance['kind']})",
        effective=date.fromisoformat(body["effective"]),
        questions=tuple(_question(q, ("ask", n)) for n, q in enumerate(body["ask"])),
        items=tuple(_item(i, matters, ("items", n)) for n, i in enumerate(body["items"])),
        fields=tuple(_field(f, ("form", n)) for n, f in enumerate(body["form"])),
        materials=tuple(_material(m, ("materials", n)) for n, m in enumerate(body["materials"])),
        accept_org=body["flow"]["accept"],
        hand_out_org=body["flow"]["hand_out"],
        on_deny=body["flow"]["on_deny"],
        trips=body["trips"],
        steps=body["steps"],
        yellow=body["clock"]["yellow"],
        examples=tuple(_example(e) for e in body["examples"]),
    )


def form_of(package: Package, answers: Answers) -> dict[str, Any]:
    """The definition of the one form of a situation: the fields its matters need, conditions already decided."""
    wanted = situation.visible_fields(package, situation.chosen_items(package, answers), answers)
    shown = {f.id: f for f in package.fields}
    return {"id": package.id, "title": dict(package.title), "fields": [dict(shown[key].definition) for key in wanted]}


def plan_of(package: Package, answers: Answers) -> dict[str, Any]:
    """The case plan of one situation: who accepts, its matters in their order, their clocks.

    The same situation of the same version always gives the same plan, so plans are few and shared by cases.
    """
    chosen = situation.chosen_items(package, answers)
    return {
        "id": package.id,
        "version": package.version,
        "title": dict(package.title),
        "accept": {"org": package.accept_org},
        "hand_out": {"org": package.hand_out_org},
        "on_deny": package.on_deny,
        "yellow": package.yellow,
        "items": [_plan_item(package, item, chosen, answers) for item in chosen],
    }


def _plan_item(package: Package, item: Item, chosen: tuple[Item, ...], answers: Answers) -> dict[str, Any]:
    matter, days = item.matter, situation.promised_days(item, answers)
    needed = situation.materials_for(package, (item,), answers)
    in_hours = matter.promised.hours and days == matter.promised.days
    body: dict[str, Any] = {
        "key": matter.id,
        "title": dict(matter.title),
        "org": matter.org,
        "after": list(situation.predecessors(item, chosen)),
        "statutory": {"days": matter.statutory.days},
        "promised": {"hours": matter.promised.hours} if in_hours else {"days": days},
        "result": matter.result.type if matter.result else None,
        "fee": matter.fee,
        "materials": [one.material.id for one in needed],
    }
    if item.signs:
        body["signs"] = {"rule": item.signs.rule, "votes": item.signs.votes, "orgs": list(item.signs.orgs)}
    if matter.is_granted_by_silence:
        body["silence"] = "approve"
    return body


def _condition(text: str | bool, path: Path) -> Condition:
    try:
        return conditions.parse(text)
    except InvalidError as error:
        raise BrokenDefinitionError(path, error.message, error.params) from error


def _matter(body: Mapping[str, Any]) -> Matter:
    alone = body["alone"]
    certificate = body.get("certificate")
    return Matter(
        id=body["id"],
        title=body["title"],
        org=body["org"],
        kind=body["kind"],
        law=tuple(Law(law["name"], law["article"], law["provenance"]) for law in body["law"]),
        statutory=Limit(body["statutory"]["days"], body["statutory"].get("source", "")),
        promised=_promise(body["promised"]),
        result=Result(body["result"], certificate["holder"], tuple(certificate["fields"])) if certificate else None,
        fee=body["fee"],
        alone=Alone(alone["steps"], alone["trips"], tuple(alone["fields"]), tuple(alone["materials"])),
        is_granted_by_silence=body.get("silence") == "approve",
    )


def _promise(body: Mapping[str, Any]) -> Limit:
    """A promise in office hours counts as the days that they fill."""
    hours = body.get("hours", 0)
    days = ceil(hours / OFFICE_DAY) if hours else body["days"]
    return Limit(days, body.get("source", ""), hours)


def _question(body: Mapping[str, Any], path: Path) -> Question:
    return Question(
        id=body["id"],
        q=body["q"],
        why=body["why"],
        type=body["type"],
        when=_condition(body.get("when", True), (*path, "when")),
        unit=body.get("unit", {}),
        options=tuple((o["code"], o["label"]) for o in body.get("options", ())),
        minimum=body.get("min"),
        maximum=body.get("max"),
        source=body.get("source", ""),
    )


def _item(body: Mapping[str, Any], matters: Mapping[str, Matter], path: Path) -> Item:
    if body["matter"] not in matters:
        raise BrokenDefinitionError((*path, "matter"), "No matter is called %(matter)s.", {"matter": body["matter"]})
    special: Sequence[Mapping[str, Any]] = body.get("promised_when", ())
    return Item(
        matter=matters[body["matter"]],
        when=_condition(body["when"], (*path, "when")),
        after=tuple(body.get("after", ())),
        promised_when=tuple(
            (_condition(s["when"], (*path, "promised_when", n, "when")), s["days"]) for n, s in enumerate(special)
        ),
        signs=_signs(body.get("signs")),
    )


def _signs(body: Mapping[str, Any] | None) -> Signs | None:
    return Signs(body["rule"], tuple(body["orgs"]), body.get("votes", 1)) if body else None


def _field(body: Mapping[str, Any], path: Path) -> FormField:
    definition = {key: value for key, value in body.items() if key != "when"}
    when = _condition(body.get("when", True), (*path, "when"))
    return FormField(body["id"], tuple(body["for"]), when, body.get("source", ""), definition)


def _material(body: Mapping[str, Any], path: Path) -> Material:
    return Material(
        id=body["id"],
        title=body["title"],
        help=body.get("help", {}),
        items=tuple(body["for"]),
        when=_condition(body.get("when", True), (*path, "when")),
        ways=tuple(body["satisfied_by"]),
        accept=body.get("accept", "document"),
        commitment=body.get("commitment", {}),
        can_follow=body.get("can_follow", False),
    )


def _example(body: Mapping[str, Any]) -> Example:
    expect = body["expect"]
    return Example(body["title"], body["answers"], tuple(expect["items"]), tuple(expect["uploads"]), expect["days"])
