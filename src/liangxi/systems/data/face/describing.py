"""Describing resources: drafts, proposals from files, review by the data bureau."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liangxi.kit.actor import Actor
from liangxi.systems.data.actions import catalogue as actions
from liangxi.systems.data.actions import importing, proposing
from liangxi.systems.data.queries import catalogue as queries
from liangxi.systems.data.rules import catalogue as rules
from liangxi.systems.data.shapes import Import, Proposal


def save_draft(*, by: Actor, definition: Mapping[str, Any]) -> str:
    """Keep a description (`rules.catalogue` says its form) as the version in work; the resource's id.

    Needs `data.manage` on the provider. InvalidError `data.resource` maps each path (`fields.3.grade`) to its fault;
    ConflictError `data.resource.submitted` while the bureau looks at it.
    """
    return actions.save_draft(by, definition)


def submit_resource(*, by: Actor, id: str) -> None:
    """Ask for the bureau's review. InvalidError `data.source.taken`: an element has another source (一数一源)."""
    actions.submit(by, id)


def drop_draft(*, by: Actor, id: str) -> None:
    """Forget the version in work, and a resource that was never published with it."""
    actions.drop_draft(by, id)


def review_resource(*, by: Actor, id: str, outcome: str, note: str = "") -> None:
    """`publish` or `return` (with a note) a submitted version; needs `data.review`.

    ForbiddenError `data.review.own` for who described or submitted it. Announces ResourcePublished.
    """
    actions.review(by, id, outcome, note)


def withdraw_resource(*, by: Actor, id: str, reason: str) -> None:
    """Take a resource out of the catalogue: its department or the bureau. Announces ResourceWithdrawn."""
    actions.withdraw(by, id, reason)


def propose_fields(*, by: Actor, name: str, content: bytes) -> Proposal:
    """The fields that a file (CSV, Excel, JSON lines, Parquet; 20 MB) seems to have; nothing is kept.

    Needs `data.manage`. InvalidError naming `file`. Examples of columns that seem personal are masked.
    """
    return proposing.propose(by, name, content)


def import_resources(*, by: Actor, name: str, content: bytes) -> Import:
    """Drafts of every resource in a YAML file or a workbook, each by itself. InvalidError naming `file`."""
    return importing.import_resources(by, name, content)


def workbook(*, by: Actor, is_empty: bool = False) -> bytes:
    """One's own resources as a workbook (xlsx) that `import_resources` reads, or the empty template."""
    return importing.exported(by, is_empty=is_empty)


def load_rules(*, by: Actor, rules: Mapping[str, Any]) -> None:
    """The city's rules of sharing: working days, reads a day, the bureau (profile.toml, [sharing]). For the house."""
    importing.load_rules(by, rules)


def load_catalogue(*, by: Actor, root: Path) -> tuple[int, int]:
    """Publish the resources of a profile (`data/*.yaml`): how many were added or changed, how many stood already.

    For the house. InvalidError `load.data` or DocumentError name file and line.
    """
    return importing.load_catalogue(by, root)


def definition_of(*, by: Actor, id: str) -> Mapping[str, Any]:
    """The description of a resource in the form that `save_draft` reads: in work if there is one, else in force."""
    return rules.as_json(queries.resource(by, id, None, in_work=True).definition)
