"""The message log against the sealed trail: no line without its record, none changed, no kept message changed."""

import hashlib
from collections.abc import Iterator, Mapping
from uuid import UUID

from liangxi.core.audit import face as audit
from liangxi.core.audit.shapes import Entry
from liangxi.kit.actor import Actor
from liangxi.systems.federation.models import Exchange
from liangxi.systems.federation.queries import exchanges as queries
from liangxi.systems.federation.rules import messages
from liangxi.systems.federation.shapes import ExchangeReport

_PAGE = 200


def compare(by: Actor) -> ExchangeReport:
    """Walk the trail's records of exchanges beside the log; the first difference is named."""
    seen: set[UUID] = set()
    for action, judge in (("exchange.asked", _asked_wrong), ("exchange.answered", _answered_wrong)):
        for entries in _pages(by, action):
            rows = Exchange.objects.in_bulk([_id(one) for one in entries])
            seen |= {_id(one) for one in entries}
            wrong = next((said for one in entries if (said := judge(one, rows.get(_id(one))))), "")
            if wrong:
                return ExchangeReport(len(seen), 0, wrong)
    unknown = next((id for id in Exchange.objects.values_list("pk", flat=True).iterator() if id not in seen), None)
    if unknown is not None:
        return ExchangeReport(len(seen), 0, f"exchange {unknown}: the trail does not know it")
    return _kept(len(seen))


def _pages(by: Actor, action: str) -> Iterator[tuple[Entry, ...]]:
    after = None
    while True:
        page = audit.entries_of(by=by, action=action, after=after, limit=_PAGE)
        yield page.entries
        after = page.next
        if after is None:
            return


def _id(entry: Entry) -> UUID:
    return UUID(entry.object.partition(":")[2])


def _asked_wrong(entry: Entry, row: Exchange | None) -> str:
    names = {"service": "service", "method": "method", "client": "client", "grant": "grant", "org": "org",
             "node": "node", "id": "request_id", "hash": "request_hash", "bytes": "request_bytes"}  # fmt: skip
    return _difference(entry, row, names)


def _answered_wrong(entry: Entry, row: Exchange | None) -> str:
    names = {"state": "state", "status": "status", "hash": "answer_hash", "bytes": "answer_bytes", "error": "error"}
    return _difference(entry, row, names)


def _difference(entry: Entry, row: Exchange | None, names: Mapping[str, str]) -> str:
    """The first column of a line that is not what the trail sealed; empty when there is none."""
    if row is None:
        return f"exchange {_id(entry)}: its line is gone"
    wrong = [name for name, column in names.items() if entry.detail.get(name) != getattr(row, column)]
    return f"exchange {row.pk}: its {wrong[0]} is not what was sealed" if wrong else ""


def _kept(count: int) -> ExchangeReport:
    kept = 0
    for row in Exchange.objects.filter(kept_until__isnull=False, state="answered").iterator():
        for side, hashed in (("request", row.request_hash), ("answer", row.answer_hash)):
            place = queries.file_of(str(row.pk), side)
            if not place.exists():
                return ExchangeReport(count, kept, f"exchange {row.pk}: its kept {side} is gone")
            head, _, body = place.read_bytes().partition(b"\n\n")
            if messages.message_hash(head + b"\n", hashlib.sha512(body).digest(), len(body)) != hashed:
                return ExchangeReport(count, kept, f"exchange {row.pk}: its kept {side} is not what was sealed")
        kept += 1
    return ExchangeReport(count, kept, "")
