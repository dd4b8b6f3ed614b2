"""Sharing: what a request and a grant must say, when a grant holds, and the plans of its cases.

《政务数据共享条例》: no condition that no law knows, an answer within a time, a refusal with its reason and basis,
disputes to the data bureau. The days are the city's (profile.toml, [sharing]); the defaults below are design.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

LIMITS: Mapping[str, int] = {
    "conformity_days": 2,  # working days for the bureau's check
    "unconditional_days": 0,  # 0: granted at once
    "conditional_days": 10,  # working days for the provider's answer
    "mediation_days": 10,
    "objection_days": 5,  # working days for the answer to an objection to a register (校核)
    "review_days": 20,  # working days in which a provider confirms a grant
    "review_every": 365,  # days after which a grant lapses unless it is confirmed
    "longest_grant": 1096,  # days
    "quota": 10_000,  # reads a day unless the provider says less
}
FREQUENCIES = ("once", "on-demand", "realtime", "daily", "weekly", "monthly")
MASKS = ("keep", "token", "bucket", "null")
OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "prefix", "is_null")
DEEPEST = 4
MOST_QUOTA = 100_000_000
WITHHELD = "data-withheld"  # code of the ground in codes/reason.csv
NOT_CONFORMING = "data-not-conforming"

Faults = dict[str, str]


def check_need(said: Mapping[str, Any], today: date, longest: int) -> Faults:
    """What a need lacks, by field; `since` and `until` are days."""
    faults = {
        name: "This must be filled in." for name in ("title", "purpose", "legal_basis", "matter") if not said[name]
    }
    faults |= {
        name: "This is too long." for name in ("title", "purpose", "legal_basis", "matter") if len(said[name]) > 500
    }
    if said["frequency"] not in FREQUENCIES:
        faults["frequency"] = "Choose one of the list."
    if said["until"] <= max(said["since"], today):
        faults["until"] = "The period must end after it begins and after today."
    elif (said["until"] - said["since"]).days > longest:
        faults["until"] = "The period is longer than a grant may hold."
    return faults


def check_columns(columns: Iterable[str], known: Iterable[str]) -> str:
    """Why these are no columns of a resource, empty when they are."""
    chosen = list(columns)
    if not chosen:
        return "Choose at least one field."
    return "" if set(chosen) <= set(known) else "The resource has no such field."


def check_terms(terms: Mapping[str, Any], known: Iterable[str], asked: Iterable[str]) -> Faults:
    """What is wrong with the terms of a grant: no more columns than asked for, masks and rows that can be compiled."""
    faults: Faults = {}
    columns = terms.get("columns") or []
    wrong = check_columns(columns, known)
    if wrong or not set(columns) <= set(asked):
        faults["columns"] = wrong or "Nothing is granted that was not asked for."
    for column, mask in (terms.get("masks") or {}).items():
        if column not in columns or not _is_mask(mask):
            faults["masks"] = "Each mask is keep, token, bucket or null for a granted field."
    if terms.get("rows") is not None and not is_predicate(terms["rows"], set(known)):
        faults["rows"] = "The rows are chosen by conditions on fields of the resource."
    group = terms.get("minimum_group", 0)
    if isinstance(group, bool) or not isinstance(group, int) or not 0 <= group <= 1000:
        faults["minimum_group"] = "Enter a whole number from 0 to 1000."
    return faults


def _is_mask(mask: Any) -> bool:
    if not isinstance(mask, Mapping) or mask.get("kind") not in MASKS:
        return False
    numbers = {"keep": ("prefix", "suffix"), "bucket": ("size",)}.get(mask["kind"], ())
    return set(mask) == {"kind", *numbers} and all(
        isinstance(mask[n], int) and not isinstance(mask[n], bool) and 0 <= mask[n] <= 10_000 for n in numbers
    )


def is_predicate(rows: Any, known: set[str], depth: int = 0) -> bool:
    """True for `{"all": [...]}`, `{"any": [...]}` or one condition on a known column."""
    if not isinstance(rows, Mapping) or depth > DEEPEST:
        return False
    if set(rows) in ({"all"}, {"any"}):
        parts = next(iter(rows.values()))
        return isinstance(parts, list) and bool(parts) and all(is_predicate(one, known, depth + 1) for one in parts)
    if set(rows) != {"column", "op", "value"} or rows["column"] not in known or rows["op"] not in OPERATORS:
        return False
    value = rows["value"]
    if rows["op"] == "in":
        return isinstance(value, list) and 0 < len(value) <= 1000 and all(isinstance(v, str | int) for v in value)
    return isinstance(value, bool) if rows["op"] == "is_null" else isinstance(value, str | int | float)


def standing(state: str, period: tuple[date, date, date], today: date, *, is_published: bool) -> str:
    """Whether a grant holds: active, or why not: suspended, revoked, waiting (for `since`), expired, lapsed, withdrawn.

    `period` is since, until, review_on.
    """
    since, until, review_on = period
    for said, holds in (
        (state, state != "active"),
        ("withdrawn", not is_published),
        ("waiting", today < since),
        ("expired", today >= until),
        ("lapsed", today >= review_on),
    ):
        if holds:
            return said
    return "active"


def need_plan(bureau: str, items: Iterable[Mapping[str, Any]], days: int) -> dict[str, Any]:
    """The plan of a need: the bureau checks, each provider answers; items are key, title, org and days."""
    return _plan(
        "data-need",
        {"zh": "数据共享需求", "en": "Request for data"},
        (bureau, days),
        {
            "case.accept": "data.review",
            "case.decide": "data.grant",
            "case.read": "data.read",
            "case.handout": "data.review",
        },
        [_item(one["key"], one["title"], one["org"], one["days"]) | {"deny": "ground"} for one in items],
    )


def mediation_plan(bureau: str, title: Mapping[str, str], days: int) -> dict[str, Any]:
    """The plan of a mediation: the bureau decides whether a refusal stands."""
    rights = dict.fromkeys(("case.accept", "case.decide", "case.handout"), "data.review") | {"case.read": "data.read"}
    whole = {"zh": "数据共享争议调处", "en": "Mediation of a refusal"}
    return _plan("data-mediation", whole, (bureau, days), rights, [_item("mediation", title, bureau, days)])


def review_plan(provider: str, title: Mapping[str, str], days: int) -> dict[str, Any]:
    """The plan of the yearly review of a grant by its provider."""
    rights = dict.fromkeys(("case.accept", "case.decide", "case.handout"), "data.grant") | {"case.read": "data.read"}
    whole = {"zh": "数据授权年度复核", "en": "Yearly review of a grant"}
    return _plan("data-review", whole, (provider, days), rights, [_item("review", title, provider, days)])


def objection_plan(owner: str, title: Mapping[str, str], days: int) -> dict[str, Any]:
    """The plan of an objection to a register's value (校核)."""
    rights = dict.fromkeys(("case.accept", "case.decide", "case.handout", "case.read"), "data.correct")
    whole = {"zh": "数据异议校核", "en": "Objection to a register"}
    return _plan("data-objection", whole, (owner, days), rights, [_item("check", title, owner, days)])


