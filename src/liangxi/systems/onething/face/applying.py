"""Applying: from the answers to the submitted case."""

from collections.abc import Mapping
from typing import Any

from liangxi.kit.actor import Actor
from liangxi.systems.onething import queries, shapes
from liangxi.systems.onething.actions import drafting


def start(*, by: Actor, package: str, answers: Mapping[str, Any], consent: bool) -> shapes.Draft:
    """Begin an application. With `consent` the registers are read (and the reads logged) to fill the form.

    ForbiddenError without `case.start`; InvalidError `onething.unanswered` for open questions, `onething.firm` when
    a firm's package is begun without a firm, `onething.person` when a person's package is begun for one.
    """
    return drafting.start(by, package, answers, consent)


def drafts(*, by: Actor) -> tuple[shapes.Draft, ...]:
    """The applications of `by` that are not submitted, the last touched first (20 at most)."""
    return queries.drafts_of(by)


def draft(*, by: Actor, id: str) -> shapes.Draft:
    """One application of `by`; NotFoundError `onething.draft` for another's."""
    return queries.draft_view(queries.own_draft(by, id))


def save(
    *, by: Actor, draft: str, values: Mapping[str, Any], complete: bool = False, seen: int | None = None
) -> shapes.Draft:
    """Keep what is valid; the draft comes back with `errors` by field. ConflictError once it is submitted.

    `seen` is the `version` that the sender had before him: an answer that somebody has changed since is not
    overwritten but stands in `errors`; sent again with the new version it counts. None: what is sent counts. Needs
    `case.draft`.
    """
    return drafting.save(by, draft, values, complete, seen)


def ask_signature(*, by: Actor, draft: str) -> shapes.Draft:
    """Ask everybody who may submit for the firm (or the person) to check the draft and to submit it.

    Needs `case.draft`; ConflictError `onething.signers` when there is nobody else.
    """
    return drafting.ask_signature(by, draft)


def add_material(
    *,
    by: Actor,
    draft: str,
    material: str,
    upload: shapes.Upload | None = None,
    commit: bool = False,
    later: bool = False,
) -> shapes.Draft:
    """Give one material: a file (name, content), a signed commitment, or the word that it follows, where allowed.

    Needs `case.draft`, a commitment `case.commit`.
    InvalidError names the material: not needed, wrong kind of file, too large, cannot be committed to or follow.
    """
    way = "commitment" if commit else "later" if later else "upload"
    return drafting.add_material(by, draft, material, way, upload)


def submit(*, by: Actor, draft: str, key: str) -> shapes.Receipt:
    """Turn a complete draft into a case; a second call gives the same receipt. Needs `case.submit`.

    InvalidError `onething.incomplete` names every field and material that is missing or wrong.
    """
    return drafting.submit(by, draft, key)
