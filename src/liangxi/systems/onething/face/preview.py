"""What an edition of a package, published or not, means: situations, guide, form, comparison, texts, diagram."""

from collections.abc import Mapping
from typing import Any

from liangxi.core.forms.shapes import Form
from liangxi.core.people import face as people
from liangxi.kit.actor import Actor
from liangxi.systems.onething import queries
from liangxi.systems.onething.actions import editions
from liangxi.systems.onething.rules import bpmn as writing
from liangxi.systems.onething.rules import comparing, drawing, previewing, situation
from liangxi.systems.onething.shapes import Guide, Package
from liangxi.systems.onething.shapes.diagrams import Diagram
from liangxi.systems.onething.shapes.studio import Comparison, Edition, SituationPage, Texts


def package(*, by: Actor, edition: Edition) -> Package:
    """The compiled package; InvalidError `onething.copy.faulty` where a working copy cannot be compiled."""
    by.require("onething.read")
    return editions.package(edition)


def texts(*, by: Actor, edition: Edition) -> Texts:
    """Package and matters as YAML; what is published loads again without difference."""
    by.require("onething.read")
    return editions.texts(edition)


def situations(
    *, by: Actor, edition: Edition, wanted: Mapping[str, str], start: int = 0, size: int = 20
) -> SituationPage:
    """Situations with all that they come to, among those that answer as `wanted` says (question -> value)."""
    return previewing.page(package(by=by, edition=edition), wanted, max(start, 0), size)


def preview_guide(*, by: Actor, edition: Edition, answers: Mapping[str, Any]) -> Guide:
    """The guide as a resident would see it; InvalidError `onething.answers` with a message per question."""
    found = package(by=by, edition=edition)
    return situation.guide(found, situation.read_answers(found, answers))


def preview_form(*, by: Actor, edition: Edition, answers: Mapping[str, Any]) -> Form:
    """The form of a situation as a resident would fill it in."""
    found = package(by=by, edition=edition)
    return queries.form_for(found, situation.read_answers(found, answers))


def compare(*, by: Actor, before: Edition, after: Edition) -> Comparison:
    """What changes for whom from one edition to the other, beside the difference of the texts."""
    packages = package(by=by, edition=before), package(by=by, edition=after)
    return comparing.compare(*packages, (editions.texts(before), editions.texts(after)))


def diagram(*, by: Actor, edition: Edition, answers: Mapping[str, Any] | None = None) -> Diagram:
    """The process of a package, with its conditions; with `answers` that of one situation."""
    found = package(by=by, edition=edition)
    return drawing.draw(found, None if answers is None else situation.read_answers(found, answers))


def bpmn(*, by: Actor, edition: Edition, answers: Mapping[str, Any] | None = None, lang: str = "zh") -> tuple[str, str]:
    """A name for the file (`restaurant-2026.11.1`) and the diagram as BPMN 2.0 XML with its layout."""
    drawn = diagram(by=by, edition=edition, answers=answers)
    names = {one.code: one.name[lang] for one in people.organisations()}
    return f"{drawn.id}-{drawn.version}", writing.write(drawn, names, lang)
