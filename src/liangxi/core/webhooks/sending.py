"""From the outbox to the receivers: handed to the subscriptions, sent in turn, settled by the answer.

The request itself runs in a thread and without a transaction. A delivery that is under way is leased: its `due_at` lies
ahead, so that it is sent again when the worker died. The head of a subject must be settled before the next of the same
subject leaves: in order, at least once. A dead letter holds nobody up; each event carries its `sequence`. The heads are
found from one to the next along their index, so what waits behind them costs nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from liangxi.core.audit import face as audit
from liangxi.core.cases import events as case_events
from liangxi.core.cases import face as cases
from liangxi.core.events import face as outbox
from liangxi.core.events.shapes import StoredEvent
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.core.webhooks import models, ports, queries, rules, topics
from liangxi.core.webhooks.shapes import PING, Answer, Parcel
from liangxi.kit import time
from liangxi.kit.actor import Actor, system
from liangxi.kit.errors import HouseError

log = structlog.get_logger()
BY = system("webhooks")
TYPES = tuple(f"cases.{name}" for name in sorted(vars(case_events)) if isinstance(vars(case_events)[name], type)
              and vars(case_events)[name].__module__ == case_events.__name__)  # fmt: skip


def types() -> tuple[str, ...]:
    """Everything that can be subscribed to."""
    return (*TYPES, *topics.types())


LEASE = timedelta(seconds=60)  # longer than a request may take
AT_ONCE = 32  # requests under way in this process
_GLANCE = 0.02  # seconds that a turn of the worker waits for answers; what is due meanwhile waits as long
_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhooks")
_under_way: dict[Future[Answer], int] = {}

_CLAIM = """
WITH RECURSIVE heads AS (
  (SELECT id, subscription_id, subject FROM webhooks_sending WHERE state = 'due'
   ORDER BY subscription_id, subject, id LIMIT 1)
  UNION ALL
  SELECT n.id, n.subscription_id, n.subject FROM heads h CROSS JOIN LATERAL (
    SELECT id, subscription_id, subject FROM webhooks_sending
    WHERE state = 'due' AND (subscription_id, subject) > (h.subscription_id, h.subject)
    ORDER BY subscription_id, subject, id LIMIT 1) n)
UPDATE webhooks_sending SET due_at = %(until)s WHERE id IN (
  SELECT s.id FROM heads h JOIN webhooks_sending s ON s.id = h.id
  JOIN webhooks_subscription u ON u.id = s.subscription_id
  WHERE s.state = 'due' AND s.due_at <= %(now)s AND u.state = 'active'
  ORDER BY s.due_at LIMIT %(limit)s FOR UPDATE OF s SKIP LOCKED)
RETURNING id
"""


def hand_out(limit: int) -> int:
    """Hand later events of the outbox to the subscriptions that want them; how many events were looked at."""
    models.Cursor.objects.get_or_create(pk=1, defaults={"position": 0})
    with transaction.atomic():
        cursor = models.Cursor.objects.select_for_update(skip_locked=True).first()
        if cursor is None:  # another worker is at it
            return 0
        events = outbox.stream(by=BY, after=cursor.position, limit=limit)
        if not events:
            return 0
        active = models.Subscription.objects.filter(state="active")
        rows = [_row(one, event) for one in active for event in _wanted(one, events)]
        rows.sort(key=lambda row: row.position)
        models.Sending.objects.bulk_create(rows, ignore_conflicts=True)
        cursor.position = events[-1].position
        cursor.save(update_fields=["position"])
    return len(events)


def _wanted(row: models.Subscription, events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Those of some events that a subscription is about."""
    named = [event for event in events if event.type in row.types and event.time >= row.made_at]
    reached = _reached(row.org, {(event.type, event.subject) for event in named})
    return [event for event in named if (event.type, event.subject) in reached or _is_own(row, event)]


