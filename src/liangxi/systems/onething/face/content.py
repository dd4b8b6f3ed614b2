"""The content: which packages there are, what applies, versions, loading."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from liangxi.kit.actor import Actor
from liangxi.systems.onething import queries, shapes
from liangxi.systems.onething.actions import loading
from liangxi.systems.onething.rules import situation
from liangxi.systems.onething.shapes.cards import PackageCard


def packages(
    *, audience: str | None = None, category: str | None = None, org: str | None = None, query: str = ""
) -> tuple[PackageCard, ...]:
    """The packages in force for `audience` (person, firm), category id and department, the most used first.

    With words in `query` those that hold them all, the best hit first, each with the place where it was met.
    """
    return queries.found(queries.cards(audience, category, org), query)


def guide(*, package: str, answers: Mapping[str, Any] | None = None, on: date | None = None) -> shapes.Guide:
    """What the answers so far lead to, in the version in force on a day (today).

    Answers may be typed or as a page posts them. NotFoundError `onething.package`; InvalidError `onething.answers`
    with a message per question.
    """
    found = queries.compiled(queries.current_version(package, on).hash)
    return situation.guide(found, situation.read_answers(found, answers or {}))


def versions(*, by: Actor, package: str | None = None) -> tuple[shapes.VersionRow, ...]:
    """Every version of a package (or of all), the newest first, with its number of cases."""
    by.require("onething.read")
    return queries.version_rows(package)


def definition(*, by: Actor, package: str, version: str) -> Mapping[str, Any]:
    """A version as published: `{"package": ..., "matters": [...]}`; NotFoundError."""
    by.require("onething.read")
    found: Mapping[str, Any] = queries.version(package, version).definition
    return found


def load_profile(*, by: Actor, root: Path) -> shapes.LoadedPackages:
    """Publish the packages below `root` (`onethings/*.yaml`, `matters/*.yaml`).

    Loading the same content twice changes nothing. InvalidError `onething.profile` names file and line of every
    fault; ConflictError `onething.version.changed` when a published version has other content.
    """
    return loading.load_profile(by, root)


def check_profile(*, root: Path) -> tuple[shapes.FileFinding, ...]:
    """Every fault in the packages below `root`, with file and line; needs no database."""
    return loading.check_profile(root)


def summaries(*, root: Path) -> tuple[shapes.PackageSummary, ...]:
    """What the packages below `root` are made of and what they save, by file; needs no database."""
    return loading.summaries(root)
