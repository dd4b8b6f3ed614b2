"""A case plan: who accepts, which items in which order, which clocks, who hands out.

A definition is JSON of this form; `onething` compiles one for each situation of a package:

    {"id": "newborn", "version": "2026.11.1", "title": {"zh": ..., "en": ...},
     "accept": {"org": "gov-service"}, "hand_out": {"org": "gov-service"}, "on_deny": "collect" | "stop", "yellow": 0.6,
     "items": [{"key": "birth-certificate", "title": {...}, "org": "health", "after": ["..."], "result": "..." | null,
                "statutory": {"days": 20}, "promised": {"days": 1}}]}
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from liangxi.kit.errors import InvalidError

ON_DENY = ("collect", "stop")


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One item; days are working days, `after` the keys of the items that must be granted before."""

    key: str
    title: Mapping[str, str]
    org: str
    after: tuple[str, ...]
    statutory: int
    promised: int
    result: str | None


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

    def item(self, key: str) -> PlanItem:
        """The item of a key; KeyError."""
        return next(item for item in self.items if item.key == key)

    @property
    def orgs(self) -> tuple[str, ...]:
        """Every organisation that the plan gives work to."""
        return tuple(dict.fromkeys((self.accept_org, *(i.org for i in self.items), self.hand_out_org)))


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
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _broken("definition", f"is incomplete: {error}") from error
    _check(plan)
    return plan


def _item(body: Mapping[str, Any]) -> PlanItem:
    return PlanItem(
        key=body["key"],
        title=body["title"],
        org=body["org"],
        after=tuple(body["after"]),
        statutory=int(body["statutory"]["days"]),
        promised=int(body["promised"]["days"]),
        result=body["result"],
    )


def _check(plan: Plan) -> None:
    keys = [item.key for item in plan.items]
    if not keys or len(set(keys)) != len(keys):
        raise _broken("items", "must be there, each key once")
    if plan.on_deny not in ON_DENY:
        raise _broken("on_deny", f"must be one of {', '.join(ON_DENY)}")
    if not 0 < plan.yellow <= 1:
        raise _broken("yellow", "must be a fraction of the promise")
    for item in plan.items:
        if unknown := set(item.after) - set(keys):
            raise _broken(f"items.{item.key}.after", f"names {', '.join(sorted(unknown))}, which are not in the plan")
        if not 0 <= item.promised <= item.statutory:
            raise _broken(f"items.{item.key}.promised", "must not exceed the statutory limit")
    longest_chain(plan, {item.key: item.promised for item in plan.items})


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


def _broken(field: str, why: str) -> InvalidError:
    return InvalidError(
        "cases.plan", "The plan's %(field)s %(why)s.", {"field": field, "why": why}, fields={field: why}
    )
