"""Sources declared, paused and loaded; deliveries handed in, asked for and stopped."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.events import face as events
from liangxi.kit import ids, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.systems.data.connectors import formats, places, sealing
from liangxi.systems.data.connectors.places import Content
from liangxi.systems.data.models import Run, Source
from liangxi.systems.data.queries import connectors as queries
from liangxi.systems.data.rules import connecting, timing
from liangxi.systems.data.shapes.connectors import SourceDefinition

MOST_BYTES = 2 * 1024**3  # of a file that is handed in by page or API
KEPT = timedelta(days=30)  # files of ended runs
HANDED_IN = "upload"


def save(by: Actor, said: Mapping[str, Any], secret: str | None) -> str:
    """Declare a source, or change it; its id. With `secret` None the kept one stays."""
    resource = queries.definition_in_force(str(said.get("resource") or ""))
    made = connecting.compile_source(said, resource)
    queries.codes_of(made)
    with transaction.atomic():
        row = Source.objects.select_for_update().select_related("resource").filter(pk=made.id).first()
        row = row or Source(pk=made.id, resource_id=made.resource, made_by=by.account, made_at=time.now())
        by.require("data.manage", row.resource.org_path)
        if row.resource_id != made.resource:
            raise ConflictError("data.source.resource", "This source belongs to another resource.")
        _keep(row, made, secret)
        detail = {"kind": made.kind, "resource": made.resource, "schedule": made.schedule}
        audit.record(by=by, action="data.source.saved", object=f"source:{made.id}", detail=detail)
    return made.id


def _keep(row: Source, made: SourceDefinition, secret: str | None) -> None:
    definition = connecting.as_json(made)
    before = row.definition or {}
    row.kind, row.definition = made.kind, definition
    if secret is not None:
        row.secret = sealing.seal(secret, made.id)
    elif before and before["settings"].get("host") != made.settings.get("host"):
        row.secret = ""  # a kept secret is sent to no other host
    if before.get("schedule") != made.schedule:
        row.next_at = time.now() if made.schedule else None
    row.save()


def pause(by: Actor, id: str, *, is_active: bool) -> None:
    """Read a source no more, or again."""
    row = queries.source_row(by, id)
    row.is_active = is_active
    if is_active and row.definition["schedule"]:
        row.next_at = timing.next_after(row.definition["schedule"], time.now())
    row.save(update_fields=["is_active", "next_at"])
    action = "data.source.resumed" if is_active else "data.source.paused"
    audit.record(by=by, action=action, object=f"source:{id}", detail={})


def start(by: Actor, id: str) -> str:
    """Ask for a run now; the one that waits already when there is one."""
    row = queries.source_row(by, id)
    if row.kind not in connecting.PULLED:
        raise ConflictError("data.source.upload", "Files of this source are handed in.")
    with transaction.atomic():
        Source.objects.select_for_update().get(pk=row.pk)
        waiting = row.runs.filter(state="waiting").first()
        run = waiting or ask(row, by.account)
        audit.record(by=by, action="data.run.asked", object=f"source:{id}", detail={"run": str(run.pk)})
    return str(run.pk)


def ask(row: Source, account: str, **about: Any) -> Run:
    """A run that waits; within a transaction."""
    now = time.now()
    run = Run.objects.create(source=row, asked_by=account, asked_at=now, due_at=now, **about)
    events.push(topics=topics(run), data={})
    return run


def topics(run: Run) -> list[str]:
    """What the pages of a run and of its source listen to."""
    return [f"run:{run.pk}", f"source:{run.source_id}"]


def hand_in(by: Actor, resource: str, name: str, content: Content, source: str) -> str:
    """Take in a file for a resource: durable on return, then validated and published by the worker; the run's id."""
    by.require("data.manage", queries.owner_of(resource))
    row = queries.source_row(by, source) if source else _upload_of(by, resource)
    if row.resource_id != resource:
        raise InvalidError("data.source", "Choose a source of this resource.", fields={"source": "Choose one."})
    ending, id = formats.ending_of(name), ids.new_id()
    place = places.place_of(row.pk, str(id), ending)

    def measured(size: int) -> None:
        if size > MOST_BYTES:
            raise formats.refused("size", "The file is larger than 2 GB; drop it into a folder or send it in parts.")

    try:
        size, sha256 = places.kept(content, place, measured)
        if not size:
            raise formats.refused("empty", "The file is empty.")
        with transaction.atomic():
            about = {"file": Path(name).name[:200], "path": str(place.relative_to(places.root())), "bytes": size}
            run = ask(row, by.account, pk=id, sha256=sha256, **about)
            detail = {"run": str(run.pk), "bytes": size, "sha256": sha256}
            audit.record(by=by, action="data.delivered", object=f"source:{row.pk}", detail=detail)
    except BaseException:
        places.forget(place)
        raise
    return str(run.pk)


