"""Opening: a department asks, the bureau decides, each new state of the data passes the gate, all can be withdrawn."""

from collections.abc import Mapping
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Max

from liangxi.core.audit import face as audit
from liangxi.core.events import face as events
from liangxi.core.lake.shapes import Cursor
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, HouseError, InvalidError, NotFoundError
from liangxi.systems.data.actions import open_indexing
from liangxi.systems.data.actions.catalogue import invalid
from liangxi.systems.data.events import DatasetClosed, DatasetOpened, OpenVersionRefused
from liangxi.systems.data.models import Opening, OpenLicence, OpenVersion, Resource
from liangxi.systems.data.queries import catalogue, open_gate
from liangxi.systems.data.queries import opening as queries
from liangxi.systems.data.queries.open_gate import Examined
from liangxi.systems.data.queries.sharing import ZONE
from liangxi.systems.data.rules import datasets, opening
from liangxi.systems.data.shapes import ResourceDefinition

log = structlog.get_logger()
_Judged = tuple[ResourceDefinition, Cursor, Examined]
_KEYS = ("columns", "masks", "rows", "quasi", "group", "counts")


def ask(by: Actor, id: str, terms: Mapping[str, Any], licence: str) -> None:
    """A department asks to open a resource under terms; the gate's report is there at once."""
    row = Resource.objects.filter(pk=id).first()
    if row is None or not catalogue.may_see(by, row):
        raise catalogue.unknown(id)
    by.require("data.manage", row.org_path)
    made = queries.definition_in_force(row)
    if made is None:
        raise ConflictError("data.opening.state", "Only a published resource is opened.")
    wanted = _normal(terms)
    faults = opening.check_terms(wanted, made)
    if made.opening.attribute == "not-open":
        faults["attribute"] = "The catalogue says that this resource is not opened."
    if not OpenLicence.objects.filter(pk=licence).exists():
        faults["licence"] = "Choose one of the list."
    if faults:
        raise InvalidError("data.opening", "The terms of opening need a correction.", fields=faults)
    found = _examined(made, wanted)
    with transaction.atomic():
        standing = Opening.objects.select_for_update().filter(pk=id).first()
        said = {"wanted": wanted, "licence_id": licence, "asked_by": by.account, "asked_by_name": by.name,
                "asked_at": time.now(), "report": queries.as_report(found.findings),
                "org_path": row.org_path}  # fmt: skip
        if standing is None or standing.state != "open":
            said |= {"state": "asked", "note": ""}
        Opening.objects.update_or_create(pk=id, defaults=said)
        audit.record(by=by, action="data.opening.asked", object=f"resource:{id}", detail={"columns": wanted["columns"]})


def _normal(terms: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: terms[name] for name in _KEYS if terms.get(name) not in (None, "")}
    return {"columns": [], "masks": {}, "rows": None, "quasi": [], "group": opening.GROUP, "counts": []} | said


def decide(by: Actor, id: str, outcome: str, note: str) -> None:
    """The bureau opens a resource, or returns what was asked; the gate judges again, over the newest rows."""
    if outcome not in ("open", "return"):
        raise invalid("outcome", "Open the resource or return it.")
    if outcome == "return" and not note.strip():
        raise invalid("note", "Say what is to be corrected.")
    wanted = queries.opening_row(by, id).wanted
    found = _judged(id, wanted) if outcome == "open" and wanted is not None else None
    with transaction.atomic():
        row = queries.opening_row(by, id, lock=True)
        by.require("data.review", row.org_path)
        if row.wanted is None or row.wanted != wanted:
            raise ConflictError("data.opening.state", "Nobody asks to open this resource like this any more.")
        if by.account == row.asked_by:
            raise ForbiddenError("data.opening.own", "Nobody decides what he asked for himself.")
        if found is not None:
            _open(row, found)
        elif row.state == "asked":
            row.state = "returned"
        row.wanted, row.note = None, note.strip()[:2000]
        row.decided_by, row.decided_by_name, row.decided_at = by.account, by.name, time.now()
        row.save()
        audit.record(by=by, action=f"data.opening.{outcome}", object=f"resource:{id}", detail={"terms": row.terms})


def _judged(id: str, wanted: Mapping[str, Any]) -> _Judged:
    """The newest state under the wanted terms, when the gate lets it through; no lock is held meanwhile."""
    made = queries.definition_in_force(Resource.objects.get(pk=id))
    cursor = queries.newest(datasets.table_of(id))
    if made is None or cursor is None:
        raise ConflictError("data.opening.empty", "There is no data yet that could be opened.")
    found = open_gate.examine(made, wanted, datasets.table_of(id), cursor)
    if not found.passed:
        why = "The privacy gate does not let this through."
        raise InvalidError("data.opening.gate", why, fields={"outcome": why})
    return made, cursor, found


