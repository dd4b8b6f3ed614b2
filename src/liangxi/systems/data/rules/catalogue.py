"""What a resource must say of itself before others may rely on it.

Core metadata: 政务信息资源目录编制指南. Sharing attributes with condition and basis: 《政务数据共享条例》. Grades:
GB/T 43697-2024 (核心, 重要, 一般; general data split into 1 to 4), the resource taking the highest of its fields
(就高从严). A definition is JSON:

    {"id": "resident-population", "title": {"zh": "...", "en": "..."}, "kind": "base", "register": "population",
     "category": "101000", "org": "police", "summary": {...}, "format": "database", "origin": "city", "cycle": "daily",
     "sharing": {"attribute": "conditional", "condition": "...", "basis": "《...》第...条", "ways": ["interface"]},
     "opening": {"attribute": "not-open", "basis": "..."},
     "fields": [{"name": "citizen_id", "title": {...}, "type": "text", "element": "citizen_id", "subject": "person",
                 "key": true, "authoritative": true, "personal": true, "grade": "general-4"}],
     "relations": [{"kind": "derived", "resource": "..."}], "provenance": "..."}
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from liangxi.kit.errors import InvalidError
from liangxi.systems.data.shapes import (
    Change,
    Freshness,
    Relation,
    ResourceDefinition,
    ResourceField,
    Terms,
)
from liangxi.systems.data.shapes.catalogue import Grade, Kind

KINDS = ("base", "theme", "department")
REGISTERS = ("population", "firm", "space", "credit", "licence")  # 五大基础库 of Jiangsu
FORMATS = ("file", "spreadsheet", "database", "graphics", "media", "self-describing")
ORIGINS = ("nation", "province", "city", "district")
SHARING = ("unconditional", "conditional", "not-shared")
OPENING = ("unconditional", "conditional", "not-open")
WAYS = ("interface", "table", "file")
TYPES = ("text", "integer", "number", "boolean", "date", "datetime", "code", "geometry", "attachment")
GRADES = ("general-1", "general-2", "general-3", "general-4", "important", "core")
RELATIONS = ("mirror", "derived", "part", "related")
CYCLES: Mapping[str, timedelta | None] = {
    "realtime": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
    "quarterly": timedelta(days=92),
    "half-yearly": timedelta(days=184),
    "yearly": timedelta(days=366),
    "irregular": None,
}
TOLERANCE = 0.25  # design: a delivery may be late by a quarter of its cycle before the resource counts as stale
MOST_FIELDS = 1000

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CATEGORY = re.compile(r"[123][0-9]{5}")
_WHOLE = ("id", "title", "kind", "register", "category", "org", "summary", "format", "origin", "sharing", "opening",
          "cycle", "fields", "relations", "provenance")  # fmt: skip
_FIELD = ("name", "title", "type", "element", "subject", "key", "authoritative", "personal", "grade")
_TERMS = ("attribute", "condition", "basis", "ways")
_LENGTH = 2000

Faults = dict[str, str]


def compile_definition(said: Mapping[str, Any]) -> ResourceDefinition:
    """The definition of a resource; InvalidError `data.resource` whose `fields` map each path to what is wrong."""
    faults: Faults = {}
    _unknown(said, _WHOLE, "", faults)
    made = ResourceDefinition(
        id=_matching(said, "id", _ID, 60, faults),
        title=_titles(said, "title", faults),
        kind=cast(Kind, _one_of(said, "kind", KINDS, faults)),
        register=_text(said, "register"),
        category=_matching(said, "category", _CATEGORY, 6, faults),
        org=_required(said, "org", faults),
        summary=_titles(said, "summary", faults),
        format=_one_of(said, "format", FORMATS, faults),
        origin=_one_of(said, "origin", ORIGINS, faults),
        sharing=_terms(said, "sharing", SHARING, faults),
        opening=_terms(said, "opening", OPENING, faults),
        cycle=_one_of(said, "cycle", tuple(CYCLES), faults),
        fields=_fields(said, faults),
        relations=_relations(said, faults),
        provenance=_text(said, "provenance"),
    )
    _check(made, faults)
    if faults:
        raise InvalidError("data.resource", "The description of the resource needs a correction.", fields=faults)
    return made


def as_json(made: ResourceDefinition) -> dict[str, Any]:
    """The definition as it is kept: the form that `compile_definition` reads."""
    fields = [
        {"name": f.name, "title": dict(f.title), "type": f.type, "element": f.element, "subject": f.subject,
         "key": f.is_key, "authoritative": f.is_authoritative, "personal": f.is_personal, "grade": f.grade}
        for f in made.fields
    ]  # fmt: skip
    return {
        "id": made.id, "title": dict(made.title), "kind": made.kind, "register": made.register,
        "category": made.category, "org": made.org, "summary": dict(made.summary), "format": made.format,
        "origin": made.origin, "sharing": _terms_json(made.sharing), "opening": _terms_json(made.opening),
        "cycle": made.cycle, "fields": fields,
        "relations": [{"kind": r.kind, "resource": r.resource} for r in made.relations],
        "provenance": made.provenance,
    }  # fmt: skip


def grade_of(fields: Iterable[ResourceField]) -> Grade:
    """The highest grade of the fields (就高从严)."""
    return max((field.grade for field in fields), key=GRADES.index, default="general-1")


def code_of(category: str, number: int) -> str:
    """信息资源代码: the code of the category, a slash, the number in it."""
    return f"{category}/{number:06d}"


def freshness(cycle: str, delivered_at: datetime | None, now: datetime) -> Freshness:
    """Whether the last delivery is as young as the update cycle promises."""
    promised = CYCLES[cycle]
    if promised is None:
        return "irregular"
    if delivered_at is None:
        return "never"
    return "stale" if now > delivered_at + promised * (1 + TOLERANCE) else "fresh"


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Change]:
    """What `after` says otherwise than `before`; fields and relations are told apart by their names."""
    old, new = _flat(before or {}), _flat(after)
    paths = [*(path for path in old if path not in new), *new]
    return [Change(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)]


def _flat(said: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in said.items():
        if name == "fields":
            for field in value:
                found |= {f"fields.{field['name']}.{part}": v for part, v in _parts(field) if part != "name"}
        elif name == "relations":
            found |= {f"relations.{one['resource']}": one["kind"] for one in value}
        elif isinstance(value, Mapping):
            found |= {f"{name}.{part}": v for part, v in _parts(value)}
        elif value not in ("", None):
            found[name] = value
    return found


def _parts(value: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for part, v in value.items():
        if isinstance(v, Mapping):
            yield from ((f"{part}.{lang}", text) for lang, text in v.items())
        elif v not in ("", None, False, []):
            yield part, v


def _check(made: ResourceDefinition, faults: Faults) -> None:
    """What the parts say together."""
    if made.kind == "base" and made.register not in REGISTERS:
        faults["register"] = "Choose the base register that it belongs to."
    if made.kind != "base" and made.register:
        faults["register"] = "Only resources of the class base belong to a base register."
    if made.kind in KINDS and made.category[:1] != str(KINDS.index(made.kind) + 1):
        faults.setdefault("category", "The category belongs to another class of resources.")
    _check_sharing(made, faults)
    _check_opening(made, faults)


def _check_sharing(made: ResourceDefinition, faults: Faults) -> None:
    """条例: no condition that no law knows, and nothing withheld without one."""
    terms = made.sharing
    if terms.attribute == "conditional" and not terms.condition:
        faults["sharing.condition"] = "Say under which condition it is shared."
    if terms.attribute in ("conditional", "not-shared") and not terms.basis:
        faults["sharing.basis"] = "Name the law or regulation that demands this, with its article."
    if terms.attribute == "unconditional" and terms.condition:
        faults["sharing.condition"] = "What is shared unconditionally has no condition."
    if terms.attribute != "not-shared" and not terms.ways:
        faults["sharing.ways"] = "Choose at least one way of sharing."
    if terms.attribute == "unconditional" and grade_of(made.fields) in ("important", "core"):
        faults["sharing.attribute"] = "Important and core data are not shared unconditionally."


def _check_opening(made: ResourceDefinition, faults: Faults) -> None:
    terms = made.opening
    if terms.attribute == "conditional" and not terms.condition:
        faults["opening.condition"] = "Say under which condition it is opened."
    if terms.attribute == "not-open" and not terms.basis:
        faults["opening.basis"] = "Name the law or regulation that demands this, with its article."
    if terms.attribute == "unconditional" and any(field.is_personal for field in made.fields):
        faults["opening.attribute"] = "Personal data is not opened to everybody."
    if terms.attribute != "not-open" and grade_of(made.fields) in ("important", "core"):
        faults["opening.attribute"] = "Important and core data are not opened."


def _fields(said: Mapping[str, Any], faults: Faults) -> tuple[ResourceField, ...]:
    listed = said.get("fields")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_FIELDS:
        faults["fields"] = "List the fields of the resource, 1 to 1,000."
        return ()
    found: list[ResourceField] = []
    names: set[str] = set()
    for n, one in enumerate(listed):
        if not isinstance(one, Mapping):
            faults[f"fields.{n}"] = "A field is described by its name, title, type and grade."
            continue
        field = _field(one, f"fields.{n}.", faults)
        if field.name in names:
            faults[f"fields.{n}.name"] = "This name stands twice."
        names.add(field.name)
        found.append(field)
    return tuple(found)


def _field(one: Mapping[str, Any], at: str, faults: Faults) -> ResourceField:
    _unknown(one, _FIELD, at, faults)
    field = ResourceField(
        name=_matching(one, "name", _NAME, 60, faults, at),
        title=_titles(one, "title", faults, at),
        type=_one_of(one, "type", TYPES, faults, at),
        element=_text(one, "element"),
        subject=_text(one, "subject"),
        is_key=_flag(one, "key", faults, at),
        is_authoritative=_flag(one, "authoritative", faults, at),
        is_personal=_flag(one, "personal", faults, at),
        grade=cast(Grade, _one_of(one, "grade", GRADES, faults, at)),
    )
    for name in ("element", "subject"):
        value = getattr(field, name)
        if value and not _NAME.fullmatch(value):
            faults[at + name] = "Use small letters, digits and underscores."
    if field.is_authoritative and not (field.element and field.subject):
        faults[f"{at}element"] = "An authoritative source says which data element of which subject it holds."
    return field


def _relations(said: Mapping[str, Any], faults: Faults) -> tuple[Relation, ...]:
    found = []
    for n, one in enumerate(said.get("relations") or ()):
        if not isinstance(one, Mapping) or one.get("kind") not in RELATIONS or not _text(one, "resource"):
            faults[f"relations.{n}"] = "Name a resource and how this one stands to it."
        elif one["resource"] == said.get("id"):
            faults[f"relations.{n}"] = "A resource has no relation to itself."
        else:
            found.append(Relation(one["kind"], one["resource"]))
    return tuple(found)


def _terms(said: Mapping[str, Any], name: str, attributes: tuple[str, ...], faults: Faults) -> Terms:
    one = said.get(name)
    if not isinstance(one, Mapping):
        faults[f"{name}.attribute"] = "Choose one of the attributes."
        return Terms(attribute="")
    _unknown(one, _TERMS, f"{name}.", faults)
    ways = one.get("ways") or []
    if not isinstance(ways, list) or not set(ways) <= set(WAYS):
        faults[f"{name}.ways"] = "Choose interface, table or file."
        ways = []
    return Terms(
        attribute=_one_of(one, "attribute", attributes, faults, f"{name}."),
        condition=_text(one, "condition"),
        basis=_text(one, "basis"),
        ways=tuple(way for way in WAYS if way in ways),
    )


def _terms_json(terms: Terms) -> dict[str, Any]:
    return {"attribute": terms.attribute, "condition": terms.condition, "basis": terms.basis, "ways": list(terms.ways)}


def _unknown(said: Mapping[str, Any], known: tuple[str, ...], at: str, faults: Faults) -> None:
    for name in said:
        if name not in known:
            faults[f"{at}{name}"] = "The catalogue knows no such entry."


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return " ".join(str(value).split())[:_LENGTH] if isinstance(value, str | int) else ""


def _required(said: Mapping[str, Any], name: str, faults: Faults, at: str = "") -> str:
    value = _text(said, name)
    if not value:
        faults[at + name] = "This must be filled in."
    return value


def _matching(
    said: Mapping[str, Any], name: str, form: re.Pattern[str], most: int, faults: Faults, at: str = ""
) -> str:
    value = _required(said, name, faults, at)
    if value and (not form.fullmatch(value) or len(value) > most):
        faults[at + name] = _FORMS[form]
    return value


_FORMS = {
    _ID: "Use small letters, digits and hyphens, such as resident-population (60 at most).",
    _NAME: "Use small letters, digits and underscores, such as citizen_id (60 at most).",
    _CATEGORY: "A category has six digits: class, item and section.",
}


def _titles(said: Mapping[str, Any], name: str, faults: Faults, at: str = "") -> dict[str, str]:
    """Chinese must be there; where English is not, Chinese stands in its place."""
    value = said.get(name)
    titles = value if isinstance(value, Mapping) else {"zh": value}
    chinese, english = _text(titles, "zh"), _text(titles, "en")
    if not chinese:
        faults[at + name] = "This must be filled in."
    return {"zh": chinese, "en": english or chinese}


def _one_of(said: Mapping[str, Any], name: str, known: tuple[str, ...], faults: Faults, at: str = "") -> str:
    value = _text(said, name)
    if value not in known:
        faults[at + name] = "Choose one of the list."
    return value


def _flag(said: Mapping[str, Any], name: str, faults: Faults, at: str = "") -> bool:
    value = said.get(name, False)
    if not isinstance(value, bool):
        faults[at + name] = "Say yes or no."
    return value is True
