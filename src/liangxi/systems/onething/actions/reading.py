"""A package and its matters from YAML documents: read, compiled, and every fault with its line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liangxi.core.forms import face as forms
from liangxi.kit import schema
from liangxi.kit.errors import InvalidError
from liangxi.systems.onething.rules import checking, compiling
from liangxi.systems.onething.shapes import FileFinding, Package

SCHEMAS = Path(__file__).parent.parent / "schemas"
PACKAGE, MATTERS = SCHEMAS / "package.json", SCHEMAS / "matters.json"
_BROKEN: Mapping[str, tuple[str, str]] = {  # rule of the schema -> reason and hint
    "required": ("%(place)s lacks %(wants)s", "add the line `%(wants)s:`"),
    "additionalProperties": ("%(place)s has no part called %(wants)s", "correct the name or remove the line"),
    "enum": ("%(place)s is not one of the words that are known: %(found)s", "write one of: %(wants)s"),
    "const": ("%(place)s must be %(wants)s", "write %(wants)s"),
    "type": ("%(place)s is of the wrong kind: %(found)s", "write it as: %(wants)s"),
    "pattern": ("%(place)s is not written as it must be: %(found)s", "it must match %(wants)s"),
    "minItems": ("%(place)s has too few entries", "at least %(wants)s"),
    "uniqueItems": ("%(place)s names something twice", "remove what stands there twice"),
    "minLength": ("%(place)s is too short", "at least %(wants)s characters"),
    "minimum": ("%(place)s is too small: %(found)s", "at least %(wants)s"),
    "maximum": ("%(place)s is too large: %(found)s", "at most %(wants)s"),
    "oneOf": ("%(place)s fits none of the forms that it may have", "see the examples in other packages"),
    "anyOf": ("%(place)s fits none of the forms that it may have", "see the examples in other packages"),
}
Known = set[str] | None
"""Codes that exist; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A package as its documents define it, compiled, with where each of its parts stands."""

    document: schema.Document
    definition: dict[str, Any]
    package: Package

    def finding(self, path: tuple[str | int, ...], reason: str, hint: str = "", **params: object) -> FileFinding:
        """A fault at a place of the package."""
        return FileFinding(str(self.document.path), self.document.line_of(path), reason, hint, params)


def told(error: schema.DocumentError) -> list[FileFinding]:
    """The faults of a document that cannot be used."""
    return [_in_words(found) for found in error.findings]


def _in_words(found: schema.Finding) -> FileFinding:
    reason, hint = _BROKEN.get(found.rule, ("%(fault)s", ""))
    params = {"fault": found.reason, "place": found.path or found.file.name, "wants": found.wants,
              "found": found.found}  # fmt: skip
    return FileFinding(str(found.file), found.line, reason, hint, params)


def read(document: schema.Document, matters: Mapping[str, dict[str, Any]]) -> Reading | list[FileFinding]:
    """The package in `document` with those of `matters` that it uses, or why it cannot be compiled."""
    used = [item["matter"] for item in document.data["items"]]
    definition = {"package": document.data, "matters": [matters[key] for key in used if key in matters]}
    try:
        return Reading(document, definition, compiling.compile_package(definition))
    except compiling.BrokenDefinitionError as error:
        return [FileFinding(str(document.path), document.line_of(error.path), error.message, "", error.params)]


def faults(reading: Reading, departments: Known) -> list[FileFinding]:
    """Every fault of a package that could be compiled."""
    found = [reading.finding(one.path, one.message, one.hint, **one.params)
             for one in checking.findings(reading.package)]  # fmt: skip
    return [*found, *_broken_fields(reading), *_strangers(reading, departments)]


def unknown_codes(matter: Mapping[str, Any], departments: Known, types: Known) -> Iterator[tuple[str, str]]:
    """(key, reason) where a matter names a department or a type of certificate that nobody knows."""
    if departments is not None and matter["org"] not in departments:
        yield "org", "%(code)s, the department of %(matter)s, is no organisation"
    if types is not None and matter["result"] and matter["result"] not in types:
        yield "result", "%(code)s, the result of %(matter)s, is no type of certificate"


def _strangers(reading: Reading, departments: Known) -> Iterator[FileFinding]:
    """Where the package itself names a department that nobody knows."""
    package = reading.package
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("lead",), package.lead),
        (("flow", "accept"), package.accept_org),
        (("flow", "hand_out"), package.hand_out_org),
    ]
    named += [
        (("items", n, "signs", "orgs"), org)
        for n, item in enumerate(package.items)
        for org in (item.signs.orgs if item.signs else ())
    ]
    for path, code in named:
        if departments is not None and code not in departments:
            yield reading.finding(path, "%(code)s is no organisation", code=code)


def _broken_fields(reading: Reading) -> list[FileFinding]:
    """Fields that no page could draw: the whole form is compiled, whatever the situation."""
    fields = [dict(field.definition) for field in reading.package.fields]
    try:
        forms.compile_form({"id": reading.package.id, "title": dict(reading.package.title), "fields": fields})
    except InvalidError as error:
        told = error.fields.items()
        return [reading.finding(_in_form(place), "%(place)s: %(why)s", place=place, why=why) for place, why in told]
    return []


def _in_form(place: str) -> tuple[str | int, ...]:
    """`fields.3.max` of a form as a path of the file."""
    _, n, *rest = place.split(".")
    return ("form", int(n), *rest)
