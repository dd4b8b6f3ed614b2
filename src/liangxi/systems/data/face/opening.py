"""开放, for departments and the bureau: asking, the privacy gate's report, deciding, withdrawing; stories, requests."""

from collections.abc import Mapping
from typing import Any

from liangxi.kit.actor import Actor
from liangxi.systems.data import models
from liangxi.systems.data.actions import open_public
from liangxi.systems.data.actions import opening as actions
from liangxi.systems.data.queries import opening as queries
from liangxi.systems.data.shapes.opening import Licence, Opening, OpenStory, OpenVersion


def ask_opening(*, by: Actor, resource: str, terms: Mapping[str, Any], licence: str) -> None:
    """Ask the bureau to open a published resource under terms (`rules.opening` says their form).

    Needs `data.manage` on the provider. The privacy gate judges at once; its report stands in `opening`. InvalidError
    `data.opening` names columns, masks, rows, quasi, group, counts, licence or attribute.
    """
    actions.ask(by, resource, terms, licence)


def decide_opening(*, by: Actor, resource: str, outcome: str, note: str = "") -> None:
    """`open`, or `return` with a note. Needs `data.review`; ForbiddenError `data.opening.own` for who asked.

    InvalidError `data.opening.gate` when the newest rows do not pass. Announces DatasetOpened.
    """
    actions.decide(by, resource, outcome, note)


def withdraw_opening(*, by: Actor, resource: str, reason: str) -> None:
    """Close an open data set at once: the bureau or its department. Announces DatasetClosed."""
    actions.withdraw(by, resource, reason)


def opening(*, by: Actor, resource: str) -> Opening:
    """How a resource is opened, with the gate's last report. NotFoundError `data.open.unknown`."""
    return queries.shape(by, queries.opening_row(by, resource))


def openings(*, by: Actor) -> tuple[Opening, ...]:
    """Every opening in the scope of `data.manage` or `data.review`, those that wait for the bureau first."""
    return queries.listed(by)


def open_versions(*, by: Actor, resource: str) -> tuple[OpenVersion, ...]:
    """Every version that went through the gate, with its report, the newest first. NotFoundError."""
    return queries.versions(queries.opening_row(by, resource), only_public=False)


def licences() -> tuple[Licence, ...]:
    """The terms of use that the city knows."""
    return queries.licences()


def check_openings(*, limit: int = 20) -> int:
    """Take new rows of open data sets to the gate; how many versions went there. Called by workers.

    Announces DatasetOpened or OpenVersionRefused; a version that is refused leaves the one before public.
    """
    return actions.check_all(limit)


def stories_to_read(*, by: Actor) -> tuple[OpenStory, ...]:
    """Stories that wait for the bureau (`data.review`), who waits longest first."""
    by.require("data.review")
    rows = models.OpenStory.objects.filter(state="waiting").select_related("opening").order_by("at")
    return tuple(queries.story(one) for one in rows if by.may("data.review", one.opening.org_path))


def moderate_story(*, by: Actor, id: str, outcome: str, reason: str = "") -> None:
    """`show` a story, or `refuse` it with a reason. NotFoundError `data.story.unknown`."""
    open_public.moderate(by, id, outcome, reason)


def answer_open_request(*, by: Actor, id: str, outcome: str, answer: str) -> None:
    """Answer a request for data once: `granted` or `declined`. Needs `data.review`; the person has a message."""
    open_public.answer(by, id, outcome, answer)


def load_licences(*, by: Actor, licences: Mapping[str, Any]) -> int:
    """The terms of use of a profile (profile.toml, [open_data.licences]); how many. For the house."""
    return open_public.load_licences(by, licences)
