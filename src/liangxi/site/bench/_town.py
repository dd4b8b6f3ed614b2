"""A small town for measurements: offices, their staff, one plan of three matters, a form of 60 fields."""

from itertools import count
from typing import Any

from liangxi.core.calendar import face as calendar
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Applicant, PlanRef
from liangxi.core.people import face as people
from liangxi.core.people.shapes import OrganisationRow, roles
from liangxi.kit.actor import Actor, Grant, system
from liangxi.kit.time import today

HOUSE = system("bench")
OFFICES = ("market", "fire", "urban")
FORM: dict[str, Any] = {f"field_{n:02d}": f"示例内容 {n:02d}: 经营场所使用证明与平面布局说明" for n in range(60)}
_keys = count()


def staff(org: str, *permissions: str) -> Actor:
    """Somebody at a post of `org` (of the city itself when empty) with the permissions there."""
    path = f"/320200/{org}/" if org else "/320200/"
    grant = Grant("bench", frozenset({"case.read", *permissions}), path)
    return Actor(kind="staff", account=f"bench-{org}", name=org, org=org, org_path=path, grants=(grant,))


def resident(n: int) -> Actor:
    """The n-th resident."""
    grants = (Grant("resident", roles.permissions_of("resident"), "/"),)
    return Actor(kind="public", account=f"bench-r{n}", name="示例居民", person=f"person-{n}", grants=grants)


CLERK = staff("gov-service", "case.accept", "case.handout")
DECIDERS = {org: staff(org, "case.decide") for org in OFFICES}


def found() -> PlanRef:
    """Load offices, the calendar and the plan."""
    rows = [OrganisationRow(code="320200", parent=None, kind="government", name_zh="示例市", name_en="Town")]
    rows += [
        OrganisationRow(code=code, parent="320200", kind="department", name_zh=code, name_en=code)
        for code in (*OFFICES, "gov-service")
    ]
    people.load_organisations(by=HOUSE, rows=rows)
    for year in (today().year, today().year + 1):
        calendar.load(by=HOUSE, year=year, days=[])
    return cases.register_plan(by=HOUSE, definition=plan())


def plan() -> dict[str, Any]:
    """Accept, three matters at once, hand out."""
    return {
        "id": "bench-restaurant",
        "version": "1",
        "title": {"zh": "开餐饮店一件事", "en": "Open a restaurant"},
        "accept": {"org": "gov-service"},
        "hand_out": {"org": "gov-service"},
        "on_deny": "collect",
        "yellow": 0.6,
        "items": [
            {
                "key": f"matter-{org}",
                "title": {"zh": f"事项 {org}", "en": f"Matter {org}"},
                "org": org,
                "after": [],
                "statutory": {"days": 20},
                "promised": {"days": 8},
                "result": None,
            }
            for org in OFFICES
        ],
    }


def key() -> str:
    """A fresh idempotency key."""
    return f"bench-key-{next(_keys):09d}"


def submit(ref: PlanRef, n: int) -> str:
    """The n-th resident hands in the form; the case's number."""
    by = resident(n)
    return cases.open_case(
        by=by,
        plan=ref,
        applicant=Applicant(person=by.person or "", name=by.name),
        subject="开餐饮店",
        items=[item["key"] for item in plan()["items"]],
        form=FORM,
        key=key(),
    ).no


def whole_case(ref: PlanRef, n: int) -> str:
    """Submit, accept, three decisions, hand out; the case's number."""
    no = submit(ref, n)
    cases.command(by=CLERK, case=no, action="accept", key=key())
    for place, org in enumerate(OFFICES, 1):
        body = {"outcome": "approve"}
        cases.command(by=DECIDERS[org], case=f"{no}-{place}", action="decide", key=key(), body=body)
    cases.command(by=CLERK, case=no, action="hand_out", key=key())
    return no