def quality_plan(owner: str, title: Mapping[str, str], days: int) -> dict[str, Any]:
    """The plan of a failing rule of quality (校核): the provider mends the rows or says that they are right."""
    rights = dict.fromkeys(("case.accept", "case.decide", "case.handout", "case.read"), "data.correct")
    whole = {"zh": "数据质量校核", "en": "Rule of quality that failed"}
    return _plan("data-quality", whole, (owner, days), rights, [_item("mend", title, owner, days)])


def open_request_plan(bureau: str, days: int) -> dict[str, Any]:
    """The plan of a request for open data: the bureau answers."""
    rights = dict.fromkeys(("case.accept", "case.decide", "case.handout"), "data.review") | {"case.read": "data.read"}
    whole = {"zh": "开放数据需求", "en": "Request for open data"}
    return _plan("data-open-request", whole, (bureau, days), rights, [_item("answer", whole, bureau, days)])


def _plan(
    id: str, title: Mapping[str, str], accept: tuple[str, int], rights: Mapping[str, str], items: list[dict[str, Any]]
) -> dict[str, Any]:
    org, days = accept
    return {
        "id": id, "version": "1", "title": dict(title), "accept": {"org": org, "days": days, "silence": "wait"},
        "hand_out": {"org": org}, "on_deny": "collect", "yellow": 0.6, "rights": dict(rights), "items": items,
    }  # fmt: skip


def _item(key: str, title: Mapping[str, str], org: str, days: int) -> dict[str, Any]:
    limit = {"days": days}
    return {"key": key, "title": dict(title), "org": org, "after": [], "result": None, "statutory": limit,
            "promised": limit}  # fmt: skip
