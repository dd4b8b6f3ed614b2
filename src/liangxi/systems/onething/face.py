"""The door of one things: find one, ask what applies, fill in once, submit; and the content behind it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from liangxi.core.cases import events as case_events
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Outcome
from liangxi.kit.actor import Actor
from liangxi.systems.onething import queries, shapes
from liangxi.systems.onething.actions import drafting, loading, results
from liangxi.systems.onething.rules import situation


def packages(*, audience: str | None = None, category: str | None = None) -> tuple[shapes.PackageCard, ...]:
    """The packages in force for `audience` (person, firm) and category id, the most used first."""
    return queries.cards(audience, category)


def guide(*, package: str, answers: Mapping[str, Any] | None = None, on: date | None = None) -> shapes.Guide:
    """What the answers so far lead to, in the version in force on a day (today).

    Answers may be typed or as a page posts them. NotFoundError `onething.package`; InvalidError `onething.answers`
    with a message per question.
    """
    found = queries.compiled(queries.current_version(package, on).hash)
    return situation.guide(found, situation.read_answers(found, answers or {}))


def start(*, by: Actor, package: str, answers: Mapping[str, Any], consent: bool) -> shapes.Draft:
    """Begin an application. With `consent` the registers are read (and the reads logged) to fill the form.

    ForbiddenError without `case.start`; InvalidError `onething.unanswered` for open questions, `onething.firm` when
    a firm's package is begun without a firm.
    """
    return drafting.start(by, package, answers, consent)


def drafts(*, by: Actor) -> tuple[shapes.Draft, ...]:
    """The applications of `by` that are not submitted, the last touched first (20 at most)."""
    return queries.drafts_of(by)


def draft(*, by: Actor, id: str) -> shapes.Draft:
    """One application of `by`; NotFoundError `onething.draft` for another's."""
    return queries.draft_view(queries.own_draft(by, id))


def save(*, by: Actor, draft: str, values: Mapping[str, Any], complete: bool = False) -> shapes.Draft:
    """Keep what is valid; the draft comes back with `errors` by field. ConflictError once it is submitted."""
    return drafting.save(by, draft, values, complete)


def add_material(
    *, by: Actor, draft: str, material: str, upload: shapes.Upload | None = None, commit: bool = False
) -> shapes.Draft:
    """Give one material: a file (name, content), or a signed commitment where the package allows it.

    InvalidError names the material: not needed, wrong kind of file, too large, cannot be committed to.
    """
    return drafting.add_material(by, draft, material, upload, commit)


def submit(*, by: Actor, draft: str, key: str) -> shapes.Receipt:
    """Turn a complete draft into a case; a second call gives the same receipt.

    InvalidError `onething.incomplete` names every field and material that is missing or wrong.
    """
    return drafting.submit(by, draft, key)


def answer_supplement(
    *,
    by: Actor,
    case: str,
    values: Mapping[str, Any],
    uploads: Mapping[str, shapes.Upload],
    key: str,
    expected_version: int | None = None,
) -> Outcome:
    """Give the corrections that a case waits for; InvalidError `onething.supplement` names the fields still wrong."""
    return drafting.answer_supplement(by, case, values, uploads, key, expected_version)


def application(*, by: Actor, case: str) -> shapes.Application:
    """What stands behind a case that `by` may read: its form with labels, its materials, where values came from."""
    view = cases.case(by=by, no=case)
    root = cases.case(by=by, no=view.parent_no) if view.parent_no else view
    return queries.application(queries.draft_of_case(root.no), root.form)


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


def issue_result(event: case_events.MatterDecided) -> None:
    """Handler: the certificate of an approved matter, once."""
    results.issue_result(event)


def revoke_result(event: case_events.DecisionRevoked) -> None:
    """Handler: the certificate of a revoked grant is revoked, once."""
    results.revoke_result(event)


def tell_applicant(event: results.Told) -> None:
    """Handler for the events of `results.Told`: one message to the applicant for each."""
    results.tell_applicant(event)
