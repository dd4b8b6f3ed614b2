"""Getting the file of a run: from a folder, an SFTP server, a table or an API."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from liangxi.systems.data.actions import sources
from liangxi.systems.data.actions.working import Work
from liangxi.systems.data.connectors import databases, drafts, folders, places, sealing, web
from liangxi.systems.data.connectors.folders import Dropped
from liangxi.systems.data.models import Run, Source
from liangxi.systems.data.queries import connectors as queries

TAKEN = ("waiting", "running", "done", "repeated", "refused")


def fetch(work: Work) -> bool:
    """Put the file of the run in its place; False when there is nothing new."""
    match work.made.kind:
        case "folder":
            return _folder(work)
        case "sftp":
            return _sftp(work)
        case "http":
            return _pages(work, ".jsonl", web.pages(work.made.settings, _secret(work), settings.CONNECTOR_NETWORKS))
        case _:
            return _table(work)


def ask_for_more(run: Run) -> None:
    """Another run when more files wait in the folder."""
    source = run.source
    if source.kind != "folder" or not source.is_active:
        return
    made = queries.definition_of(source)
    folder = folders.local(made.settings, source.pk)
    known = _known(source)
    if folders.next_of(folders.dropped(folder), made.settings["pattern"], known, folders.now()):
        with transaction.atomic():
            Source.objects.select_for_update().get(pk=source.pk)
            if not source.runs.filter(state="waiting").exists():
                sources.ask(source, run.asked_by)


def _known(source: Source) -> set[str]:
    rows = source.runs.filter(state__in=TAKEN).exclude(origin="")
    return set(rows.values_list("origin", flat=True))


def _secret(work: Work) -> str:
    return sealing.opened(work.run.source.secret, work.run.source_id)


def _folder(work: Work) -> bool:
    folder = folders.local(work.made.settings, work.made.id)
    one = folders.next_of(
        folders.dropped(folder), work.made.settings["pattern"], _known(work.run.source), folders.now()
    )
    if one is None or one.size > folders.LARGEST:
        return False
    place = _place(work, Path(one.name.lower()).suffix)
    found = folders.take(folder, one, place, lambda size: work.tell("fetch", size, one.size))
    if found is None:
        return False
    _there(work, place, *found, file=one.name, origin=one.origin)
    return True


def _sftp(work: Work) -> bool:
    from liangxi.systems.data.connectors import sftp

    known = _known(work.run.source)

    def choose(files: Sequence[Dropped]) -> tuple[Dropped, Path] | None:
        one = folders.next_of(files, work.made.settings["pattern"], known, folders.now())
        if one is None or one.size > folders.LARGEST:
            return None
        return one, _place(work, Path(one.name.lower()).suffix)

    found = sftp.take(work.made.settings, _secret(work), settings.CONNECTOR_NETWORKS, choose, lambda size: None)
    if found is None:
        return False
    one, size, sha256 = found
    _there(work, _place(work, Path(one.name.lower()).suffix), size, sha256, file=one.name, origin=one.origin)
    return True


def _table(work: Work) -> bool:
    made, how = work.made, work.made.settings
    definition = queries.definition_in_force(made.resource)
    renamed = {field: column for column, field in made.columns.items()}
    columns = tuple(renamed.get(name, name) for name in definition.field_names)
    keys = tuple(one.strip() for one in str(how["key"]).split(",") if one.strip())
    keys = keys or tuple(renamed.get(f.name, f.name) for f in definition.fields if f.is_key)
    wanted = databases.Wanted(how["table"], columns, keys, how["cursor"])
    since = databases.since(work.run.source.cursor, int(how["overlap"]))
    with databases.asking(made.kind, how, _secret(work), settings.CONNECTOR_NETWORKS) as dialect:
        return _pages(work, ".csv", databases.pages(dialect, wanted, since, definition.field_names))


def _pages(work: Work, ending: str, pages: drafts.Pages) -> bool:
    place = _place(work, ending)
    draft = place.with_name(f".{place.name}.draft")

    def saved(known: Mapping[str, Any]) -> None:
        work.keep(fetched=dict(known), phase="fetch", done=known["rows"], total=0)

    if not draft.exists():
        work.run.fetched = {}
    drafts.fetch(draft, work.run.fetched, pages, saved)
    places.named(draft, place)
    _there(work, place, *places.digest_of(place), file=f"{work.made.id}{ending}")
    return True


def _place(work: Work, ending: str) -> Path:
    return places.place_of(work.made.id, str(work.run.pk), ending)


def _there(work: Work, place: Path, size: int, sha256: str, **about: Any) -> None:
    """The file is whole: the run knows it from now on."""
    path = str(place.relative_to(places.root()))
    work.keep(path=path, bytes=size, sha256=sha256, **about)