def _open(row: Opening, judged: _Judged) -> None:
    """Put the wanted terms in force with a first version."""
    made, cursor, found = judged
    if row.terms != row.wanted:  # what passed under other terms is not known to pass under these
        row.versions.filter(state=queries.PUBLIC).update(state="closed")
    row.state, row.terms, row.opened_at = "open", row.wanted, row.opened_at or time.now()
    row.report = queries.as_report(found.findings)
    _keep(row, made, cursor, found)


def withdraw(by: Actor, id: str, reason: str) -> None:
    """Close a data set at once: the bureau, or its department."""
    if not reason.strip():
        raise invalid("reason", "Say why it is withdrawn.")
    with transaction.atomic():
        row = queries.opening_row(by, id, lock=True)
        if row.state != "open":
            raise ConflictError("data.opening.state", "Only an open data set is withdrawn.")
        row.state, row.note = "withdrawn", reason.strip()[:2000]
        row.decided_by, row.decided_by_name, row.decided_at = by.account, by.name, time.now()
        row.save()
        open_indexing.remove(id)
        audit.record(by=by, action="data.opening.withdrawn", object=f"resource:{id}", detail={"reason": row.note})
        fact = DatasetClosed(resource=id, org=row.resource.org, reason=row.note, at=time.now())
        events.announce(fact, subject=id)


def check_all(limit: int) -> int:
    """Take the new states of open data sets to the gate; how many went there. One that fails holds up no other."""
    done = 0
    for id in Opening.objects.filter(state="open").order_by("pk").values_list("pk", flat=True):
        if done >= limit:
            break
        try:
            done += check(id)
        except HouseError as error:
            log.warning("data.opening.unchecked", resource=id, code=error.code)
    return done


def check(id: str) -> int:
    """Take the newest state of one data set to the gate; 1 when there was a new one."""
    table = datasets.table_of(id)
    row = Opening.objects.select_related("resource").get(pk=id)
    cursor, made = queries.newest(table), queries.definition_in_force(row.resource)
    if made is None or cursor is None or (row.version, row.batch) == (cursor.version, cursor.batch):
        return 0
    before, terms = Cursor(version=row.version, batch=row.batch), row.terms
    is_same = queries.is_same_data(table, before, cursor)
    found = None if is_same else open_gate.examine(made, terms or {}, table, cursor)
    with transaction.atomic():
        row = Opening.objects.select_for_update(of=("self",)).select_related("resource").get(pk=id)
        if row.state != "open" or row.terms != terms or (row.version, row.batch) != (before.version, before.batch):
            return 0  # another worker was first, or it was decided anew meanwhile
        if found is None:
            row.versions.filter(version=before.version, batch=before.batch).update(version=cursor.version)
            Opening.objects.filter(pk=id).update(version=cursor.version)
        else:
            _keep(row, made, cursor, found)
    return 1


def _keep(row: Opening, made: ResourceDefinition, cursor: Cursor, found: Examined) -> None:
    """Write down a version that went through the gate; who passed is public from now on."""
    now = time.now()
    number = (row.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    row.version, row.batch = cursor.version, cursor.batch
    row.save()
    OpenVersion.objects.create(
        opening=row,
        number=number,
        state=queries.PUBLIC if found.passed else "refused",
        table=datasets.table_of(row.pk),
        version=cursor.version,
        batch=cursor.batch,
        definition=row.resource.version or 0,
        rows=found.rows,
        report=queries.as_report(found.findings),
        profile=found.profile or {},
        checked_at=now,
    )
    audit.record(by=ZONE, action="data.open_version.checked", object=f"resource:{row.pk}",
                 detail={"number": number, "passed": found.passed})  # fmt: skip
    if not found.passed:
        failed = tuple(sorted({one.check for one in found.findings if not one.passed}))
        events.announce(
            OpenVersionRefused(resource=row.pk, org=row.resource.org, number=number, checks=failed, at=now),
            subject=row.pk,
        )
        return
    open_indexing.index(row, made)
    events.announce(
        DatasetOpened(resource=row.pk, org=row.resource.org, number=number, rows=found.rows, at=now), subject=row.pk
    )


def _examined(made: ResourceDefinition, terms: Mapping[str, Any]) -> Examined:
    """The gate over the newest state; before any data came, over the catalogue alone."""
    table = datasets.table_of(made.id)
    cursor = queries.newest(table)
    if cursor is None:
        return Examined(opening.standing_findings(made, terms))
    try:
        return open_gate.examine(made, terms, table, cursor)
    except NotFoundError:  # the state moved on meanwhile: once more
        return open_gate.examine(made, terms, table, queries.newest(table) or cursor)
