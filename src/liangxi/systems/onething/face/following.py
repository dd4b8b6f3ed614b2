"""After the submission: what the applicant adds, what follows from decisions."""

from collections.abc import Mapping
from typing import Any

from liangxi.core.cases import events as case_events
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Outcome
from liangxi.kit.actor import Actor
from liangxi.systems.onething import queries, shapes
from liangxi.systems.onething.actions import drafting, results


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


def fill_gap(*, by: Actor, case: str, uploads: Mapping[str, shapes.Upload], key: str) -> Outcome:
    """Send materials that an acceptance let follow (容缺受理); InvalidError names a material that is not waited for."""
    return drafting.fill_gap(by, case, uploads, key)


def application(*, by: Actor, case: str) -> shapes.Application:
    """What stands behind a case that `by` may read: its form with labels, its materials, where values came from."""
    view = cases.case(by=by, no=case)
    root = cases.case(by=by, no=view.parent_no) if view.parent_no else view
    return queries.application(queries.draft_of_case(root.no), root.form)


def issue_result(event: case_events.MatterDecided) -> None:
    """Handler: the certificate of an approved matter, once."""
    results.issue_result(event)


def revoke_result(event: case_events.DecisionRevoked) -> None:
    """Handler: the certificate of a revoked grant is revoked, once."""
    results.revoke_result(event)


def tell_applicant(event: results.Told) -> None:
    """Handler for the events of `results.Told`: one message to the applicant for each."""
    results.tell_applicant(event)
