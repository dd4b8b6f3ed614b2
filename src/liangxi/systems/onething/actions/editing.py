"""Working copies of packages: begun, saved, submitted, approved by a second person, published on a day."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.kit import time, yaml_text
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError
from liangxi.systems.onething.actions import proofing, publishing
from liangxi.systems.onething.models import CopyRevision, PackageVersion, WorkingCopy
from liangxi.systems.onething.queries import copies
from liangxi.systems.onething.rules import versions
from liangxi.systems.onething.shapes.studio import DISCARDED, EDITING, PUBLISHED, SUBMITTED, Texts

_STARTERS = Path(__file__).parent.parent / "starters"
_REASON = (4, 500)  # characters of a reason that says something


def begin(by: Actor, package: str) -> str:
    """A working copy of the newest version, or of the starter where the package is new; its id."""
    by.require("onething.edit")
    versions.check_id(package)
    newest = copies.newest_version(package)
    return _begin(by, package, _starter(package) if newest is None else _next(newest), newest)


def import_texts(by: Actor, texts: Texts) -> str:
    """A working copy of what somebody wrote elsewhere; its id.

    InvalidError `onething.import` when the package cannot be read so far that its id is known.
    """
    by.require("onething.edit")
    package, _ = proofing.headings(texts)
    versions.check_id(package)
    return _begin(by, package, texts, copies.newest_version(package))


def _begin(by: Actor, package: str, texts: Texts, newest: PackageVersion | None) -> str:
    proofing.check_size(texts)
    with transaction.atomic():
        copy = WorkingCopy(package=package, state=EDITING, revision=0, base=newest.version if newest else "", title={})
        _write(by, copy, texts)
        _record(by, copy, "begun")
    return str(copy.pk)


def _starter(package: str) -> Texts:
    today = time.today()
    filled = {"PACKAGE": package, "VERSION": versions.following(today, ()), "EFFECTIVE": today.isoformat()}
    parts = []
    for name in ("package.yaml", "matters.yaml"):
        text = (_STARTERS / name).read_text(encoding="utf-8")
        for word, value in filled.items():
            text = text.replace(word, value)
        parts.append(text)
    return Texts(*parts)


def _next(newest: PackageVersion) -> Texts:
    """The texts of a version under the next number."""
    texts = copies.texts_of(newest)
    number = versions.following(time.today(), copies.numbers(newest.package))
    return Texts(yaml_text.replaced(texts.package, ("version",), number), texts.matters)


def save(by: Actor, id: str, revision: int, texts: Texts) -> int:
    """Keep the texts, faults and all; the new revision. ConflictError `onething.copy.moved` when another was first."""
    by.require("onething.edit")
    proofing.check_size(texts)
    with transaction.atomic():
        copy = copies.locked(id)
        _require_state(copy, EDITING)
        if copies.texts(copy) == texts:
            return copy.revision
        _require_revision(copy, revision)
        _write(by, copy, texts)
        _record(by, copy, "saved")
    return copy.revision


def submit(by: Actor, id: str, revision: int, effective: date) -> None:
    """Ask for approval of a sound copy that shall hold from a day, today or later."""
    by.require("onething.edit")
    _require_future(effective)

    def work(copy: WorkingCopy) -> None:
        _date(by, copy, effective)
        proofing.sound(copy.package, copies.texts(copy))
        copy.state, copy.effective, copy.reason = SUBMITTED, effective, ""
        copy.submitted_by, copy.submitted_name = by.account, by.name

    _turn(by, id, (EDITING, "submitted"), work, revision)


def withdraw(by: Actor, id: str) -> None:
    """Take a copy back from approval to write on."""
    by.require("onething.edit")

    def work(copy: WorkingCopy) -> None:
        copy.state = EDITING

    _turn(by, id, (SUBMITTED, "withdrawn"), work)


def discard(by: Actor, id: str) -> None:
    """Put a copy aside for good; it can still be read."""
    by.require("onething.edit")

    def work(copy: WorkingCopy) -> None:
        copy.state = DISCARDED

    _turn(by, id, (EDITING, "discarded"), work)


def reject(by: Actor, id: str, reason: str) -> None:
    """Send a copy back with a reason that its editors read."""
    by.require("onething.publish")
    said = " ".join(reason.split())
    if not _REASON[0] <= len(said) <= _REASON[1]:
        why = "Say in 4 to 500 characters what has to change."
        raise InvalidError("onething.reason", why, fields={"reason": why})

    def work(copy: WorkingCopy) -> None:
        _require_second_person(by, copy)
        copy.state, copy.reason = EDITING, said

    _turn(by, id, (SUBMITTED, "rejected"), work)


def approve(by: Actor, id: str, revision: int, effective: date) -> None:
    """Publish a copy that others wrote, to hold from a day, today or later."""
    by.require("onething.publish")
    _require_future(effective)

    def work(copy: WorkingCopy) -> None:
        _require_second_person(by, copy)
        _date(by, copy, effective)
        texts = copies.texts(copy)
        read = proofing.sound(copy.package, texts)
        detail = {"copy": str(copy.pk), "submitted_by": copy.submitted_by}
        publishing.publish(by, read, {"package": texts.package, "matters": texts.matters}, detail)
        copy.state, copy.effective, copy.version = PUBLISHED, effective, read.package.version

    _turn(by, id, (SUBMITTED, "approved"), work, revision)


def _turn(
    by: Actor, id: str, turn: tuple[str, str], work: Callable[[WorkingCopy], None], revision: int | None = None
) -> None:
    """One step of a copy: `turn` is the state that it asks for and what the trail calls it."""
    with transaction.atomic():
        copy = copies.locked(id)
        _require_state(copy, turn[0])
        if revision is not None:
            _require_revision(copy, revision)
        work(copy)
        copy.save()
        _record(by, copy, turn[1])


def _date(by: Actor, copy: WorkingCopy, effective: date) -> None:
    """Write the day into the text, as a revision of its own where it was another."""
    texts = copies.texts(copy)
    try:
        dated = yaml_text.replaced(texts.package, ("effective",), effective.isoformat())
    except (LookupError, InvalidError) as error:
        raise InvalidError("onething.copy.faulty", "The working copy has faults.") from error
    if dated != texts.package:
        _write(by, copy, Texts(dated, texts.matters))


def _write(by: Actor, copy: WorkingCopy, texts: Texts) -> None:
    _, copy.title = proofing.headings(
        texts, default=(copy.package, copy.title or {"zh": copy.package, "en": copy.package})
    )
    copy.revision += 1
    copy.save()
    CopyRevision.objects.create(
        copy=copy,
        number=copy.revision,
        package_text=texts.package,
        matters_text=texts.matters,
        account=by.account,
        name=by.name,
        at=time.now(),
    )


def _record(by: Actor, copy: WorkingCopy, what: str) -> None:
    detail: dict[str, Any] = {"copy": str(copy.pk), "revision": copy.revision}
    if copy.effective:
        detail["effective"] = copy.effective.isoformat()
    if what == "rejected":
        detail["reason"] = copy.reason
    audit.record(by=by, action=f"onething.copy.{what}", object=f"package:{copy.package}", detail=detail)


def _require_state(copy: WorkingCopy, state: str) -> None:
    if copy.state != state:
        raise ConflictError("onething.copy.state", "This is not possible any more: the working copy has moved on.")


def _require_revision(copy: WorkingCopy, revision: int) -> None:
    if copy.revision != revision:
        last = copies.last_saved(copy)
        raise ConflictError(
            "onething.copy.moved",
            "%(name)s saved this working copy in the meantime.",
            {"name": last.name, "revision": last.number},
        )


def _require_second_person(by: Actor, copy: WorkingCopy) -> None:
    hands = {by.account, by.on_behalf_of}  # a post that was lent does not make two persons of one
    if hands & (copies.authors(copy) | {copy.submitted_by}):
        raise ForbiddenError("onething.own", "Nobody approves what he wrote or submitted himself.")


def _require_future(effective: date) -> None:
    if effective < time.today():
        why = "Choose today or a later day: what held in the past does not change."
        raise InvalidError("onething.effective", why, fields={"effective": why})
