"""What the public does with open data: stars, stories, requests for what is missing; and the bureau's answers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Applicant
from liangxi.core.messages import face as messages
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.systems.data.actions.catalogue import invalid
from liangxi.systems.data.models import OpenLicence, OpenRating, OpenRequest, OpenStory
from liangxi.systems.data.queries import opendata
from liangxi.systems.data.queries import sharing as sharing_queries
from liangxi.systems.data.queries.registers import uuid
from liangxi.systems.data.queries.sharing import ZONE
from liangxi.systems.data.rules import opening, sharing

LOAD = "register.load"  # no role gives it: the profile is loaded by the house alone


def rate(by: Actor, id: str, stars: int, text: str) -> None:
    """One's own stars for a data set; again: other stars."""
    if not 1 <= stars <= 5:
        raise invalid("stars", "Give one to five stars.")
    if len(text) > 500:
        raise invalid("text", "Write at most 500 characters.")
    row = opendata.found(id)[0]
    said = {"stars": stars, "text": text.strip(), "at": time.now()}
    OpenRating.objects.update_or_create(opening=row, account=by.account, defaults=said)


_STORY = {
    "title": (2, 100, "Write a title of 2 to 100 characters."),
    "text": (20, 4000, "Write 20 to 4,000 characters."),
}


def tell(by: Actor, id: str, said: Mapping[str, str]) -> str:
    """A story of use; it is shown when the bureau has read it. The same title again is the same story."""
    row = opendata.found(id)[0]
    said = {name: value.strip() for name, value in said.items()}
    faults = {name: why for name, (least, most, why) in _STORY.items() if not least <= len(said[name]) <= most}
    if said["url"] and urlsplit(said["url"]).scheme not in ("http", "https"):
        faults["url"] = "Enter an address that begins with https://."
    if faults:
        raise InvalidError("data.story", "The story needs a correction.", fields=faults)
    story, _ = OpenStory.objects.get_or_create(
        opening=row, account=by.account, title=said["title"],
        defaults={"text": said["text"], "url": said["url"][:500], "author": by.name, "at": time.now()},
    )  # fmt: skip
    return str(story.pk)


def moderate(by: Actor, id: str, outcome: str, reason: str) -> None:
    """The bureau shows a story or refuses it with a reason; also one that is shown already."""
    if outcome not in ("show", "refuse"):
        raise invalid("outcome", "Show the story or refuse it.")
    if outcome == "refuse" and not reason.strip():
        raise invalid("reason", "Say why it is refused.")
    with transaction.atomic():
        row = OpenStory.objects.select_for_update().select_related("opening").filter(pk=uuid(id) or UUID(int=0)).first()
        if row is None or not by.may("data.review", row.opening.org_path):
            raise NotFoundError("data.story.unknown", "There is no such story for you to read.")
        row.state, row.read_by, row.reason = (
            "shown" if outcome == "show" else "refused",
            by.account,
            reason.strip()[:500],
        )
        row.save()
        audit.record(by=by, action=f"data.story.{row.state}", object=f"story:{id}", detail={"reason": row.reason})


def request(by: Actor, said: Mapping[str, str], key: str) -> str:
    """Ask for a data set that is missing; the number of the case. The same key is the same request."""
    if by.person is None:
        raise ForbiddenError("data.open.person", "Sign in as a resident to ask for data.")
    said = {name: value.strip() for name, value in said.items()}
    faults = {name: "Write at least 2 characters." for name in ("title", "use") if len(said[name]) < 2}
    faults |= {name: "This is too long." for name, most in _LONGEST.items() if len(said[name]) > most}
    if faults:
        raise InvalidError("data.open_request", "The request needs a correction.", fields=faults)
    with transaction.atomic():
        bureau = sharing_queries.bureau()
        case = cases.open_case(
            by=ZONE,
            plan=cases.register_plan(by=ZONE, definition=sharing.open_request_plan(bureau, opening.ANSWER_DAYS)),
            applicant=Applicant(person=by.person, firm=by.firm, name=by.name, account=by.account),
            subject=said["title"],
            items=["answer"],
            form=dict(said),
            key=f"open-request:{by.account}:{key}",
        )
        row, is_new = OpenRequest.objects.get_or_create(
            case_no=case.no, defaults={**said, "account": by.account, "person": UUID(by.person), "at": time.now()}
        )
        if is_new:
            cases.command(by=ZONE, case=case.no, action="accept", key=f"open-request:accept:{row.pk}")
            audit.record(by=by, action="data.open_request.made", object=f"open-request:{row.pk}",
                         detail={"case": case.no})  # fmt: skip
    return case.no


_LONGEST = {"title": 200, "text": 2000, "use": 500}


def answer(by: Actor, id: str, outcome: str, text: str) -> None:
    """The bureau's answer, once: granted (it is or will be opened) or declined, with its words."""
    if outcome not in ("granted", "declined"):
        raise invalid("outcome", "Say whether the data is opened.")
    if not 2 <= len(text.strip()) <= 2000:
        raise invalid("answer", "Write an answer of 2 to 2,000 characters.")
    by.require("data.review")
    with transaction.atomic():
        row = OpenRequest.objects.select_for_update().filter(pk=uuid(id) or UUID(int=0)).first()
        if row is None:
            raise NotFoundError("data.open_request.unknown", "There is no such request.")
        if row.state != "open":
            raise ConflictError("data.open_request.state", "This request has been answered already.")
        item = cases.case(by=ZONE, no=row.case_no).items[0]
        body: dict[str, Any] = {"outcome": "approve" if outcome == "granted" else "deny", "reason": text.strip(),
                                "reason_code": "" if outcome == "granted" else sharing.WITHHELD}  # fmt: skip
        cases.command(by=by, case=item.no, action="decide", key=f"open-request:{row.pk}", body=body)
        row.state, row.answer = outcome, text.strip()
        row.answered_by, row.answered_at = by.account, time.now()
        row.save()
        audit.record(by=by, action=f"data.open_request.{outcome}", object=f"open-request:{id}", detail={})
        messages.send(by=ZONE, to_person=str(row.person), template=f"data.open_{outcome}",
                      params={"title": row.title, "note": row.answer}, key=f"open-request:{row.pk}",
                      link=f"/cases/{row.case_no}/")  # fmt: skip


def load_licences(by: Actor, said: Mapping[str, Any]) -> int:
    """The terms of use of a profile (profile.toml, [open_data.licences]); how many. Idempotent."""
    by.require(LOAD)
    for id, one in said.items():
        for name in ("title", "text"):
            if set(one.get(name, {})) < {"zh", "en"}:
                where = f"open_data.licences.{id}.{name}"
                why = "profile.toml: %(name)s needs zh and en."
                raise InvalidError("load.data", why, {"name": where}, fields={where: "unknown"})
        OpenLicence.objects.update_or_create(
            pk=id,
            defaults={
                "title": dict(one["title"]), "text": dict(one["text"]), "conditions": list(one.get("conditions", [])),
                "basis": one.get("basis", ""), "url": one.get("url", ""),
            },
        )  # fmt: skip
    return len(said)
