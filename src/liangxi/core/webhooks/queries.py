"""Reading subscriptions and what was sent."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from liangxi.core.webhooks import models, rules, shapes
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError


def owned(by: Actor) -> QuerySet[models.Subscription]:
    """The subscriptions of an account, in the hat that it wears."""
    return models.Subscription.objects.filter(account=by.account, firm=by.firm or "")


def one(by: Actor, id: str, *, lock: bool = False) -> models.Subscription:
    """A subscription of `by`, or any for who runs the city's systems; NotFoundError."""
    rows = models.Subscription.objects.all() if by.may("events.manage") else owned(by)
    try:
        row = (rows.select_for_update() if lock else rows).filter(pk=UUID(id)).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFoundError("webhooks.unknown", "There is no such subscription of yours.")
    return row


def listed(rows: QuerySet[models.Subscription]) -> tuple[shapes.Subscription, ...]:
    """Subscriptions with what waits and what gave up, the newest first."""
    counted = rows.annotate(
        waiting=Count("sendings", filter=Q(sendings__state="due")),
        dead=Count("sendings", filter=Q(sendings__state="dead")),
    )
    return tuple(shape(row, row.waiting, row.dead) for row in counted.order_by("-made_at")[:200])


def shape(row: models.Subscription, waiting: int = 0, dead: int = 0) -> shapes.Subscription:
    """A subscription without its secret."""
    until = row.rotated_at + rules.OLD_SECRET if row.rotated_at else None
    return shapes.Subscription(
        id=str(row.pk),
        name=row.name,
        owner=row.account,
        url=row.url,
        types=tuple(row.types),
        mode=cast(shapes.Mode, row.mode),
        state=cast(shapes.State, row.state),
        reason=row.reason,
        made_at=row.made_at,
        until_old=until if until and until > time.now() else None,
        failing_since=row.failing_since,
        delivered_at=row.delivered_at,
        waiting=waiting,
        dead=dead,
    )


def keys(row: models.Subscription) -> tuple[bytes, ...]:
    """The secrets that sign now: the present one, and the one before it for a while after a rotation."""
    old = row.serial > 1 and row.rotated_at is not None and row.rotated_at + rules.OLD_SECRET > time.now()
    serials = (row.serial, row.serial - 1) if old else (row.serial,)
    return tuple(rules.key_of(settings.SECRET_KEY, str(row.pk), serial) for serial in serials)


def sendings(row: models.Subscription, state: str, limit: int) -> tuple[shapes.Sent, ...]:
    """What was sent or waits, the newest first."""
    rows = row.sendings.filter(Q(state=state) if state else Q()).order_by("-id")[:limit]
    return tuple(
        shapes.Sent(
            id=one.pk,
            subscription=str(row.pk),
            event=str(one.event),
            type=one.type,
            subject=one.subject,
            at=one.at,
            state=one.state,
            tries=one.tries,
            due_at=one.due_at,
            error=one.error,
            settled_at=one.settled_at,
        )
        for one in rows
    )
