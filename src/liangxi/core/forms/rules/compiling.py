"""From a definition (YAML or JSON) to a Form; every fault is named by its path."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from liangxi.core.forms.shapes import Field, FieldType, Form, Option, Rule, Titles
from liangxi.kit.conditions import Condition, parse
from liangxi.kit.errors import HouseError, InvalidError

Lists = Callable[[str], Iterable[Option]]

MOST_FIELDS = 300
_TYPES = get_args(FieldType)
_KEYS = frozenset(
    [
        "id",
        "type",
        "label",
        "help",
        "required",
        "when",
        "min",
        "max",
        "decimals",
        "pattern",
        "unit",
        "options",
        "source",
        "for",
        "autocomplete",
        "section",
    ]
)
_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
_CONDITION_TYPES = {
    "number": "number", "money": "number", "bool": "bool", "date": "date", "multi": "list",
    "person": "record", "address": "record",
}  # fmt: skip


class _Faults(dict[str, str]):
    """Collects every refusal, so that an author mends a file in one go."""

    def add(self, path: str, reason: str) -> None:
        self.setdefault(path, reason)


def compile_form(definition: Mapping[str, Any], lists: Lists | None, known: Mapping[str, str]) -> Form:
    """The form; raises InvalidError `forms.definition` whose `fields` maps paths (`fields.3.max`) to reasons."""
    faults = _Faults()
    for key in sorted(set(definition) - {"id", "title", "fields", "rules"}):
        faults.add(str(key), "This key is not known to forms.")
    found = definition.get("fields")
    if not isinstance(found, Sequence) or isinstance(found, str) or not 0 < len(found) <= MOST_FIELDS:
        faults.add("fields", f"A form needs a list of 1 to {MOST_FIELDS} fields.")
        found = ()
    fields = [f for i, d in enumerate(found) if (f := _field(f"fields.{i}", d, lists, faults))]
    _check_twins(fields, faults)
    types = {**known, **{f.id: _CONDITION_TYPES.get(f.type, "text") for f in fields}}
    _check_conditions(fields, types, faults)
    order = _order(fields, faults)
    rules = [r for i, d in enumerate(definition.get("rules", ())) if (r := _rule(f"rules.{i}", d, types, faults))]
    title = _titles("title", definition.get("title", {}), faults)
    if faults:
        path, reason = next(iter(faults.items()))
        raise InvalidError(
            "forms.definition",
            "The form's definition is wrong at %(path)s: %(reason)s",
            {"path": path, "reason": reason},
            fields=faults,
        )
    return Form(str(definition.get("id", "")), title, tuple(fields), tuple(rules), order)


def _titles(path: str, value: object, faults: _Faults) -> Titles:
    if isinstance(value, str):
        return {"zh": value, "en": value}
    if isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values()) and set(value) <= {"zh", "en"}:
        return {str(k): str(v) for k, v in value.items()}
    faults.add(path, "Write a text, or {zh: ..., en: ...}.")
    return {}


def _field(path: str, definition: object, lists: Lists | None, faults: _Faults) -> Field | None:
    if not isinstance(definition, Mapping):
        faults.add(path, "A field is a mapping with id, type and label.")
        return None
    for key in sorted(set(definition) - _KEYS):
        faults.add(f"{path}.{key}", "This key is not known to fields.")
    name, kind = definition.get("id"), definition.get("type", "text")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        faults.add(f"{path}.id", "An id begins with a letter and holds a-z, 0-9 and _.")
        return None
    if kind not in _TYPES:
        faults.add(f"{path}.type", f"There is no field type {kind!r}; there are {', '.join(_TYPES)}.")
        return None
    if not definition.get("label"):
        faults.add(f"{path}.label", "A field needs a label.")
    low, high = (_bound(f"{path}.{key}", definition.get(key), kind, faults) for key in ("min", "max"))
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        faults.add(f"{path}.min", "The minimum is above the maximum.")
    return Field(
        id=name,
        type=kind,
        label=_titles(f"{path}.label", definition.get("label", {}), faults),
        help=_titles(f"{path}.help", definition.get("help", {}), faults),
        required=_flag(f"{path}.required", definition.get("required", False), faults),
        when=_condition(f"{path}.when", definition.get("when"), faults),
        minimum=low,
        maximum=high,
        decimals=_decimals(f"{path}.decimals", definition.get("decimals"), kind, faults),
        pattern=_pattern(f"{path}.pattern", definition.get("pattern", ""), kind, faults),
        unit=_titles(f"{path}.unit", definition.get("unit", {}), faults),
        options=_options(f"{path}.options", definition.get("options"), kind, lists, faults),
        source=str(definition.get("source", "")),
        items=tuple(map(str, definition.get("for", ()))),
        autocomplete=str(definition.get("autocomplete", "")),
        section=str(definition.get("section", "")),
    )


def _flag(path: str, value: object, faults: _Faults) -> bool:
    if not isinstance(value, bool):
        faults.add(path, "Write true or false.")
    return value is True


def _condition(path: str, value: object, faults: _Faults) -> Condition | None:
    if value is None:
        return None
    try:
        return parse(value if isinstance(value, bool) else str(value))
    except HouseError as error:
        faults.add(path, error.message % error.params)
        return None


def _bound(path: str, value: object, kind: str, faults: _Faults) -> Decimal | date | None:
    if value is None:
        return None
    try:
        if kind == "date":
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        if isinstance(value, bool):
            raise InvalidOperation
        return Decimal(str(value))
    except (ValueError, InvalidOperation):
        faults.add(path, "A bound is a day (2026-11-23) for dates and a number otherwise.")
        return None


def _decimals(path: str, value: object, kind: str, faults: _Faults) -> int | None:
    if value is None:
        return 2 if kind == "money" else None
    if kind != "number" or isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 6:
        faults.add(path, "Decimals are 0 to 6 and only for numbers.")
        return None
    return value


def _pattern(path: str, value: object, kind: str, faults: _Faults) -> str:
    if value and kind not in {"text", "textarea"}:
        faults.add(path, "Only texts have a pattern.")
    try:
        re.compile(str(value))
    except re.error as error:
        faults.add(path, f"The pattern is no regular expression: {error}.")
        return ""
    return str(value)


def _options(path: str, value: object, kind: str, lists: Lists | None, faults: _Faults) -> tuple[Option, ...]:
    if kind not in {"choice", "multi"}:
        if value is not None:
            faults.add(path, "Only choice and multi have options.")
        return ()
    if isinstance(value, str):
        found = tuple(lists(value)) if lists else ()
        if not found:
            faults.add(path, f"There is no code list {value!r}.")
        return found
    if not isinstance(value, Sequence) or not value:
        faults.add(path, "Give options: a list of {code, label}, or the name of a code list.")
        return ()
    found = tuple(o for i, d in enumerate(value) if (o := _option(f"{path}.{i}", d, faults)))
    if len({o.code for o in found}) < len(found):
        faults.add(path, "Two options have the same code.")
    return found


def _option(path: str, definition: object, faults: _Faults) -> Option | None:
    if isinstance(definition, str):
        return Option(definition, {"zh": definition, "en": definition})
    if isinstance(definition, Mapping) and set(definition) == {"code", "label"}:
        return Option(str(definition["code"]), _titles(f"{path}.label", definition["label"], faults))
    faults.add(path, "An option is a text or {code, label}.")
    return None


def _check_twins(fields: Sequence[Field], faults: _Faults) -> None:
    seen: set[str] = set()
    for index, one in enumerate(fields):
        if one.id in seen:
            faults.add(f"fields.{index}.id", f"Two fields are called {one.id}.")
        seen.add(one.id)


def _check_conditions(fields: Sequence[Field], types: Mapping[str, str], faults: _Faults) -> None:
    for index, one in enumerate(fields):
        if one.when:
            _check_condition(f"fields.{index}.when", one.when, types, faults)


def _check_condition(path: str, condition: Condition, types: Mapping[str, str], faults: _Faults) -> None:
    try:
        condition.check(types)
    except HouseError as error:
        faults.add(path, error.message % error.params)


def _order(fields: Sequence[Field], faults: _Faults) -> tuple[str, ...]:
    """Fields after those that their conditions ask; a circle is a fault."""
    waiting = {f.id: set(f.when.names) & {g.id for g in fields} if f.when else set[str]() for f in fields}
    order: list[str] = []
    while waiting:
        free = [name for name, asks in waiting.items() if not asks - set(order)]
        if not free:
            index = next(i for i, f in enumerate(fields) if f.id in waiting)
            faults.add(
                f"fields.{index}.when", f"The conditions of {', '.join(waiting)} ask for each other in a circle."
            )
            return ()
        order += free
        for name in free:
            del waiting[name]
    return tuple(order)


def _rule(path: str, definition: object, types: Mapping[str, str], faults: _Faults) -> Rule | None:
    if not isinstance(definition, Mapping) or set(definition) != {"must", "message", "field"}:
        faults.add(path, "A rule has must (a condition), message and field.")
        return None
    condition = _condition(f"{path}.must", definition["must"], faults)
    if definition["field"] not in types:
        faults.add(f"{path}.field", f"There is no field {definition['field']}.")
    if condition is None:
        return None
    _check_condition(f"{path}.must", condition, types, faults)
    return Rule(condition, _titles(f"{path}.message", definition["message"], faults), str(definition["field"]))
