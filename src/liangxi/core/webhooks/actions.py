"""Subscribing, changing, ending; dead letters sent again. Each owns permission, change and audit."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.webhooks import models, queries, rules, sending, shapes, topics
from liangxi.kit import ids, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

MOST = 20


def subscribe(by: Actor, name: str, url: str, types: Sequence[str], mode: str) -> shapes.IssuedSecret:
    """A new subscription in the hat of `by`."""
    hears = [type for type in sending.types() if topics.may_hear(by, type)]
    if (
        by.on_behalf_of
        or not by.account.isdecimal()
        or not hears
        or any(type in sending.types() and type not in hears for type in types)
    ):
        raise ForbiddenError("webhooks.forbidden", "A subscription is made by who may read cases, for himself.")
    values = _checked(name, url, types, mode)
    with transaction.atomic():
        if models.Subscription.objects.filter(account=by.account, state="active").count() >= MOST:
            raise ConflictError("webhooks.many", "You hold %(most)s subscriptions already. End one first.",
                                {"most": MOST})  # fmt: skip
        is_public = by.kind == "public"
        row = models.Subscription.objects.create(
            account=by.account,
            person=(by.person or "") if is_public else "",
            firm=by.firm or "",
            org="" if is_public else by.org or "",
            made_at=time.now(),
            **values,
        )
        _record(by, "webhooks.subscribed", row, types=row.types, url=row.url)
    return _issued(row)


def rotate(by: Actor, id: str) -> shapes.IssuedSecret:
    """A new secret; the old one signs beside it for a day."""
    with transaction.atomic():
        row = _own(by, id)
        row.serial, row.rotated_at = row.serial + 1, time.now()
        row.save(update_fields=["serial", "rotated_at"])
        _record(by, "webhooks.rotated", row)
    return _issued(row)


def end(by: Actor, id: str) -> None:
    """The subscription and what waits for it are gone."""
    with transaction.atomic():
        row = queries.one(by, id, lock=True)
        _record(by, "webhooks.ended", row)
        row.delete()


def enable(by: Actor, id: str) -> None:
    """What was disabled is sent to again; what waited meanwhile goes out."""
    with transaction.atomic():
        row = queries.one(by, id, lock=True)
        row.state, row.reason, row.failing_since = "active", "", None
        row.save(update_fields=["state", "reason", "failing_since"])
        row.sendings.filter(state="due").update(due_at=time.now())
        _record(by, "webhooks.enabled", row)


def ping(by: Actor, id: str) -> None:
    """Put an event into the queue that says nothing, so that the receiver can be tried."""
    row = _own(by, id)
    now, uid = time.now(), ids.new_id()
    row.sendings.create(
        event=uid, type=shapes.PING, subject=f"ping:{uid}", at=now, due_at=now, position=0, data={"subscription": id}
    )


def resend(by: Actor, id: str, sending: int | None) -> int:
    """Let dead letters run again with all their tries, one or all of them; how many."""
    with transaction.atomic():
        row = queries.one(by, id, lock=True)
        dead = row.sendings.filter(state="dead")
        if sending is not None:
            dead = dead.filter(pk=sending)
        count = dead.update(state="due", tries=0, due_at=time.now(), settled_at=None)
        if sending is not None and not count:
            raise NotFoundError("webhooks.not_dead", "This delivery does not wait for a decision.")
        _record(by, "webhooks.resent", row, count=count)
    return count


def _own(by: Actor, id: str) -> models.Subscription:
    """One's own subscription: an operator does not read another's secret and sends nothing in his name."""
    row = queries.one(by, id, lock=False)
    if row.account != by.account:
        raise NotFoundError("webhooks.unknown", "There is no such subscription of yours.")
    return row


def _issued(row: models.Subscription) -> shapes.IssuedSecret:
    return shapes.IssuedSecret(queries.shape(row), rules.written(queries.keys(row)[0]))


def _checked(name: str, url: str, types: Sequence[str], mode: str) -> dict[str, Any]:
    name, url, errors = " ".join(name.split()), url.strip(), {}
    if not 1 <= len(name) <= 60:
        errors["name"] = "Say in up to 60 characters which program listens."
    if fault := rules.fault_of_url(url, settings.WEBHOOK_NETWORKS):
        errors["url"] = fault
    if not types or set(types) - set(sending.types()):
        errors["types"] = "Choose at least one of the events that there are."
    if mode not in ("structured", "binary"):
        errors["mode"] = "Choose structured or binary."
    if errors:
        raise InvalidError("webhooks.subscription", "Please check the subscription.", fields=errors)
    return {"name": name, "url": url, "types": sorted(set(types)), "mode": mode}


def _record(by: Actor, action: str, row: models.Subscription, **detail: Any) -> None:
    audit.record(by=by, action=action, object=f"account:{row.account}", detail={"subscription": str(row.pk), **detail})
