"""Cases that run in the sample city, made through the same doors as every case, on days gone by.

The clock of this one process is set to each moment in turn, so that lights, limits and histories are what they would
be, and the events of each step are delivered before the next one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import cycle
from typing import Any

from liangxi.core.calendar import face as calendar
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import CaseView
from liangxi.core.events import face as events
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.site.sample import filling, mandates, opinions
from liangxi.site.sample.accounts import Cast
from liangxi.site.sample.filling import HOUSE
from liangxi.site.sample.identities import Identities
from liangxi.systems.onething import face as onething

STAGES = ("submitted", "accepted", "correction", "half", "decided", "closed")
FURTHER = ("closed", "accepted", "denied", "half", "closed", "special", "submitted", "extended", "refused", "closed",
           "withdrawn", "decided", "terminated", "closed")  # fmt: skip
"""The stages of the stories of all other packages, in turn."""
FOR_PERSONS = ("social-card", "flexible-work", "marriage", "home-renovation", "hard-to-employ", "child-allowance",
               "flexible-insurance", "elder-allowance")  # fmt: skip
FOR_FIRMS = ("hire-staff", "convenience-pharmacy", "simple-closing")
EACH = 2  # stories of each of these packages
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
class Story:
    """One case with the day on which it was opened; `number` is the citizen id of who fills it in."""

    n: int
    package: str
    title: Mapping[str, str]
    version: str
    who: Actor
    number: str
    stage: str
    opened: datetime

    @property
    def key(self) -> str:
        """What all keys of its commands begin with."""
        return f"sample:{self.package}:{self.n}"


class Troupe:
    """Everybody who can act, and the packages that this city has."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.known = cast, Identities()
        self._told = set[tuple[str, str | None]]()

    @cached_property
    def packages(self) -> Mapping[str, tuple[Mapping[str, str], str]]:
        """Title and version in force by package."""
        return {row.id: (row.title, row.version) for row in onething.versions(by=HOUSE) if row.is_current}

    def stories(self) -> Iterator[Story]:
        """The first couple and the first caterer keep their hands free: they are for whoever walks through the city."""
        for n, wife in enumerate(self.cast.wives[1:]):
            who = self.known.resident(wife)
            yield from self._story(n, "newborn", who, wife.citizen_id, STAGES[n % len(STAGES)], 1 + n * 2 // 3)
        for n, (head, firm) in enumerate(self.cast.caterers[1:]):
            who = self.known.resident(head, firm=firm.id)
            stage = STAGES[(n + 3) % len(STAGES)]
            yield from self._story(n, "restaurant", who, head.citizen_id, stage, 2 + 2 * n)
        stages, day = cycle(FURTHER), 3
        for n, (package, (who, number)) in enumerate(self._others()):
            yield from self._story(n, package, who, number, next(stages), day + n % 9)

    def _story(self, n: int, package: str, who: Actor, number: str, stage: str, days: int) -> Iterator[Story]:
        """Nothing where the city lacks the package, or a small one the second applicant."""
        subject = (package, who.firm or who.person)
        if package in self.packages and subject not in self._told:
            self._told.add(subject)
            title, version = self.packages[package]
            yield Story(n, package, title, version, who, number, stage, moment(days))

    def _others(self) -> Iterator[tuple[str, tuple[Actor, str]]]:
        """Packages with who applies: residents, the employee of a firm in its name, children for their parents."""
        cast, known = self.cast, self.known
        persons = cycle([(known.resident(one), one.citizen_id) for one in cast.wives[1:]])
        firms = [(known.resident(head, firm=firm.id), head.citizen_id) for head, firm in cast.caterers[1:]]
        firms += [(known.resident(wife, firm=firm.id), wife.citizen_id)
                  for (_, firm), wife in zip(cast.caterers[1:2], cast.wives[1:2], strict=False)]  # fmt: skip
        companies = cycle(reversed(firms))
        for _ in range(EACH):
            yield from zip(FOR_PERSONS[:-1], persons, strict=False)
            yield from zip(FOR_FIRMS, companies, strict=False)
        for parent, child in cast.families[:2]:
            yield FOR_PERSONS[-1], (known.resident(child, relative=parent.id), child.citizen_id)


def play(cast: Cast) -> None:
    """Give the proxies, open the sample cases and bring each to its stage; a second time changes nothing."""
    troupe = Troupe(cast)
    with time.frozen(moment(25)):
        mandates.give(cast, troupe.known)
        _deliver()
    ended = []
    for story in troupe.stories():
        with time.frozen(story.opened):
            no = _open(story)
        if _go_on(no, story, troupe.known):
            ended.append((no, story.who))
    opinions.give(ended, troupe.known, _deliver)


def moment(days: int) -> datetime:
    """Half past nine in the morning of the working day so many working days ago."""
    day = time.today()
    while days:
        day -= timedelta(days=1)
        days -= calendar.is_working_day(on=day)
    return datetime(day.year, day.month, day.day, 9, 30, tzinfo=time.CITY)


def _open(story: Story) -> str:
    """Apply as a resident does: answers, form, uploads, submission."""
    for mine in cases.my_cases(by=story.who):
        if mine.title == story.title:
            return mine.no
    draft = onething.start(by=story.who, package=story.package, answers=_situation(story), consent=True)
    values = _values(story, draft.values)
    values |= {field.id: filling.value(field, story.number, (story.opened - timedelta(days=30)).date())
               for field in draft.form.fields if values.get(field.id) in (None, "")}  # fmt: skip
    draft = onething.save(by=story.who, draft=draft.id, values=values, complete=True)
    for material in draft.missing:
        upload = (f"{material.material.title['zh']}.png", filling.picture(story.package))
        onething.add_material(by=story.who, draft=draft.id, material=material.material.id, upload=upload)
    receipt = onething.submit(by=story.who, draft=draft.id, key=story.key)
    _deliver()
    return receipt.case_no


def _situation(story: Story) -> Mapping[str, Any]:
    if story.package == "newborn":
        return _BIRTH
    if story.package == "restaurant":
        n = story.n
        return {"scale": 340 + 40 * n, "fire_commitment": n % 2 == 0, "sign": n % 3 != 1, "tobacco": n % 3 == 2}
    return filling.examples(story.package, story.version)[0]


def _values(story: Story, known: Mapping[str, Any]) -> dict[str, Any]:
    if story.package == "newborn":
        return dict(known) | {
            "child_name": known["father_name"][:1] + _BABIES[story.n % len(_BABIES)],
            "child_sex": "female" if story.n % 2 else "male",
            "born_at": (story.opened - timedelta(days=9)).date().isoformat(),
            "hospital": "无锡市妇幼保健院",
            "register_with": "father",
        }
    if story.package == "restaurant":
        return dict(known) | {
            "cuisine": ["hot", "cold"],
            "seats": 60 + 10 * story.n,
            "manager_name": known["legal_representative"],
            "manager_phone": known["phone"],
            "opens_on": (story.opened + timedelta(days=40)).date().isoformat(),
            "sign_text": "样例餐馆",
            "sign_size": "6 × 1.2",
        }
    return {name: float(one) if isinstance(one, Decimal) else one for name, one in known.items()}


def _go_on(no: str, story: Story, known: Identities) -> bool:
    """As far as the stage goes, one step each few hours. True when it came to an end."""
    at = story.opened
    for step, hours in _STEPS[story.stage]:
        at += timedelta(hours=hours)
        if at >= time.now():
            return False
        with time.frozen(at):
            step(no, story, known)
            _deliver()
    return story.stage == "closed"


def _accept(no: str, story: Story, known: Identities) -> None:
    _do(known.staff("clerk"), no, story, "accept")


def _refuse(no: str, story: Story, known: Identities) -> None:
    _do(known.staff("clerk"), no, story, "refuse", reason="不属于本机关职权范围，已告知向有关机关申请（样例）",
        reason_code="not-competent")  # fmt: skip


def _ask(no: str, story: Story, known: Identities) -> None:
    item = _first(no, known)
    field = "hospital" if story.package == "newborn" else "seats"
    why = {"hospital": "请填写医院全称", "seats": "请按平面图核对餐位数"}[field]
    note = "请补正以下内容，补正期间不计入办理时限。"
    _do(known.at[item.org], item.no, story, "supplement", fields={field: why}, materials={}, note=note)


def _decide_some(no: str, story: Story, known: Identities) -> None:
    item = _first(no, known)
    _do(known.at[item.org], item.no, story, "decide", outcome="approve")


def _decide_all(no: str, story: Story, known: Identities) -> None:
    while items := _open_items(no, known):
        for item in items:
            _do(known.at[item.org], item.no, story, "decide", outcome="approve")
        _deliver()


def _deny(no: str, story: Story, known: Identities) -> None:
    item = _first(no, known)
    _do(known.at[item.org], item.no, story, "decide", outcome="deny", reason="经核查不符合法定条件（样例）",
        reason_code="conditions-not-met")  # fmt: skip


def _suspend(no: str, story: Story, known: Identities) -> None:
    item = _first(no, known)
    _do(known.at[item.org], item.no, story, "suspend", kind="expert-review", days=15, reason="需要专家评审（样例）")


def _extend(no: str, story: Story, known: Identities) -> None:
    item = _first(no, known)
    _do(known.at[item.org], item.no, story, "ask_extension", days=10, reason="需现场核查（样例）")
    _do(known.staff("leader"), item.no, story, "answer_extension", outcome="approve")


def _withdraw(no: str, story: Story, known: Identities) -> None:
    _do(story.who, no, story, "withdraw", reason="暂不办理（样例）")


def _terminate(no: str, story: Story, known: Identities) -> None:
    item = _first(no, known)
    _do(known.at[item.org], item.no, story, "terminate", reason="申请事项所依据的客观情况消失（样例）",
        reason_code="moot")  # fmt: skip


def _close(no: str, story: Story, known: Identities) -> None:
    _do(known.staff("clerk"), no, story, "hand_out", how="post")


Step = tuple[Callable[[str, Story, Identities], None], int]
_STEPS: Mapping[str, tuple[Step, ...]] = {  # what happens, and how many hours after the step before
    "submitted": (),
    "accepted": ((_accept, 2),),
    "correction": ((_accept, 2), (_ask, 3)),
    "half": ((_accept, 2), (_decide_some, 29)),
    "decided": ((_accept, 2), (_decide_some, 29), (_decide_all, 30)),
    "closed": ((_accept, 2), (_decide_some, 5), (_decide_all, 20), (_close, 24)),
    "refused": ((_refuse, 4),),
    "withdrawn": ((_accept, 2), (_withdraw, 20)),
    "denied": ((_accept, 2), (_deny, 28)),
    "special": ((_accept, 2), (_suspend, 5)),
    "extended": ((_accept, 2), (_extend, 26)),
    "terminated": ((_accept, 2), (_terminate, 30)),
}


def _first(no: str, known: Identities) -> CaseView:
    """The item that began first: the same one also when the story is told again."""
    items = cases.case(by=known.staff("clerk"), no=no).items
    return next(item for item in items if item.state not in ("submitted", "accepted"))


def _open_items(no: str, known: Identities) -> list[CaseView]:
    """The items that a department can decide now."""
    return [item for item in cases.case(by=known.staff("clerk"), no=no).items if item.state == "reviewing"]


def _do(by: Actor, no: str, story: Story, action: str, **body: Any) -> None:
    cases.command(by=by, case=no, action=action, key=f"{story.key}:{no}:{action}", body=body)


def _deliver() -> None:
    while events.deliver_due():
        pass