def _upload_of(by: Actor, resource: str) -> Source:
    """The source by which files of a resource are handed in; made when the first comes."""
    definition = queries.definition_in_force(resource)
    id = f"{resource}-{HANDED_IN}"[:60]
    title = {"zh": f"{definition.title['zh']}(上传)", "en": f"{definition.title['en']} (upload)"}
    row = Source.objects.select_related("resource").filter(pk=id).first()
    if row is None:
        said = {"id": id, "resource": resource, "title": title, "kind": HANDED_IN}
        save(by, said, None)
    return queries.source_row(by, id)


def cancel(by: Actor, id: str) -> None:
    """Stop a run: at once while it waits, at its next step while it is worked on."""
    queries.run_row(by, id)
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=id)
        if run.state not in queries.OPEN:
            raise ConflictError("data.run.ended", "This delivery has ended already.")
        run.is_stopping = True
        if run.state == "waiting":
            run.state, run.ended_at = "cancelled", time.now()
        run.save()
        audit.record(by=by, action="data.run.cancelled", object=f"run:{id}", detail={})
        events.push(topics=topics(run), data={})


def retry(by: Actor, id: str) -> str:
    """Run again over the file of a run that was refused, failed or cancelled, or fetch anew; the new run."""
    row = queries.run_row(by, id)
    if row.state not in ("refused", "failed", "cancelled"):
        raise ConflictError("data.run.state", "Only what was refused, failed or was cancelled is run again.")
    is_there = bool(row.path) and (places.root() / row.path).is_file()
    if not is_there and row.source.kind == HANDED_IN:
        raise ConflictError("data.run.gone", "The file is not kept any more; hand it in again.")
    about: dict[str, Any] = {"file": row.file, "path": row.path, "bytes": row.bytes, "sha256": row.sha256}
    with transaction.atomic():
        again = ask(row.source, by.account, **(about if is_there else {}))
        audit.record(by=by, action="data.run.asked", object=f"run:{row.pk}", detail={"again": str(again.pk)})
    return str(again.pk)


def schedule_due(limit: int) -> int:
    """Ask for the runs whose time has come; how many. A source whose run is still open is passed over this time."""
    now = time.now()
    with transaction.atomic():
        due = Source.objects.select_for_update(skip_locked=True).filter(is_active=True, next_at__lte=now)
        asked = 0
        for row in due.order_by("next_at")[:limit]:
            row.next_at = timing.next_after(row.definition["schedule"], now)
            row.save(update_fields=["next_at"])
            if not row.runs.filter(state__in=queries.OPEN).exists():
                ask(row, "system:schedule")
                asked += 1
    return asked


def load(by: Actor, documents: list[tuple[str, Mapping[str, Any]]]) -> int:
    """Declare the sources of a profile; the number that were new or changed. What a steward changed since stays.

    InvalidError names the file and the first fault.
    """
    changed = 0
    for place, said in documents:
        try:
            made = connecting.compile_source(said, queries.definition_in_force(str(said.get("resource") or "")))
        except InvalidError as error:
            path, why = next(iter(error.fields.items()), ("", error.message))
            reason = f"{path}: {why}"
            raise InvalidError("load.data", "%(place)s: %(reason)s", {"place": place, "reason": reason}) from error
        if not Source.objects.filter(pk=made.id).exists():
            save(by, said, None)
            changed += 1
    return changed


def sweep() -> int:
    """Remove files of runs that ended long ago, and drafts that a crash left; how many."""
    named = set(Run.objects.filter(ended_at=None).exclude(path="").values_list("path", flat=True))
    young = Run.objects.filter(ended_at__gt=time.now() - KEPT)
    for path, report in young.values_list("path", "report"):
        named |= {path, report}
    return places.sweep(named)
