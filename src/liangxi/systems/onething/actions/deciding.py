"""Decision tables into the text of a working copy: the condition of a matter is written where it stands."""

from liangxi.kit import yaml_text
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError
from liangxi.systems.onething.actions import editing, editions
from liangxi.systems.onething.queries import copies
from liangxi.systems.onething.rules import checking, dmn
from liangxi.systems.onething.shapes.decisions import Decisions
from liangxi.systems.onething.shapes.studio import Edition, Texts


def read(id: str, content: bytes) -> Decisions:
    """The decision tables in a file for the questions of a working copy."""
    return dmn.read(content, checking.question_types(editions.package(Edition(copy=id))))


def write(by: Actor, id: str, revision: int, content: bytes) -> tuple[str, ...]:
    """Write the conditions of a file into the matters of a copy; the matters.

    InvalidError `onething.dmn.faulty` where something cannot be taken over, `onething.dmn.matters` where no output
    names a matter.
    """
    by.require("onething.edit")
    found = read(id, content)
    if found.faults:
        why = "The decision table cannot be taken over."
        raise InvalidError("onething.dmn.faulty", why, fields={"file": why})
    said = {}
    for one in (condition for decision in found.decisions for condition in decision.conditions):
        said[one.output if one.value == "true" else one.value.strip('"')] = str(one.condition)
    package = editions.package(Edition(copy=id))
    texts = copies.working_copy(id).texts
    text, written = texts.package, []
    for n, item in enumerate(package.items):
        if item.matter.id in said:
            text = yaml_text.replaced(text, ("items", n, "when"), said[item.matter.id])
            written.append(item.matter.id)
    if not written:
        why = "No output of the table is the id of a matter of this package."
        raise InvalidError("onething.dmn.matters", why, fields={"file": why})
    editing.save(by, id, revision, Texts(text, texts.matters))
    return tuple(written)
