"""Quality by GB/T 36344-2018 (信息技术 数据质量评价指标): 规范性, 完整性, 准确性, 一致性, 时效性, 可访问性.

The standard names dimensions and no weights. Here (design): a rule scores the share of rows that keep it, a dimension
the mean of its rules, the whole the mean of the dimensions that have rules.

* 规范性 normative: rows of the last delivery that could be read as the catalogue says; codes and numbers in their form.
* 完整性 complete: fields with a value. Key fields must have one; of authoritative ones a tenth may miss before a ticket
  opens; of others, which may be empty for good reasons, any share.
* 准确性 accurate: dates that are possible, numbers that are not negative, a birthday that is the one of the citizen id.
* 一致性 consistent: copies equal to the authoritative source (一数一源), where the key element is found there.
* 时效性 timely: 100 while the last delivery is as young as the update cycle promises, then falling to 0 over one cycle.
* 可访问性 accessible: the share of the last ten deliveries that arrived.

Drift is the population stability index over the same bins, PSI = sum((q - p) * ln(q / p)), shares below 0.0001 taken as
that. Customary bounds: 0.1 watch, 0.25 alarm. Numbers and dates have ten bins by the deciles of the measurement before,
texts and codes their 20 most frequent values and the rest.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import sqlglot
from sqlglot import exp

from liangxi.kit.errors import InvalidError
from liangxi.systems.data.rules import catalogue
from liangxi.systems.data.rules.checking import NUMBERS, column, number_of
from liangxi.systems.data.shapes import ResourceDefinition, ResourceField
from liangxi.systems.data.shapes.quality import Dimension, QualityRule, RuleResult

DIMENSIONS = ("normative", "complete", "accurate", "consistent", "timely", "accessible")
MISSING_ALLOWED = 0.1
COPIES_ALLOWED = 0.01
WATCH, ALARM = 0.1, 0.25
LEAST_SHARE = 0.0001
ROWS_ALARM = 0.3  # share of rows that came or went between two versions
_PAST = ("birth_date", "registered_at", "registered_on", "death", "decided_on", "given_on", "paid_on")
_FORBIDDEN = (exp.Select, exp.Subquery, exp.Table, exp.Command)


def rules_of(made: ResourceDefinition, own: Iterable[QualityRule] = ()) -> tuple[QualityRule, ...]:
    """The rules that follow from the catalogue, and those of the profile."""
    found: list[QualityRule] = []
    for field in made.fields:
        found += _of_field(made, field)
    return (*found, *own)


def _of_field(made: ResourceDefinition, field: ResourceField) -> list[QualityRule]:
    x, said = column(field.name), field.title
    missing = f"coalesce(trim({x}::VARCHAR), '') = ''"
    allowed = 0.0 if field.is_key else MISSING_ALLOWED if field.is_authoritative else 1.0
    found = [_rule(field, "complete", "filled", said, missing, allowed)]
    if wrong := NUMBERS.get(number_of(field)):
        found.append(_rule(field, "normative", "number", said, wrong[0].replace("{x}", x)))
    if field.type in ("date", "datetime"):
        late = f"{x} > now()::TIMESTAMP" if field.name in _PAST or field.type == "datetime" else "false"
        found.append(_rule(field, "accurate", "possible", said, f"{x} < DATE '1850-01-01' OR {late}"))
    if field.type in ("integer", "number"):
        found.append(_rule(field, "accurate", "not-negative", said, f"{x} < 0"))
    if field.element == "birth_date" and (id := _named(made, "citizen_id")):
        born = f"strftime({x}, '%Y%m%d') <> substr({column(id.name)}, 7, 8)"
        found.append(_rule(field, "accurate", "as-in-citizen-id", said, born))
    return found


def _rule(
    field: ResourceField, dimension: Dimension, what: str, said: Mapping[str, str], bad: str, allowed: float = 0.0
) -> QualityRule:
    words = _WORDS[what]
    title = {"zh": f"{said['zh']}{words[0]}", "en": f"{said['en']}: {words[1]}"}
    return QualityRule(
        id=f"{field.name}.{what}", dimension=dimension, field=field.name, title=title, bad=bad, allowed=allowed
    )


_WORDS = {
    "filled": ("应填写", "filled in"),
    "number": ("符合编码规则", "in its form, with its check character"),
    "possible": ("是可能的日期", "a possible date"),
    "not-negative": ("不为负数", "not negative"),
    "as-in-citizen-id": ("与公民身份号码一致", "as the citizen id says"),
    "as-at-source": ("与权威来源一致", "as at its source"),
}


def _named(made: ResourceDefinition, element: str) -> ResourceField | None:
    return next((field for field in made.fields if field.element == element), None)


def copy_rules(made: ResourceDefinition, sources: Mapping[tuple[str, str], tuple[str, str]]) -> list[QualityRule]:
    """Rules across resources: a field whose element has its source elsewhere, compared by the key element there."""
    found = []
    for field in made.fields:
        source = sources.get((field.subject, field.element))
        if source and not field.is_authoritative and not field.is_key and source[0] != made.id:
            words = _WORDS["as-at-source"]
            title = {"zh": f"{field.title['zh']}{words[0]}", "en": f"{field.title['en']}: {words[1]}"}
            found.append(
                QualityRule(
                    id=f"{field.name}.as-at-source",
                    dimension="consistent",
                    field=field.name,
                    title=title,
                    bad="",
                    allowed=COPIES_ALLOWED,
                    source=f"{source[0]}.{source[1]}",
                )
            )
    return found


def own_rule(said: Mapping[str, Any], made: ResourceDefinition) -> QualityRule:
    """A rule of the profile: `{id, resource, dimension, field, title, bad, allowed}`. InvalidError `data.rule`."""
    faults = {}
    bad = str(said.get("bad") or "")
    if why := fault_of_condition(bad, made.field_names):
        faults["bad"] = why
    if said.get("dimension") not in DIMENSIONS[:4]:
        faults["dimension"] = "Choose one of the list."
    if said.get("field") not in made.field_names:
        faults["field"] = "The resource has no such field."
    if faults:
        raise InvalidError("data.rule", "The rule of quality needs a correction.", fields=faults)
    return QualityRule(
        id=str(said["id"]),
        dimension=cast(Dimension, said["dimension"]),
        field=str(said["field"]),
        title=said["title"],
        bad=bad,
        allowed=float(said.get("allowed", 0.0)),
    )


def fault_of_condition(sql: str, fields: Sequence[str]) -> str:
    """Why this is no condition over the fields; empty when it is one."""
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        return "This is no condition in SQL."
    if any(tree.find(kind) for kind in _FORBIDDEN):
        return "A condition looks at the fields of one row only."
    if unknown := sorted({one.name for one in tree.find_all(exp.Column)} - set(fields)):
        return f"The resource has no field {unknown[0]}."
    return ""


def timely(cycle: str, delivered_at: datetime | None, now: datetime) -> float | None:
    """The score of 时效性; None without a cycle."""
    promised = catalogue.CYCLES[cycle]
    if promised is None or delivered_at is None:
        return None
    late = (now - delivered_at) - promised * (1 + catalogue.TOLERANCE)
    return 100.0 if late.total_seconds() <= 0 else max(0.0, 100.0 * (1 - late / promised))


def scores(
    results: Sequence[RuleResult], timely: float | None, accessible: float | None
) -> tuple[float, dict[str, float | None]]:
    """The whole score, and that of each dimension."""
    found: dict[str, float | None] = {}
    for dimension in DIMENSIONS:
        of = [one.score for one in results if one.dimension == dimension]
        found[dimension] = sum(of) / len(of) if of else None
    found |= {"timely": timely, "accessible": accessible}
    known = [score for score in found.values() if score is not None]
    return (sum(known) / len(known) if known else 100.0), found


def stability(before: Mapping[str, int], after: Mapping[str, int]) -> float | None:
    """The population stability index of two counts over the same bins; None when one of them is empty."""
    whole = sum(before.values()), sum(after.values())
    if not all(whole):
        return None
    index = 0.0
    for name in {*before, *after}:
        p, q = (max(LEAST_SHARE, n.get(name, 0) / w) for n, w in zip((before, after), whole, strict=True))
        index += (q - p) * math.log(q / p)
    return index
