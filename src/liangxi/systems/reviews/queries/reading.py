"""Rows as values, each reader's scope, what is public."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, InvalidError, NotFoundError
from liangxi.systems.reviews import shapes
from liangxi.systems.reviews.models import Rectification, Review, Visit
from liangxi.systems.reviews.rules import levels

READ = "case.read"
COUNTED = Q(excluded_at=None)
_FIRST = COUNTED & Q(stars__lte=2, rounds__round=1)
_NAMED = _FIRST & (~Q(person="") | ~Q(phone=""))


def conditions() -> Mapping[str, Q]:
    """What each number counts, and what the rows behind it are: one condition for both."""
    now = time.now()
    return {
        "counted": COUNTED,
        "good": COUNTED & Q(stars__gte=3),
        "bad": COUNTED & Q(stars__lte=2),
        **{str(stars): COUNTED & Q(stars=stars) for stars in range(1, 6)},
        "excluded": Q(excluded_at__isnull=False),
        "to_call": _NAMED & (Q(rounds__called_at__isnull=False) | Q(rounds__call_due__lt=now)),
        "called": _NAMED & Q(rounds__called_at__lte=F("rounds__call_due")),
        "ended": _FIRST & (Q(rounds__answered_at__isnull=False) | Q(rounds__due__lt=now)),
        "answered": _FIRST & Q(rounds__answered_at__lte=F("rounds__due")),
    }


def review_row(id: str, *, lock: bool = False) -> Review:
    """One review; NotFoundError."""
    rows = Review.objects.select_for_update() if lock else Review.objects.all()
    try:
        row = rows.filter(pk=UUID(id)).first()
    except ValueError:
        row = None
    if row is None:
        raise _unknown()
    return row


def round_row(case_no: str, *, lock: bool = False) -> Rectification:
    """The round of a case; NotFoundError."""
    rows = Rectification.objects.select_related("review")
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=case_no).first()
    if row is None:
        raise _unknown()
    return row


def visit_row(code: str, *, lock: bool = False) -> Visit:
    """A visit by the code as somebody typed it; NotFoundError `reviews.visit`."""
    rows = Visit.objects.select_for_update() if lock else Visit.objects.all()
    row = rows.filter(pk=code.replace("-", "").replace(" ", "").upper()[:20]).first()
    if row is None:
        raise NotFoundError("reviews.visit", "There is no such code. It stands on the slip of your visit.")
    return row


def scope(by: Actor) -> Q:
    """The reviews of the organisations on which `case.read` holds."""
    found = Q(pk__in=())
    for path in by.paths(READ):
        found |= Q(org_path__startswith=path)
    return found


def require_read(by: Actor, row: Review) -> None:
    """NotFoundError for who has no `case.read` on the department."""
    if by.kind == "public" or not by.may(READ, row.org_path):
        raise _unknown()


def _unknown() -> NotFoundError:
    return NotFoundError("reviews.unknown", "There is no such review.")


def filtered(wanted: shapes.Filter) -> Q:
    """The condition of a filter; InvalidError naming level or channel."""
    if wanted.level and wanted.level not in conditions():
        raise InvalidError("reviews.level", "Choose a level.", fields={"level": "Choose a level."})
    if wanted.channel not in ("", "online", "window"):
        raise InvalidError(
            "reviews.channel", "Choose online or window.", fields={"channel": "Choose online or window."}
        )
    parts = {"org": wanted.org, "window": wanted.window, "matter": wanted.matter}
    found = Q(**{name: value for name, value in parts.items() if value})
    if wanted.since:
        found &= Q(at__gte=_midnight(wanted.since))
    if wanted.until:
        found &= Q(at__lt=_midnight(wanted.until))
    if wanted.level:
        found &= conditions()[wanted.level]
    return found & Q(visit__isnull=wanted.channel == "online") if wanted.channel else found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=time.CITY)


def page(by: Actor, wanted: shapes.Filter, after: str | None, limit: int) -> shapes.ReviewPage:
    """Reviews of the reader's scope, newest first."""
    by.require(READ)
    rows = (
        Review.objects.filter(scope(by), filtered(wanted)).distinct().select_related("visit").prefetch_related("rounds")
    )
    if after:
        try:
            rows = rows.filter(at__lt=datetime.fromisoformat(after))
        except ValueError as error:
            raise InvalidError(
                "reviews.after", "This is not the end of a page.", fields={"after": "unknown"}
            ) from error
    found = list(rows.order_by("-at", "-pk")[: limit + 1])
    return shapes.ReviewPage(
        tuple(shape(row) for row in found[:limit]), found[limit - 1].at.isoformat() if len(found) > limit else None
    )


def published(org: str, limit: int) -> tuple[shapes.PublicReview, ...]:
    """What everybody may read: good reviews at once, bad ones when a supervisor has verified the answer."""
    done = Q(stars__gte=3) | Q(rounds__is_accepted=True)
    rows = Review.objects.filter(done, COUNTED, **({"org": org} if org else {})).distinct().order_by("-at")
    return tuple(
        shapes.PublicReview(
            on=row.at.astimezone(time.CITY).date(),
            channel="window" if row.visit_id else "online",
            org=row.org,
            title=row.title,
            stars=row.stars,
            tags=tuple(row.tags),
            text=row.public_text,
            reply=row.public_reply,
        )
        for row in rows[:limit]
    )


def visit_shape(row: Visit) -> shapes.Visit:
    """The value of a visit."""
    return shapes.Visit(
        code=row.code,
        title=row.title,
        org=row.org,
        window=row.window,
        on=row.on,
        is_reviewed=Review.objects.filter(visit=row).exists(),
        is_over=time.today() > row.on + timedelta(days=levels.VISIT_DAYS),
    )


def shape(row: Review) -> shapes.Review:
    """The value of a review."""
    rounds = sorted(row.rounds.all(), key=lambda one: one.round)
    return shapes.Review(
        id=str(row.pk),
        channel="window" if row.visit_id else "online",
        case_no=row.case_no or (row.visit.case_no if row.visit else ""),
        org=row.org,
        window=row.window,
        matter=row.matter,
        title=row.title,
        stars=row.stars,
        tags=tuple(row.tags),
        text=row.text,
        is_named=bool(row.person or row.phone),
        at=row.at,
        is_excluded=row.excluded_at is not None,
        public_text=row.public_text,
        public_reply=row.public_reply,
        rounds=tuple(round_shape(one) for one in rounds),
    )


def round_shape(row: Rectification) -> shapes.Rectification:
    """The value of a round."""
    return shapes.Rectification(
        case_no=row.case_no,
        round=row.round,
        opened_at=row.opened_at,
        due=row.due,
        called_at=row.called_at,
        is_reached=row.is_reached,
        call_note=row.call_note,
        answered_at=row.answered_at,
        kind=row.kind,
        reply=row.reply,
        settled=row.settled,
        settled_note=row.settled_note,
        verified_at=row.verified_at,
        is_accepted=row.is_accepted,
        finding=row.finding,
    )


def require_supervision(by: Actor, row: Review) -> None:
    """ForbiddenError for who does not supervise the department."""
    if not by.may("case.supervise", row.org_path):
        raise ForbiddenError("reviews.supervise", "Supervision alone does this.")
