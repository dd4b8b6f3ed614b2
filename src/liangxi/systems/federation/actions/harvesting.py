"""Harvest: sources declared, runs claimed under a lease, records taken or reported, what vanished marked as gone.

A run reads its source to the end before anything is written; then all changes are one transaction that compares the
token of the lease. A process that dies leaves a lease that runs out, and whoever comes next reads anew: the same record
with the same hash changes nothing. A source that cannot be read, is no such catalogue, or lists less than half of what
it listed before, fails: what is known of it stays.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import connection, transaction

from liangxi.core.audit import face as audit
from liangxi.kit import ids, outward, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, HouseError, InvalidError, NotFoundError
from liangxi.systems.federation.models import HarvestedSet, HarvestRun, HarvestSource
from liangxi.systems.federation.rules import harvesting as rules
from liangxi.systems.federation.shapes import HarvestRecord

LEASE = 60  # seconds without a sign of life
MOST_TRIES = 5
PAGE = 100
MOST_RECORDS = 200_000
LARGEST = 64 * 1024 * 1024  # bytes of one answer
DEADLINE = 120.0  # seconds of one answer
KEPT_FAULTS = 200
LONGEST_PAUSE = 24 * 31  # hours
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FIELDS = ("title", "summary", "publisher", "licence", "licence_url", "landing", "provenance", "tags", "modified")
_CLAIM = """
UPDATE federation_harvestrun SET state = 'running', token = token + 1, tries = tries + 1,
  leased_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = (SELECT id FROM federation_harvestrun
  WHERE state = 'waiting' OR (state = 'running' AND leased_until < clock_timestamp())
  ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_BEAT = """
UPDATE federation_harvestrun SET leased_until = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND token = %s AND state = 'running'
"""
_log = structlog.get_logger()
Found = Iterator[tuple[str, HarvestRecord | None, str]]  # id at the source, the record or the reason against it


def save(by: Actor, said: Mapping[str, Any]) -> str:
    """Declare a source, or change it; the id."""
    by.require("data.review")
    values = {name: str(said.get(name) or "").strip() for name in ("id", "title", "kind", "url", "every")}
    faults: dict[str, str] = {}
    if not (_ID.fullmatch(values["id"]) and len(values["id"]) <= 60):
        faults["id"] = "Small letters, digits and hyphens, up to 60 characters."
    if not 1 <= len(values["title"]) <= 200:
        faults["title"] = "Give a name, up to 200 characters."
    if values["kind"] not in ("ckan", "dcat"):
        faults["kind"] = "Choose CKAN or DCAT."
    if not _is_web(values["url"]):
        faults["url"] = "An address such as https://data.example.org, without user or fragment."
    every = values["every"] or "0"
    if not (every.isascii() and every.isdecimal() and int(every[:9]) <= LONGEST_PAUSE):
        faults["every"] = "Hours, from 0 to 744; 0: only when you say so."
    if faults:
        raise InvalidError("federation.source", "The source needs a correction.", fields=faults)
    with transaction.atomic():
        row = HarvestSource.objects.select_for_update().filter(pk=values["id"]).first()
        row = row or HarvestSource(pk=values["id"], made_by=by.account, made_at=time.now())
        row.title, row.kind, row.url = values["title"], values["kind"], values["url"].rstrip("/")
        row.every = int(every)
        row.next_at = time.now() if row.every else None
        row.save()
        audit.record(by=by, action="harvest.source.saved", object=f"harvest:{row.pk}", detail={"url": row.url})
    return row.pk


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(parts.scheme in ("http", "https") and parts.hostname and not parts.username and not parts.fragment)
    except ValueError:
        return False


def source_row(by: Actor, id: str) -> HarvestSource:
    """A source for the bureau."""
    by.require("data.review")
    row = HarvestSource.objects.filter(pk=id).first()
    if row is None:
        raise NotFoundError("federation.source.unknown", "There is no such source.")
    return row


def pause(by: Actor, id: str, *, is_active: bool) -> None:
    """Follow the schedule no more, or again."""
    row = source_row(by, id)
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    action = "harvest.source.resumed" if is_active else "harvest.source.paused"
    audit.record(by=by, action=action, object=f"harvest:{id}", detail={})


def start(by: Actor, id: str) -> str:
    """Ask for a run now; the open one when there is one."""
    row = source_row(by, id)
    with transaction.atomic():
        HarvestSource.objects.select_for_update().get(pk=row.pk)
        run = _open_run(row, by.account)
        audit.record(by=by, action="harvest.asked", object=f"harvest:{id}", detail={"run": str(run.pk)})
    return str(run.pk)


def _open_run(row: HarvestSource, account: str) -> HarvestRun:
    standing = row.runs.filter(state__in=["waiting", "running"]).first()
    return standing or HarvestRun.objects.create(source=row, asked_by=account, asked_at=time.now())


def schedule_due() -> int:
    """Ask for the runs that are due; how many. Called by workers."""
    now = time.now()
    with transaction.atomic():
        due = HarvestSource.objects.select_for_update(skip_locked=True).filter(is_active=True, next_at__lte=now)
        rows = list(due[:100])
        for row in rows:
            row.next_at = now + timedelta(hours=row.every) if row.every else None
            row.save(update_fields=["next_at"])
            _open_run(row, "system:harvest")
    return len(rows)


def work() -> int:
    """Work on one run that is due; 1 when there was one. Called by workers."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": LEASE})
        found = cursor.fetchone()
    if found is None:
        return 0
    run = HarvestRun.objects.select_related("source").get(pk=found[0])
    try:
        if run.tries > MOST_TRIES:
            raise rules.bad("The work on this run broke off five times; tell the operators.")
        _take(run, list(_read(run)))
    except HouseError as error:
        _fail(run, error)
    except OSError as error:
        why = {"why": f"{type(error).__name__}: {error}".splitlines()[0][:300]}
        _fail(run, HouseError("federation.harvest.away", "The source cannot be reached: %(why)s", why))
    return 1


def _read(run: HarvestRun) -> Found:
    pages = _ckan(run) if run.source.kind == "ckan" else _dcat(run)
    for count, one in enumerate(pages):
        if count >= MOST_RECORDS:
            raise rules.bad("The source lists more data sets than can be taken.")
        yield one


def _ckan(run: HarvestRun) -> Found:
    root, start = run.source.url, 0
    while True:
        url = f"{root}/api/3/action/package_search?rows={PAGE}&start={start}&sort=name%20asc"
        listed, count = rules.ckan_page(_json(_get(run, url, "application/json").content))
        for said in listed:
            yield _judged(str(said.get("id") if isinstance(said, Mapping) else said), lambda s=said: _package(s, root))
        start += len(listed)
        if not listed or start >= count:
            return


def _package(said: Any, root: str) -> HarvestRecord:
    return rules.of_package(said, root)


def _dcat(run: HarvestRun) -> Found:
    url = run.source.url
    seen = set()
    while url and url not in seen:
        seen.add(url)
        answer = _get(run, url, "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8")
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        graph = rules.parse_graph(answer.content, kind, _json(answer.content) if kind.endswith("json") else None)
        for me in rules.datasets_of(graph):
            yield _judged(str(me), lambda one=me: rules.of_node(graph, one))  # noqa: B023 called at once
        url = rules.next_page(graph, url)


def _judged(id: str, read: Any) -> tuple[str, HarvestRecord | None, str]:
    try:
        found: HarvestRecord = read()
    except InvalidError as error:
        return id[:300], None, error.message
    return found.identifier, found, ""


def _get(run: HarvestRun, url: str, accept: str) -> outward.Reply:
    """A page of the source; the lease goes on with each."""
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [LEASE + int(DEADLINE), run.pk, run.token])
        if not cursor.rowcount:
            raise ConflictError("federation.harvest.fenced", "Another process took over this run.")
    found = outward.request(method="GET", url=url, networks=settings.CONNECTOR_NETWORKS, headers={"Accept": accept},
                            largest=LARGEST, deadline=DEADLINE)  # fmt: skip
    if found.status != 200:
        says = "The source answers with status %(status)s."
        raise InvalidError("federation.harvest.status", says, {"status": str(found.status)})
    if not found.is_whole:
        raise rules.bad("An answer of the source is larger than 64 MB.")
    return found


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise rules.bad("The source does not answer with JSON.") from error


def _take(run: HarvestRun, found: list[tuple[str, HarvestRecord | None, str]]) -> None:
    """Write what was read, in one transaction with the end of the run."""
    records = {record.identifier: record for _, record, _ in found if record is not None}
    faults = [[id, why] for id, record, why in found if record is None]
    with transaction.atomic():
        row = HarvestRun.objects.select_for_update().filter(pk=run.pk, token=run.token, state="running").first()
        if row is None:
            return  # another took over
        known = {one.identifier: one for one in run.source.sets.select_for_update()}
        standing = [one for one in known.values() if one.gone_at is None]
        named = set(records) | {id for id, _ in faults}  # what is listed badly is listed
        vanished = [one for one in standing if one.identifier not in named]
        if faults and not records:
            raise rules.bad("No record of the source can be taken.")
        if len(vanished) * 2 > len(standing):
            raise rules.bad("The source lists less than half of what it listed before; nothing was changed.")
        row.added, row.changed = _keep(run.source, known, records)
        HarvestedSet.objects.filter(pk__in=[one.pk for one in vanished]).update(gone_at=time.now())
        row.seen, row.gone, row.bad, row.faults = len(found), len(vanished), len(faults), faults[:KEPT_FAULTS]
        row.state = "partial" if faults else "done"
        row.ended_at, row.leased_until = time.now(), None
        row.save()


def _keep(
    source: HarvestSource, known: Mapping[str, HarvestedSet], records: Mapping[str, HarvestRecord]
) -> tuple[int, int]:
    now, added, changed = time.now(), 0, 0
    for id, record in records.items():
        row, hashed = known.get(id), rules.hash_of(record)
        if row is not None and row.hash == hashed and row.gone_at is None:
            continue
        added, changed = (added + 1, changed) if row is None else (added, changed + 1)
        row = row or HarvestedSet(pk=ids.new_id(), source=source, identifier=id, first_seen=now)
        for name in _FIELDS:
            value = getattr(record, name)
            setattr(row, name, list(value) if isinstance(value, tuple) else value)
        row.files = [{"title": one.title, "url": one.url, "format": one.format} for one in record.files]
        row.hash, row.changed_at, row.gone_at = hashed, now, None
        row.save()
    return added, changed


def _fail(run: HarvestRun, error: HouseError) -> None:
    said = {name: str(value) for name, value in error.params.items()}
    HarvestRun.objects.filter(pk=run.pk, token=run.token, state="running").update(
        state="failed", ended_at=time.now(), leased_until=None, error_code=error.code, error=error.message,
        error_params=said,
    )  # fmt: skip
    _log.warning("federation.harvest.failed", source=run.source_id, code=error.code)
