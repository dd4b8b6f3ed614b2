"""Cases that run in the sample city, made through the same doors as every case, on days gone by.

The clock of this one process is set to each moment in turn, so that lights, limits and histories are what they would
be, and the events of each step are delivered before the next one.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import segno
from django.conf import settings

from liangxi.core.calendar import face as calendar
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import CaseView
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.site.sample.accounts import Cast
from liangxi.systems.onething import face as onething

STAGES = ("submitted", "accepted", "correction", "half", "decided", "closed")
_BABIES = (
    "安然",
    "思远",
    "子涵",
    "梓睿",
    "沐晨",
    "一诺",
    "嘉言",
    "知夏",
    "景行",
    "若溪",
    "明轩",
    "清越",
    "予安",
    "书瑶",
)
_BIRTH = {"born_here": True, "married": True, "register_here": True, "insure": True, "card": True}


@dataclass(slots=True)
class _Story:
    """One case with the day on which it was opened."""

    n: int
    package: str
    who: Actor
    stage: str
    opened: datetime

    @property
    def key(self) -> str:
        return f"sample:{self.package}:{self.n}"


def play(cast: Cast) -> None:
    """Open the sample cases and bring each to its stage; a second time changes nothing."""
    staff = _staff()
    for story in _stories(cast):
        with time.frozen(story.opened):
            no = _open(story)
        _go_on(no, story, staff)


def _staff() -> dict[str, Actor]:
    """The members of staff by organisation: who signs in with the sample password may act."""
    found = {}
    for login in ("clerk", "health", "police", "medicare", "hrss", "market", "fire", "urban", "tobacco"):
        account = people.authenticate(login=login, password=settings.SAMPLE_PASSWORD, portal="staff")
        by = people.actor_of(account_id=str(account.pk))
        found[by.org or ""] = by
    return found


def _resident(login: str, firm: str | None = None) -> Actor:
    account = people.authenticate(login=login, password=settings.SAMPLE_PASSWORD, portal="public")
    return people.actor_of(account_id=str(account.pk), firm=firm)


def _stories(cast: Cast) -> Iterator[_Story]:
    """The first couple and the first caterer keep their hands free: they are for whoever walks through the city."""
    for n, wife in enumerate(cast.wives[1:]):
        yield _Story(n, "newborn", _resident(wife.citizen_id), STAGES[n % len(STAGES)], _moment(1 + n * 2 // 3))
    for n, (head, firm) in enumerate(cast.caterers[1:]):
        who = _resident(head.citizen_id, firm.id)
        yield _Story(n, "restaurant", who, STAGES[(n + 3) % len(STAGES)], _moment(2 + 2 * n))


def _moment(days: int) -> datetime:
    """Half past nine in the morning of the working day so many working days ago."""
    day = time.today()
    while days:
        day -= timedelta(days=1)
        days -= calendar.is_working_day(on=day)
    return datetime(day.year, day.month, day.day, 9, 30, tzinfo=time.CITY)


def _open(story: _Story) -> str:
    """Apply as a resident does: answers, form, uploads, submission."""
    mine = cases.my_cases(by=story.who)
    if mine:
        return mine[0].no
    answers = _BIRTH if story.package == "newborn" else _restaurant(story.n)
    draft = onething.start(by=story.who, package=story.package, answers=answers, consent=True)
    draft = onething.save(by=story.who, draft=draft.id, values=_values(story, draft.values), complete=True)
    for material in draft.materials:
        if not material.is_satisfied:
            upload = (f"{material.material.title['zh']}.png", _picture(story.key))
            onething.add_material(by=story.who, draft=draft.id, material=material.material.id, upload=upload)
    receipt = onething.submit(by=story.who, draft=draft.id, key=story.key)
    _deliver()
    return receipt.case_no


def _restaurant(n: int) -> dict[str, Any]:
    return {"scale": 340 + 40 * n, "fire_commitment": n % 2 == 0, "sign": n % 3 != 1, "tobacco": n % 3 == 2}


def _values(story: _Story, known: Any) -> dict[str, Any]:
    if story.package == "newborn":
        return dict(known) | {
            "child_name": known["father_name"][:1] + _BABIES[story.n % len(_BABIES)],
            "child_sex": "female" if story.n % 2 else "male",
            "born_at": (story.opened - timedelta(days=9)).date().isoformat(),
            "hospital": "无锡市妇幼保健院",
            "register_with": "father",
        }
    return dict(known) | {
        "cuisine": ["hot", "cold"],
        "seats": 60 + 10 * story.n,
        "manager_name": known["legal_representative"],
        "manager_phone": known["phone"],
        "opens_on": (story.opened + timedelta(days=40)).date().isoformat(),
        "sign_text": "样例餐馆",
        "sign_size": "6 × 1.2",
    }


def _picture(text: str) -> bytes:
    """A small picture that stands for a scan."""
    out = io.BytesIO()
    segno.make(f"SAMPLE {text}").save(out, kind="png", scale=8, border=4)
    return out.getvalue()


def _go_on(no: str, story: _Story, staff: dict[str, Actor]) -> None:
    """Accept, ask, decide, hand out, as far as the stage goes; one step each few hours."""
    steps = (_accept, _ask, _decide_some, _decide_all, _close)
    at = story.opened
    for n, step in enumerate(steps[: STAGES.index(story.stage)]):
        at += timedelta(hours=(2, 3, 26, 30, 50)[n])
        if at >= time.now():
            return
        if step is _ask and story.stage != "correction":
            continue
        with time.frozen(at):
            step(no, story, staff)
            _deliver()


def _accept(no: str, story: _Story, staff: dict[str, Actor]) -> None:
    _do(staff["gov-service"], no, story, "accept")


def _ask(no: str, story: _Story, staff: dict[str, Actor]) -> None:
    item = _open_items(no, staff)[0]
    field = "hospital" if story.package == "newborn" else "seats"
    why = {"hospital": "请填写医院全称", "seats": "请按平面图核对餐位数"}[field]
    note = "请补正以下内容，补正期间不计入办理时限。"
    _do(staff[item.org], item.no, story, "supplement", fields={field: why}, materials={}, note=note)


def _decide_some(no: str, story: _Story, staff: dict[str, Actor]) -> None:
    for item in _open_items(no, staff)[:1]:
        _do(staff[item.org], item.no, story, "decide", outcome="approve")


def _decide_all(no: str, story: _Story, staff: dict[str, Actor]) -> None:
    while items := _open_items(no, staff):
        for item in items:
            _do(staff[item.org], item.no, story, "decide", outcome="approve")
        _deliver()


def _close(no: str, story: _Story, staff: dict[str, Actor]) -> None:
    _do(staff["gov-service"], no, story, "hand_out")
    case = cases.case(by=story.who, no=no)
    if case.stars is None:
        cases.rate(by=story.who, case=no, stars=5 - story.n % 2, text="线上填一次表就办好了，方便。")


def _open_items(no: str, staff: dict[str, Actor]) -> list[CaseView]:
    """The items that a department can decide now."""
    return [item for item in cases.case(by=staff["gov-service"], no=no).items if item.state == "reviewing"]


def _do(by: Actor, no: str, story: _Story, action: str, **body: Any) -> None:
    cases.command(by=by, case=no, action=action, key=f"{story.key}:{no}:{action}", body=body)


def _deliver() -> None:
    while events.deliver_due():
        pass