def _reached(org: str, subjects: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of some (type, subject) those that other rooms let an organisation hear of."""
    by_type: dict[str, set[str]] = {}
    for type, subject in subjects:
        by_type.setdefault(type, set()).add(subject)
    return {
        (type, subject)
        for type, named in by_type.items()
        if org and (topic := topics.of(type)) is not None
        for subject in topic.reaches(org, named)
    }


def _is_own(row: models.Subscription, event: StoredEvent) -> bool:
    """Whether an event of a case is about who listens; staff hear of all that they may see when it is sent."""
    if topics.of(event.type) is not None:
        return False
    if row.firm:
        return event.data.get("applicant_firm") == row.firm
    return not row.person or (event.data.get("applicant_person") == row.person and not event.data.get("applicant_firm"))


def _row(subscription: models.Subscription, event: StoredEvent) -> models.Sending:
    return models.Sending(
        subscription=subscription,
        event=event.uid,
        type=event.type,
        subject=event.subject,
        at=event.time,
        position=event.position,
        data=_told(event),
        due_at=time.now(),
    )


def _told(event: StoredEvent) -> dict[str, Any]:
    """What leaves the house: references and state, and where to ask more."""
    url, topic = settings.CONFIG.public_url, topics.of(event.type)
    if topic is None:
        return rules.data_of(event.data, url)
    said = {name: event.data[name] for name in topic.told}
    return said | {"href": url + topic.path.format(**said)}


def send_due(limit: int) -> int:
    """Send what is due and settle what was answered, without waiting long for anybody; how many were settled."""
    settled = _settle_answered(0)
    dropped = _start(_claim(min(limit, AT_ONCE - len(_under_way))))
    return settled + dropped + _settle_answered(_GLANCE)


def unanswered() -> int:
    """How many requests of this process wait for their answer."""
    return len(_under_way)


def _claim(limit: int) -> list[int]:
    if limit < 1:
        return []
    now = time.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"until": now + LEASE, "now": now, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def _start(claimed: list[int]) -> int:
    """Begin the requests; how many were dropped, since their owner may not see the case any more."""
    rows = models.Sending.objects.select_related("subscription").filter(pk__in=claimed)
    may_see = _seen(rows)
    for row in rows:
        if row.pk in may_see:
            target = row.subscription
            parcel = Parcel(row.pk, target.url, _mode(row), _event(row), queries.keys(target))
            _under_way[_pool.submit(ports.post, parcel, settings.WEBHOOK_NETWORKS)] = row.pk
    dropped = set(claimed) - may_see
    if dropped:
        models.Sending.objects.filter(pk__in=dropped).update(state="dropped", settled_at=time.now())
    return len(dropped)


def _mode(row: models.Sending) -> Any:
    return row.subscription.mode


def _event(row: models.Sending) -> dict[str, Any]:
    """CloudEvents 1.0 with the extension `sequence`: the place in the outbox, as text that sorts."""
    stored = StoredEvent(row.position, row.event, row.type, row.subject, row.at, row.data)
    return {**outbox.as_cloudevent(stored), "sequence": f"{row.position:019d}"}


def _seen(rows: Iterable[models.Sending]) -> set[int]:
    """Those that their owner may still hear of today: who lost his post or firm loses it for his programs too."""
    found = set()
    by_owner: dict[Any, list[models.Sending]] = {}
    for row in rows:
        by_owner.setdefault(row.subscription_id, []).append(row)
    for waiting in by_owner.values():
        target = waiting[0].subscription
        try:
            owner = actor_of(target)
        except HouseError:
            owner = None
        reached = _reached(target.org, {(row.type, row.subject) for row in waiting})
        found |= {row.pk for row in waiting if row.type == PING or (owner and _may_see(owner, row, reached))}
    return found


def _may_see(owner: Actor, row: models.Sending, reached: Collection[tuple[str, str]]) -> bool:
    topic = topics.of(row.type)
    if topic is not None:
        return owner.may(topic.permission) and (row.type, row.subject) in reached
    try:
        return owner.kind == "public" or bool(cases.find_cases(by=owner, query=row.subject, limit=1).rows)
    except HouseError:
        return False


def actor_of(row: models.Subscription) -> Actor:
    """The owner as he stands today; a HouseError when account, firm or post is gone."""
    post = None
    if row.org:
        post = next(
            (one.id for one in people.posts_of(account=row.account) if one.organisation.code == row.org), "gone"
        )
    return people.actor_of(account_id=row.account, post=post, firm=row.firm or None)


def _settle_answered(patience: float) -> int:
    done, _ = wait(_under_way, timeout=patience, return_when=FIRST_COMPLETED) if _under_way else (set(), None)
    if done:
        _settle({_under_way.pop(future): future.result() for future in done})
    return len(done)


def _settle(answers: Mapping[int, Answer]) -> None:
    """Write down what became of requests: all of them in one transaction, or none, and then they are sent again."""
    good = [id for id, answer in answers.items() if not answer.error]
    with transaction.atomic():
        # those that are no longer due were passed over meanwhile, or another worker settled them
        due = models.Sending.objects.filter(pk__in=good, state="due")
        told = models.Subscription.objects.filter(pk__in=due.values("subscription")).order_by("pk")
        targets = list(told.select_for_update().values_list("pk", flat=True))
        now = time.now()
        due.update(state="done", tries=F("tries") + 1, error="", settled_at=now)
        models.Subscription.objects.filter(pk__in=targets).update(failing_since=None, delivered_at=now)
        for id in sorted(answers.keys() - set(good)):
            _note_failure(id, answers[id], now)


def _note_failure(id: int, answer: Answer, now: datetime) -> None:
    row = models.Sending.objects.select_for_update().filter(pk=id, state="due").first()
    if row is None:
        return
    target = models.Subscription.objects.select_for_update().get(pk=row.subscription_id)
    row.tries, row.error = row.tries + 1, answer.error
    if answer.status == 410 or row.tries >= rules.MAX_TRIES:
        row.state, row.settled_at = "dead", now
    else:
        row.due_at = now + rules.pause(row.tries, answer)
    target.failing_since = target.failing_since or now
    _give_up(target, answer)
    row.save()
    target.save()


def _give_up(target: models.Subscription, answer: Answer) -> None:
    """Gone (410), or failing for too long without a break: nothing more is sent, and the owner is told."""
    since = target.failing_since or time.now()
    if target.state != "active" or (answer.status != 410 and time.now() - since < rules.PATIENCE):
        return
    target.state, target.reason = "disabled", "gone" if answer.status == 410 else "failing"
    detail = {"subscription": str(target.pk), "reason": target.reason}
    audit.record(by=BY, action="webhooks.disabled", object=f"account:{target.account}", detail=detail)
    log.warning("webhooks.subscription.disabled", subscription=str(target.pk), reason=target.reason)
    if target.person:
        messages.send(
            by=BY,
            to_person=target.person,
            template="webhook_disabled",
            params={"name": target.name, "error": answer.error},
            key=f"webhooks:{target.pk}:{since.isoformat()}",
            link="/me/webhooks/",
        )


def forget() -> int:
    """Remove settled deliveries that are older than they are shown."""
    old = Q(state__in=["done", "dropped"]) & Q(settled_at__lt=time.now() - rules.KEPT)
    return models.Sending.objects.filter(old).delete()[0]
