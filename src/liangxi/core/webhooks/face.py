"""The door of webhooks.

A subscription belongs to an account in the hat that it wore: a resident hears of his own cases, who acts for a firm of
the firm's, a member of staff of the cases in the scope of `case.read`. That is judged again before each request.
"""

from collections.abc import Sequence

from liangxi.core.webhooks import actions, queries, sending, shapes
from liangxi.core.webhooks import topics as offered
from liangxi.core.webhooks.models import Subscription
from liangxi.kit.actor import Actor


def topics(*, by: Actor | None = None) -> tuple[str, ...]:
    """What can be subscribed to, as `cases.CaseSubmitted`: all of it, or what `by` may hear of.

    The CloudEvent's type has `liangxi.` before it.
    """
    return tuple(type for type in sending.types() if by is None or offered.may_hear(by, type))


def open_topic(*, topic: shapes.Topic) -> None:
    """Let events of another room be subscribed to, for posts with its permission. For the page of the wires."""
    offered.offer(topic)


def subscribe(*, by: Actor, name: str, url: str, types: Sequence[str], mode: str = "structured") -> shapes.IssuedSecret:
    """Send later events of `types` to `url`; the secret that signs them is told this once.

    InvalidError naming name, url, types or mode; ConflictError `webhooks.many` above 20; ForbiddenError for who may
    not read what the events are about or helps somebody at the window.
    """
    return actions.subscribe(by, name, url, types, mode)


def subscriptions(*, by: Actor) -> tuple[shapes.Subscription, ...]:
    """One's own subscriptions, the newest first."""
    return queries.listed(queries.owned(by))


def every_subscription(*, by: Actor) -> tuple[shapes.Subscription, ...]:
    """Those of all accounts, the newest first, 200 at most; needs `events.manage`."""
    by.require("events.manage")
    return queries.listed(Subscription.objects.all())


def closed_subscriptions(*, by: Actor, everybody: bool = False) -> tuple[shapes.Subscription, ...]:
    """Those of one's own (with `events.manage`: of all accounts) that the house gave up, until they are switched on or
    ended."""
    if everybody:
        by.require("events.manage")
    rows = Subscription.objects.all() if everybody else queries.owned(by)
    return queries.listed(rows.filter(state="disabled"))


def deliveries(*, by: Actor, id: str, state: str = "", limit: int = 50) -> tuple[shapes.Sent, ...]:
    """What was sent to a subscription or waits for it, the newest first; one's own or with `events.manage`."""
    return queries.sendings(queries.one(by, id), state, max(1, min(limit, 200)))


def rotate(*, by: Actor, id: str) -> shapes.IssuedSecret:
    """A new secret for one's own subscription; both sign for the next 24 hours. NotFoundError for another's."""
    return actions.rotate(by, id)


def end(*, by: Actor, id: str) -> None:
    """Send nothing more and forget what waits; one's own or with `events.manage`. NotFoundError."""
    actions.end(by, id)


def enable(*, by: Actor, id: str) -> None:
    """Send again after the house gave up (410 Gone, or failing for three days); one's own or with `events.manage`."""
    actions.enable(by, id)


def ping(*, by: Actor, id: str) -> None:
    """Send an event `liangxi.webhooks.Ping` to one's own subscription. NotFoundError for another's."""
    actions.ping(by, id)


def resend(*, by: Actor, id: str, sending: int | None = None) -> int:
    """Try dead letters again, all or one; how many. One's own or with `events.manage`. NotFoundError."""
    return actions.resend(by, id, sending)


def hand_out(*, limit: int = 500) -> int:
    """Hand events of the outbox to the subscriptions; how many were looked at. Called by workers."""
    return sending.hand_out(limit)


def send_due(*, limit: int = 32) -> int:
    """Send what is due; how many were settled in this turn. Called by workers, never waits for a slow receiver.

    A failure is tried again after 5 s, 30 s, 2 min ... for about 27 hours, then it is dead. In order per subject.
    """
    return sending.send_due(limit)


def unanswered() -> int:
    """How many requests of this process wait for their answer: who called `send_due` calls it again soon."""
    return sending.unanswered()


def forget() -> int:
    """Remove what was settled more than 30 days ago; how many."""
    return sending.forget()
