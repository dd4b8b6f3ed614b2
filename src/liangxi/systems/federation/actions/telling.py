"""Messages between nodes: put into an outbox in the transaction that makes them true, told in order until acknowledged.

The request runs in a thread and without a transaction. What is under way is put off, so that another worker tells it
when this one died; the other side takes each number once.
"""

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from liangxi.kit import outward, time
from liangxi.kit.errors import ConflictError
from liangxi.systems.federation.actions import nodes
from liangxi.systems.federation.errors import ReplayError
from liangxi.systems.federation.models import Neighbour, Parcel
from liangxi.systems.federation.rules import nodes as rules

TARGET = "/federation/v1/messages"
LEASE = timedelta(seconds=30)  # longer than a request may take
DEADLINE = 10.0  # seconds
QUIET = timedelta(minutes=2)  # after which a neighbour is told that we are there
LARGEST = 64 * 1024
AT_ONCE = 8
_GLANCE = 0.2  # seconds that a turn of the worker waits for answers
_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="nodes")
_under_way: dict[Future[tuple[int, Any]], tuple[str, int]] = {}
_log = structlog.get_logger()


def put(neighbour: str, kind: str, said: Mapping[str, Any]) -> None:
    """A message for a neighbour, in the caller's transaction."""
    row = nodes.row_of(neighbour, lock=True)
    row.sent += 1
    row.save(update_fields=["sent"])
    now = time.now()
    Parcel.objects.create(neighbour=row, seq=row.sent, kind=kind, said=dict(said), made_at=now, due_at=now)


def tell_due() -> int:
    """Tell what is due, without waiting long for anybody; how many messages were settled. Called by workers."""
    settled = _settle(0)
    busy = {id for id, _ in _under_way.values()}
    for row in Neighbour.objects.filter(state="active").exclude(pk__in=busy)[: AT_ONCE - len(_under_way)]:
        _start(row)
    return settled + (_settle(_GLANCE) if _under_way else 0)


def _start(row: Neighbour) -> None:
    now = time.now()
    with transaction.atomic():
        head = row.parcels.select_for_update(skip_locked=True).filter(told_at=None).order_by("seq").first()
        if head is None and (row.told_at is None or now - row.told_at > QUIET) and not _waits(row):
            put(row.pk, "hello", {})
            head = row.parcels.select_for_update().filter(told_at=None).order_by("seq").first()
        if head is None or head.due_at > now:
            return
        head.due_at = now + LEASE
        head.save(update_fields=["due_at"])
    body = json.dumps({"seq": head.seq, "kind": head.kind, "said": head.said}, ensure_ascii=False).encode()
    _under_way[_pool.submit(_post, row.pk, row.address, body)] = (row.pk, head.seq)


def _waits(row: Neighbour) -> bool:
    return row.parcels.filter(told_at=None).exists()


def _post(neighbour: str, address: str, body: bytes) -> tuple[int, Any]:
    """The status and what is said of it; 0 and the reason when there is no answer."""
    token = nodes.signed(neighbour, "POST", TARGET, hashlib.sha512(body).digest())
    headers = {rules.HEADER: token, "Content-Type": "application/json"}
    try:
        found = outward.request(method="POST", url=address + TARGET, networks=settings.CONNECTOR_NETWORKS,
                                headers=headers, body=body, largest=LARGEST, deadline=DEADLINE)  # fmt: skip
        return found.status, json.loads(found.content or b"{}")
    except (OSError, ValueError) as error:
        return 0, f"{type(error).__name__}: {error}"[:300]


def _settle(patience: float) -> int:
    done, _ = wait(_under_way, timeout=patience, return_when=FIRST_COMPLETED) if _under_way else (set(), None)
    for future in done:
        id, seq = _under_way.pop(future)
        _settle_one(id, seq, *future.result())
    return len(done)


def _settle_one(id: str, seq: int, status: int, answer: Any) -> None:
    now = time.now()
    said = answer if isinstance(answer, dict) else {}
    heard = said.get("heard") if status in (200, 409) else None
    with transaction.atomic():
        row = nodes.row_of(id, lock=True)
        if isinstance(heard, int):
            row.told_at, row.failing_since, row.error = now, None, ""
            row.parcels.filter(seq__lte=heard, told_at=None).update(told_at=now)
            row.parcels.filter(seq__gt=heard).update(told_at=None, due_at=now)
        else:
            head = row.parcels.select_for_update().filter(seq=seq).first()
            row.failing_since = row.failing_since or now
            row.error = str(said.get("title") or (f"HTTP {status}" if status else answer))[:300]
            if head is not None:
                head.tries += 1
                head.due_at = now + timedelta(seconds=rules.pause(head.tries))
                head.save(update_fields=["tries", "due_at"])
            _log.warning("federation.node.silent", node=id, error=row.error)
        row.save(update_fields=["told_at", "failing_since", "error"])


def hear(token: str, body: bytes, handle: Any) -> int:
    """Take a message: its number when it is the next, and `handle(neighbour, kind, said)` in the same transaction.

    ReplayError `federation.heard` for one that was taken before; ConflictError `federation.gap` for one that came
    before its turn. Both say which number was heard last.
    """
    neighbour, _ = nodes.believed(token, "POST", TARGET, body)
    try:
        message = json.loads(body)
        seq, kind, said = int(message["seq"]), str(message["kind"]), message["said"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConflictError("federation.message", "This is no message.") from error
    with transaction.atomic():
        row = nodes.row_of(neighbour.pk, lock=True)
        if seq <= row.heard:
            raise ReplayError("federation.heard", "This message was heard already.", {"heard": row.heard})
        if seq > row.heard + 1:
            raise ConflictError("federation.gap", "A message before this one is missing.", {"heard": row.heard})
        handle(row, kind, said if isinstance(said, dict) else {})
        row.heard, row.heard_at = seq, time.now()
        row.save(update_fields=["heard", "heard_at"])
    return seq


def forget() -> int:
    """Forget messages that were acknowledged a month ago; how many. Called by workers."""
    return Parcel.objects.filter(told_at__lt=time.now() - timedelta(days=30)).delete()[0]
