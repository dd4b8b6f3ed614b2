"""A case plan: who accepts, which items in which order, which clocks, who hands out.

A definition is JSON of this form; `onething` compiles one for each situation of a package:

    {"id": "newborn", "version": "2026.11.1", "title": {"zh": ..., "en": ...},
     "accept": {"org": "gov-service"}, "hand_out": {"org": "gov-service"}, "on_deny": "collect" | "stop", "yellow": 0.6,
     "items": [{"key": "birth-certificate", "title": {...}, "org": "health", "after": ["..."], "result": "..." | null,
                "statutory": {"days": 20}, "promised": {"days": 1} | {"hours": 2}}]}

An item may also say who signs and how: `"signs": {"rule": "all" | "any" | "votes", "votes": 2, "orgs": ["fire",
"market"]}`; its `fee` in yuan, the keys of its `materials`, and `"silence": "approve"` where the law lets the end of
the limit grant.

A system whose cases are not applications of the public names its own permissions in the place of the engine's:
`"rights": {"case.accept": "data.review", "case.decide": "data.grant"}`; `accept` may say its own limit in working days
and that silence does not accept: `{"org": "data", "days": 2, "silence": "wait"}`. An item with `"deny": "ground"` is
denied only with the `ground` in law beside the reason, one with `"approve": "reason"` is granted only with words too.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import rfc8785

from liangxi.kit.errors import InvalidError

ON_DENY = ("collect", "stop")
SIGNING = ("all", "any", "votes")
MOST_ITEMS = 40  # of one case
OFFICE_DAY = 7  # office hours a day, for promises in hours
ACCEPT_DAYS = 5  # 行政许可法第三十二条: tell what is missing at once or within five days, else it counts as accepted


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One item; days are working days, `after` the keys of the items that must be granted before.

    `signs` are the organisations that decide together by `rule`; empty when `org` decides alone.
    """

    key: str
    title: Mapping[str, str]
    org: str
    after: tuple[str, ...]
    statutory: int
    promised: int
    result: str | None
    hours: float = 0
    rule: str = "any"
    votes: int = 1
    signs: tuple[str, ...] = ()
    fee: int = 0
    materials: tuple[str, ...] = ()
    is_granted_by_silence: bool = False
    is_denied_with_ground: bool = False
    is_granted_with_reason: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled plan; `paths` gives the path of each organisation as on the day of registration."""

    hash: str
    id: str
    version: str
    title: Mapping[str, str]
    accept_org: str
    hand_out_org: str
    on_deny: str
    yellow: float
    items: tuple[PlanItem, ...]
    paths: Mapping[str, str]
    rights: Mapping[str, str] = field(default_factory=dict)
    accept_days: int = ACCEPT_DAYS
    is_accepted_by_silence: bool = True

    def right(self, permission: str) -> str:
        """The permission that stands for one of the engine's on cases of this plan."""
        return self.rights.get(permission, permission)

    def item(self, key: str) -> PlanItem:
        """The item of a key; KeyError."""
        return next(item for item in self.items if item.key == key)

    @property
    def orgs(self) -> tuple[str, ...]:
        """Every organisation that the plan gives work to."""
        return tuple(
            dict.fromkeys((self.accept_org, *(o for i in self.items for o in (i.org, *i.signs)), self.hand_out_org))
        )


def plan_hash(definition: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a definition."""
    return hashlib.sha256(rfc8785.dumps(dict(definition))).hexdigest()


def compile_plan(definition: Mapping[str, Any], paths: Mapping[str, str]) -> Plan:
    """The plan of a definition; InvalidError `cases.plan` says which part cannot be used."""
    try:
        items = tuple(_item(body) for body in definition["items"])
        plan = Plan(
            hash=plan_hash(definition),
            id=definition["id"],
            version=definition["version"],
            title=definition["title"],
            accept_org=definition["accept"]["org"],
            hand_out_org=definition["hand_out"]["org"],
            on_deny=definition["on_deny"],
            yellow=float(definition["yellow"]),
            items=items,
            paths=paths,
            rights=dict(definition.get("rights", {})),
            accept_days=int(definition["accept"].get("days", ACCEPT_DAYS)),
            is_accepted_by_silence=definition["accept"].get("silence") != "wait",
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _broken("definition", f"is incomplete: {error}") from error
    _check(plan)
    return plan


def listed_orgs(definition: Mapping[str, Any]) -> set[str]:
    """The codes of all organisations that a definition names."""
    found = {part["org"] for part in (definition["accept"], definition["hand_out"], *definition["items"])}
    return found | {org for item in definition["items"] for org in item.get("signs", {}).get("orgs", ())}


def _item(body: Mapping[str, Any]) -> PlanItem:
    promised, signs = body["promised"], body.get("signs", {})
    hours = float(promised.get("hours", 0))
    return PlanItem(
        key=body["key"],
        title=body["title"],
        org=body["org"],
        after=tuple(body["after"]),
        statutory=int(body["statutory"]["days"]),
        promised=ceil(hours / OFFICE_DAY) if hours else int(promised["days"]),
        hours=hours,
        result=body["result"],
        rule=signs.get("rule", "any"),
        votes=int(signs.get("votes", 1)),
        signs=tuple(signs.get("orgs", ())),
        fee=int(body.get("fee", 0)),
        materials=tuple(body.get("materials", ())),
        is_granted_by_silence=body.get("silence") == "approve",
        is_denied_with_ground=body.get("deny") == "ground",
        is_granted_with_reason=body.get("approve") == "reason",
    )


def _check(plan: Plan) -> None:
    keys = [item.key for item in plan.items]
    if not 0 < len(keys) <= MOST_ITEMS or len(set(keys)) != len(keys):
        raise _broken("items", f"must be there, {MOST_ITEMS} at most, each key once")
    if plan.on_deny not in ON_DENY:
        raise _broken("on_deny", f"must be one of {', '.join(ON_DENY)}")
    if not 1 <= plan.accept_days <= 60:
        raise _broken("accept.days", "must be 1 to 60 working days")
    if not 0 < plan.yellow <= 1:
        raise _broken("yellow", "must be a fraction of the promise")
    _check_items(plan, keys)
    longest_chain(plan, {item.key: item.promised for item in plan.items})


def _check_items(plan: Plan, keys: list[str]) -> None:
    for item in plan.items:
        if unknown := set(item.after) - set(keys):
            raise _broken(f"items.{item.key}.after", f"names {', '.join(sorted(unknown))}, which are not in the plan")
        if not 0 <= item.promised <= item.statutory:
            raise _broken(f"items.{item.key}.promised", "must not exceed the statutory limit")
        if item.rule not in SIGNING or not 1 <= item.votes <= max(len(item.signs), 1):
            raise _broken(f"items.{item.key}.signs", f"must be one of {', '.join(SIGNING)}, with votes that can be had")


def longest_chain(plan: Plan, days: Mapping[str, int]) -> int:
    """Working days of the heaviest path through the items; InvalidError `cases.plan` when they wait in a circle."""
    done: dict[str, int] = {}
    waiting = list(plan.items)
    while waiting:
        ready = [item for item in waiting if all(key in done for key in item.after)]
        if not ready:
            raise _broken("items", "wait for each other in a circle")
        for item in ready:
            done[item.key] = days[item.key] + max((done[key] for key in item.after), default=0)
        waiting = [item for item in waiting if item.key not in done]
    return max(done.values())


def _broken(part: str, why: str) -> InvalidError:
    return InvalidError("cases.plan", "The plan's %(field)s %(why)s.", {"field": part, "why": why}, fields={part: why})
