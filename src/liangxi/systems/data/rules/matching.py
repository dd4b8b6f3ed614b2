"""实体归并: whether a record of one resource is an entity of a register.

    {"id": "elder-persons", "register": "subject-person", "key": "citizen_id", "check": "citizen_id",
     "source": "elder-resident", "identity": "citizen_id", "title": {...},
     "fields": {"name": {"of": "name", "kind": "person-name", "weight": 0.4}, ...},
     "evidence": 2, "link": 0.92, "review": 0.75}

1. A valid identity decides: the entity that has it is linked with score 1, and where there is none the record is new.
   Two different valid identities are never linked, however alike the rest is.
2. Without one, fields are compared: each gives 0 to 1, the score is their weighted mean over what both have. From
   `link` on it is linked when no other entity comes within `MARGIN`, from `review` on a steward decides, below it is
   new.
3. Fewer than `evidence` compared fields, or one that contradicts (other door, other branch), are never linked by
   themselves.

The weights are judgement, measured over a labelled sample (docs/systems/data.md), not estimated from the data; after
Fellegi and Sunter, A Theory for Record Linkage, JASA 64 (1969), in its use of two thresholds.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz.distance import OSA, Indel

from liangxi.kit.errors import InvalidError
from liangxi.systems.data.rules import normal
from liangxi.systems.data.shapes import ResourceDefinition

MARGIN = 0.03  # a second entity as near as this makes a link doubtful
KINDS = ("person-name", "firm-name", "address", "date", "phone", "identity", "text")
CHECKS = ("none", "citizen_id", "uscc")
CONTRADICTED = 0.5  # what is left of the likeness when numbers say something else
_NUMBERS = re.compile(r"[0-9]+|[一二三四五六七八九十]+(?=店|号|厂|部|期|分)")

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """How one field is compared: its name in the source and in the register, what it is, and how much it weighs."""

    name: str
    of: str
    kind: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Which resource is matched with which register, and when."""

    id: str
    title: Mapping[str, str]
    register: str
    key: str
    check: str
    source: str
    identity: str
    fields: tuple[Compared, ...]
    evidence: int
    link: float
    review: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A score from 0 to 1, each compared field with its likeness, and the fields that contradict."""

    total: float
    reasons: tuple[tuple[str, float], ...]
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """linked, review or new; the entity (empty for a new one), and why."""

    state: str
    entity: str
    score: float
    reasons: tuple[tuple[str, float], ...]
    by_identity: bool = False


def compile_matching(said: Mapping[str, Any], known: Mapping[str, ResourceDefinition]) -> Matching:
    """A matching over resources of the catalogue; InvalidError `data.matching` maps each path to its fault."""
    faults: dict[str, str] = {}
    register, source = known.get(said["register"]), known.get(said["source"])
    for name, made in (("register", register), ("source", source)):
        if made is None:
            faults[name] = "There is no such resource."
    fields = tuple(Compared(name, one["of"], one["kind"], float(one["weight"])) for name, one in said["fields"].items())
    if register and source:
        mine = {f"fields.{one.name}": one.name in source.field_names for one in fields}
        theirs = {f"fields.{one.name}.of": one.of in register.field_names for one in fields}
        others = {"key": said["key"] in register.field_names,
                  "identity": said.get("identity", "") in ("", *source.field_names)}  # fmt: skip
        faults |= {at: "The resource has no such field." for at, fits in (mine | theirs | others).items() if not fits}
    if not 0 < said["review"] <= said["link"] <= 1:
        faults["review"] = "Both thresholds lie between 0 and 1, review not above link."
    if faults:
        raise InvalidError("data.matching", "The matching needs a correction.", fields=faults)
    return Matching(
        id=said["id"], title=said["title"], register=said["register"], key=said["key"], check=said.get("check", "none"),
        source=said["source"], identity=said.get("identity", ""), fields=fields, evidence=int(said.get("evidence", 2)),
        link=said["link"], review=said["review"],
    )  # fmt: skip


def decide(made: Matching, identity: str, is_valid: bool, candidates: Mapping[str, Scored], known: bool) -> Decision:
    """What becomes of a record: `identity` is its own, `known` whether the register has it, `candidates` by entity."""
    if identity and is_valid:
        return Decision("linked", identity, 1.0, (), by_identity=True) if known else Decision("new", "", 0.0, ())
    ranked = sorted(candidates.items(), key=lambda one: (-one[1].total, one[0]))
    if not ranked or ranked[0][1].total < made.review:
        return Decision("new", "", ranked[0][1].total if ranked else 0.0, ())
    entity, best = ranked[0]
    is_alone = len(ranked) == 1 or ranked[1][1].total < best.total - MARGIN
    is_sure = best.total >= made.link and is_alone and len(best.reasons) >= made.evidence and not best.against
    return Decision("linked" if is_sure else "review", entity, best.total, best.reasons)


def score(fields: Iterable[Compared], one: Values, other: Values) -> Scored:
    """How alike a record (by `name`) and an entity (by `of`) are; the same whichever of them is which."""
    reasons, against = [], []
    weighed = total = 0.0
    for field in fields:
        left, right = _text(one.get(field.name)), _text(other.get(field.of))
        if not left or not right:
            continue
        likeness, contradicts = COMPARE[field.kind](left, right)
        reasons.append((field.name, round(likeness, 4)))
        against += [field.name] if contradicts else []
        weighed += field.weight * likeness
        total += field.weight
    return Scored(round(weighed / total, 4) if total else 0.0, tuple(reasons), tuple(against))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "").strip()


def _person_names(one: str, other: str) -> tuple[float, bool]:
    """One wrong character of three is likely a slip when the surname is kept; of two it says little."""
    left, right = normal.person_name(one), normal.person_name(other)
    if left == right:
        return 1.0, False
    if left[:1] != right[:1] or OSA.distance(left, right) > 1:
        return 0.0, False
    return 0.6 if max(len(left), len(right)) > 2 else 0.4, False


def _firm_names(one: str, other: str) -> tuple[float, bool]:
    """Like the names without city and legal form; other numbers (二店, 三店) are another firm."""
    (left, its), (right, theirs) = normal.firm_name(one), normal.firm_name(other)
    if _NUMBERS.findall(left) != _NUMBERS.findall(right):
        return CONTRADICTED * Indel.normalized_similarity(left, right), True
    forms = 1.0 if its == theirs or not its or not theirs else 0.9
    return forms * Indel.normalized_similarity(left, right), False


def _addresses(one: str, other: str) -> tuple[float, bool]:
    """Like the words; another number of the same unit is another door, a number that one of them lacks is a doubt."""
    left, right = normal.address(one), normal.address(other)
    shared = left.numbers.keys() & right.numbers.keys()
    words = _words(left.words, right.words)
    if any(left.numbers[unit] != right.numbers[unit] for unit in shared):
        return CONTRADICTED * words, True
    missing = len(left.numbers.keys() ^ right.numbers.keys())
    return max(0.0, words - 0.1 * missing), missing > 0


def _words(left: str, right: str) -> float:
    """A line that only leaves out the district or the town of the other says the same."""
    short, long = sorted((left, right), key=len)
    return 0.96 if short and short != long and long.endswith(short) else Indel.normalized_similarity(left, right)


def _dates(one: str, other: str) -> tuple[float, bool]:
    left, right = one[:10], other[:10]
    if left == right:
        return 1.0, False
    swapped = left[:5] + left[8:10] + "-" + left[5:7]
    return (0.7, False) if swapped == right or OSA.distance(left, right) == 1 else (0.0, False)


def _phones(one: str, other: str) -> tuple[float, bool]:
    left, right = (re.sub(r"\D", "", normal.plain(text))[-11:] for text in (one, other))
    return (1.0, False) if left == right else (0.6 if OSA.distance(left, right) == 1 else 0.0, False)


def _identities(one: str, other: str) -> tuple[float, bool]:
    """A number that is not valid, beside a valid one: one slip of the hand, or two."""
    return {0: (1.0, False), 1: (0.95, False), 2: (0.6, False)}.get(
        OSA.distance(normal.plain(one), normal.plain(other)), (0.0, False)
    )


def _texts(one: str, other: str) -> tuple[float, bool]:
    return Indel.normalized_similarity(normal.plain(one), normal.plain(other)), False


COMPARE: Mapping[str, Callable[[str, str], tuple[float, bool]]] = {
    "person-name": _person_names,
    "firm-name": _firm_names,
    "address": _addresses,
    "date": _dates,
    "phone": _phones,
    "identity": _identities,
    "text": _texts,
}


def blocks(fields: Iterable[Compared], values: Values, *, of_register: bool) -> frozenset[str]:
    """Words that a record and an entity must share to be compared at all; what no word joins is never compared."""
    found: set[str] = set()
    for field in fields:
        text = _text(values.get(field.of if of_register else field.name))
        if text:
            found.update(f"{field.of}:{word}" for word in _blocks(field.kind, text))
    return frozenset(found)


def _blocks(kind: str, text: str) -> Iterable[str]:
    match kind:
        case "person-name":
            return [normal.person_name(text)]
        case "firm-name":
            core, _ = normal.firm_name(text)
            return {core[n : n + 3] for n in range(max(1, len(core) - 2))}
        case "address":
            found = normal.address(text)
            tail, numbers = found.words[-4:], sorted(found.numbers.items())
            return ["".join([tail, *(f"{unit}{number}" for unit, number in numbers)]), *_doors(found)]
        case "date":
            return [text[:10]]
        case "identity":
            plain = normal.plain(text)
            return [plain[:14], plain[6:]]
        case _:
            return [normal.plain(text)]


def _doors(found: normal.Address) -> list[str]:
    """The end of the words with each number, so that one wrong number does not hide a door."""
    return [f"{found.words[-6:]}{unit}{number}" for unit, number in found.numbers.items()]
