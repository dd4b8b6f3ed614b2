"""Reads of what is open and of what asks to be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any, cast

from liangxi.core.lake import face as lake
from liangxi.core.lake.shapes import Cursor
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError
from liangxi.systems.data import models
from liangxi.systems.data.queries.sharing import in_scope
from liangxi.systems.data.rules import catalogue, opening
from liangxi.systems.data.shapes import ResourceDefinition
from liangxi.systems.data.shapes.opening import Finding, Licence, Opening, OpenState, OpenStory, OpenVersion

PUBLIC = "public"
KIND = "opendata"  # of search


def unknown(id: str) -> NotFoundError:
    """The error for a data set that is not open, whether there is such a resource or not."""
    return NotFoundError("data.open.unknown", "There is no open data set %(resource)s.", {"resource": id})


def newest(table: str) -> Cursor | None:
    """The newest state of a table; None when nothing came yet."""
    found = next((one for one in lake.tables() if one.spec.name == table), None)
    return Cursor(version=found.version, batch=found.batch) if found and found.version else None


def is_same_data(table: str, before: Cursor, now: Cursor) -> bool:
    """True when only compactions lie between two states, which change no row."""
    if now.batch != before.batch:
        return False
    between = [one for one in lake.versions(table=table) if before.version < one.number <= now.version]
    return all(one.kind == "compaction" for one in between)


def definition_in_force(row: models.Resource) -> ResourceDefinition | None:
    """What the catalogue says of a published resource now."""
    if row.state != "published" or row.version is None:
        return None
    shown = row.versions.filter(number=row.version).first()
    return catalogue.compile_definition(shown.definition) if shown else None


def is_public(row: models.Opening, made: ResourceDefinition | None) -> bool:
    """Whether the public may read it at this moment: open, in the catalogue, and nothing graded against it since."""
    return (
        row.state == "open"
        and made is not None
        and opening.passes(opening.standing_findings(made, cast(Mapping[str, Any], row.terms)))
    )


def opening_row(by: Actor, id: str, *, lock: bool = False) -> models.Opening:
    """An opening for its department (`data.manage`) or the bureau (`data.review`). NotFoundError."""
    rows = models.Opening.objects.select_for_update() if lock else models.Opening.objects
    row = rows.filter(pk=id).first()
    if row is None or not (by.may("data.manage", row.org_path) or by.may("data.review", row.org_path)):
        raise unknown(id)
    return row


def listed(by: Actor) -> tuple[Opening, ...]:
    """Every opening in the scope of `by`, those that wait for the bureau first, then by name."""
    where = in_scope(by, "data.manage", "org_path") | in_scope(by, "data.review", "org_path")
    rows = models.Opening.objects.filter(where).select_related("resource")
    found = [shape(by, row) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.wanted is None, one.resource)))


def shape(by: Actor, row: models.Opening) -> Opening:
    """An opening as `by` may see it."""
    made = definition_in_force(row.resource)
    return Opening(
        resource=row.pk,
        title=row.resource.title,
        org=row.resource.org,
        attribute=row.resource.opening,
        condition=made.opening.condition if made else "",
        state=cast(OpenState, row.state),
        terms=row.terms,
        wanted=row.wanted,
        licence=row.licence_id,
        report=findings_of(row.report),
        asked_by=row.asked_by_name,
        asked_at=row.asked_at,
        decided_by=row.decided_by_name,
        decided_at=row.decided_at,
        note=row.note,
        is_public=is_public(row, made),
        actions=_actions(by, row),
    )


def _actions(by: Actor, row: models.Opening) -> tuple[str, ...]:
    is_owner, is_bureau = by.may("data.manage", row.org_path), by.may("data.review", row.org_path)
    possible = {
        "ask": is_owner,
        "decide": is_bureau and row.wanted is not None and by.account != row.asked_by,
        "withdraw": (is_owner or is_bureau) and row.state == "open",
    }
    return tuple(name for name, holds in possible.items() if holds)


def versions(row: models.Opening, *, only_public: bool) -> tuple[OpenVersion, ...]:
    """What went through the gate, the newest first."""
    found = row.versions.order_by("-number")
    if only_public:
        found = found.filter(state=PUBLIC)
    return tuple(
        OpenVersion(
            number=one.number,
            state=one.state,
            rows=one.rows,
            checked_at=one.checked_at,
            report=() if only_public else findings_of(one.report),
        )
        for one in found
    )


def findings_of(report: Iterable[Sequence[Any]]) -> tuple[Finding, ...]:
    """The findings as they are kept in a row."""
    return tuple(
        Finding(check=check, passed=passed, column=column, kind=kind, count=count)
        for check, passed, column, kind, count in report
    )


def as_report(findings: Iterable[Finding]) -> list[list[object]]:
    """The findings as a row keeps them."""
    return [list(astuple(one)) for one in findings]


def licences() -> tuple[Licence, ...]:
    """The terms of use of the city."""
    return tuple(licence(one) for one in models.OpenLicence.objects.order_by("pk"))


def licence(row: models.OpenLicence) -> Licence:
    """Terms of use."""
    return Licence(
        id=row.pk, title=row.title, text=row.text, conditions=tuple(row.conditions), basis=row.basis, url=row.url
    )


def story(row: models.OpenStory) -> OpenStory:
    """A usage story."""
    return OpenStory(
        id=str(row.pk),
        resource=row.opening_id,
        title=row.title,
        text=row.text,
        url=row.url,
        author=row.author,
        at=row.at,
        state=row.state,
    )
