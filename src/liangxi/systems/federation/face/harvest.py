"""Harvest from other catalogues: CKAN and DCAT (-AP)."""

from collections.abc import Mapping
from typing import Any

from liangxi.kit.actor import Actor
from liangxi.systems.federation.actions import harvesting as actions
from liangxi.systems.federation.queries import harvest as queries
from liangxi.systems.federation.shapes import HarvestedSet, HarvestSource


def save_harvest(*, by: Actor, said: Mapping[str, Any]) -> str:
    """Declare a source (id, title, kind ckan or dcat, url, every: hours), or change it; its id. Needs `data.review`.

    InvalidError `federation.source` names the fields.
    """
    return actions.save(by, said)


def pause_harvest(*, by: Actor, id: str, is_active: bool) -> None:
    """Follow the schedule of a source no more, or again. NotFoundError `federation.source.unknown`."""
    actions.pause(by, id, is_active=is_active)


def start_harvest(*, by: Actor, id: str) -> str:
    """Read a source now; the run's id, which is that of the open one when there is one."""
    return actions.start(by, id)


def harvest_sources(*, by: Actor) -> tuple[HarvestSource, ...]:
    """Every source with its last run. Needs `data.review`."""
    by.require("data.review")
    return queries.sources()


def harvest_source(*, by: Actor, id: str) -> HarvestSource:
    """A source with its last 20 runs and their reports."""
    return queries.source(actions.source_row(by, id))


def harvested(
    *, query: str = "", source: str = "", offset: int = 0, limit: int = 20
) -> tuple[tuple[HarvestedSet, ...], int]:
    """What other catalogues list, for everybody: newest first, and how many there are."""
    return queries.harvested(query[:200], source, max(0, offset), max(1, min(limit, 200)))


def harvested_by_source() -> Mapping[str, tuple[str, int]]:
    """The catalogues that list something: title and number of data sets by id."""
    return queries.counted()


def harvested_set(*, id: str) -> HarvestedSet:
    """One data set of another catalogue; one that is gone there says since when. NotFoundError."""
    return queries.by_id(id)


def tend_harvest() -> int:
    """Ask for the harvests that are due; how many. Called by workers."""
    return actions.schedule_due()


def work_harvest() -> int:
    """Work on one harvest, for minutes if need be; 1 when there was one. Called by workers for heavy work."""
    return actions.work()
