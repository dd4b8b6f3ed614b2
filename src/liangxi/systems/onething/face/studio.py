"""The studio: packages as working copies, from the first line to the approval of a second person."""

from datetime import date

from liangxi.kit.actor import Actor
from liangxi.systems.onething.actions import deciding, editing, proofing, publishing
from liangxi.systems.onething.queries import copies
from liangxi.systems.onething.rules import comparing, dmn
from liangxi.systems.onething.shapes import FileFinding
from liangxi.systems.onething.shapes.decisions import Decisions
from liangxi.systems.onething.shapes.studio import CopyRow, TextChanges, Texts, WorkingCopy


def working_copies(*, by: Actor) -> tuple[CopyRow, ...]:
    """Working copies that wait for somebody, then those ended last (20)."""
    by.require("onething.read")
    return copies.listed()


def working_copy(*, by: Actor, id: str) -> WorkingCopy:
    """One working copy with its texts and its history; NotFoundError `onething.copy`."""
    by.require("onething.read")
    return copies.working_copy(id)


def begin(*, by: Actor, package: str) -> str:
    """A working copy of the newest version of a package, or of the starter for a new one; its id.

    Needs `onething.edit`. InvalidError `onething.id` for what cannot be the id of a package.
    """
    return editing.begin(by, package)


def import_texts(*, by: Actor, texts: Texts) -> str:
    """A working copy of YAML written elsewhere; its id. InvalidError `onething.import` for what is no package."""
    return editing.import_texts(by, texts)


def check(*, by: Actor, id: str, texts: Texts) -> tuple[FileFinding, ...]:
    """Every fault of texts for a working copy, with line, reason and hint; nothing is kept."""
    by.require("onething.read")
    proofing.check_size(texts)
    return proofing.check(copies.working_copy(id).row.package, texts)


def save(*, by: Actor, id: str, revision: int, texts: Texts) -> int:
    """Keep texts, faults and all; the new revision. Needs `onething.edit`.

    ConflictError `onething.copy.moved` (who, which revision) when another saved since `revision`;
    `onething.copy.state` when the copy is not being edited.
    """
    return editing.save(by, id, revision, texts)


def changes_since(*, by: Actor, id: str, revision: int) -> TextChanges:
    """What was saved after a revision of a working copy, line by line."""
    by.require("onething.read")
    return comparing.text_changes(copies.texts_at(id, revision), copies.working_copy(id).texts)


def submit(*, by: Actor, id: str, revision: int, effective: date) -> None:
    """Ask for approval of a copy that shall hold from a day; the day is written into the text.

    Needs `onething.edit`. InvalidError `onething.copy.faulty` (every line), `onething.effective` for a past day;
    ConflictError as in `save`.
    """
    editing.submit(by, id, revision, effective)


def withdraw(*, by: Actor, id: str) -> None:
    """Take a copy back from approval. Needs `onething.edit`."""
    editing.withdraw(by, id)


def discard(*, by: Actor, id: str) -> None:
    """Put a copy aside for good. Needs `onething.edit`."""
    editing.discard(by, id)


def approve(*, by: Actor, id: str, revision: int, effective: date) -> None:
    """Publish a submitted copy, to hold from a day, today or later. Needs `onething.publish`.

    ForbiddenError `onething.own` for who wrote or submitted it; else as `submit`.
    """
    editing.approve(by, id, revision, effective)


def reject(*, by: Actor, id: str, reason: str) -> None:
    """Send a submitted copy back with a reason. Needs `onething.publish`; not for who wrote it."""
    editing.reject(by, id, reason)


def index_in_force() -> int:
    """Make packages findable by the words of the versions that come into force today; called by the worker."""
    return publishing.index_in_force()


def read_decisions(*, by: Actor, content: bytes, id: str = "") -> Decisions:
    """The decision tables (DMN 1.x) of a file as conditions, for the questions of a working copy (none: any names).

    What does not map is in `faults`, with element, number of the rule and reason.
    """
    by.require("onething.read")
    return deciding.read(id, content) if id else dmn.read(content)


def write_decisions(*, by: Actor, id: str, revision: int, content: bytes) -> tuple[str, ...]:
    """Write a file's conditions into the matters that its outputs name, as a new revision; the matters.

    Needs `onething.edit`. InvalidError `onething.dmn.faulty`, `onething.dmn.matters`; ConflictError as in `save`.
    """
    return deciding.write(by, id, revision, content)
