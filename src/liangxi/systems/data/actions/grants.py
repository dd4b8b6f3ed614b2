"""Grants: given, suspended, resumed, revoked, reviewed each year; counted when they are used."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Applicant
from liangxi.core.events import face as events
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError
from liangxi.systems.data.actions.catalogue import invalid
from liangxi.systems.data.errors import QuotaError
from liangxi.systems.data.events import GrantEnded, GrantGiven
from liangxi.systems.data.models import Grant, GrantStep, NeedRequest
from liangxi.systems.data.queries import sharing as queries
from liangxi.systems.data.queries.sharing import ZONE
from liangxi.systems.data.rules import sharing

NOTICE = timedelta(days=30)  # design: how long before it lapses the review of a grant is asked for

_COUNT = """
INSERT INTO data_usage (grant_id, day, reads, rows, refused) VALUES (%(grant)s, %(day)s, %(reads)s, %(rows)s, 0)
ON CONFLICT (grant_id, day) DO UPDATE SET reads = data_usage.reads + EXCLUDED.reads,
    rows = data_usage.rows + EXCLUDED.rows
WHERE data_usage.reads + EXCLUDED.reads <= %(quota)s
"""
_REFUSED = """
INSERT INTO data_usage (grant_id, day, reads, rows, refused) VALUES (%(grant)s, %(day)s, 0, 0, 1)
ON CONFLICT (grant_id, day) DO UPDATE SET refused = data_usage.refused + 1
"""

_DEEDS = {  # deed -> the states that allow it, the state that it leads to, how its step is called
    "suspend": (("active",), "suspended", "suspended"),
    "resume": (("suspended",), "active", "resumed"),
    "revoke": (("active", "suspended"), "revoked", "revoked"),
}


def give(by: Actor, request: NeedRequest, terms: Mapping[str, Any], limits: tuple[int, date]) -> str:
    """Write the grant of a request; `limits` are reads a day and the first day on which it does not hold."""
    need, today = request.need, time.today()
    since = max(need.since, today)
    row = Grant.objects.create(
        request=request,
        resource=request.resource,
        version_from=request.version,
        org=need.org,
        org_path=need.org_path,
        provider=request.org,
        provider_path=request.org_path,
        terms=dict(terms),
        purpose=need.purpose,
        legal_basis=need.legal_basis,
        quota=limits[0],
        since=since,
        until=limits[1],
        review_on=since + timedelta(days=queries.rule("review_every")),
        given_by=by.account,
        given_at=time.now(),
    )
    _step(by, row, "given", "")
    fact = GrantGiven(grant=str(row.pk), resource=row.resource_id, consumer=row.org, provider=row.provider,
                      until=row.until, at=row.given_at)  # fmt: skip
    events.announce(fact, subject=str(row.pk))
    return str(row.pk)


def change(by: Actor, id: str, deed: str, reason: str) -> None:
    """Suspend, resume or revoke, by the provider or the bureau, with the reason; effective at once."""
    if deed not in _DEEDS:
        raise invalid("deed", "Suspend, resume or revoke.")
    reason, (allowed, becomes, kind) = reason.strip(), _DEEDS[deed]
    if not reason:
        raise invalid("reason", "Say why.")
    with transaction.atomic():
        row = queries.grant_row(by, id, lock=True)
        if not (by.may("data.grant", row.provider_path) or by.may("data.review", row.provider_path)):
            raise ForbiddenError("data.grant.forbidden", "The provider or the bureau decides this.")
        if row.state not in allowed:
            raise ConflictError("data.grant.state", "The grant is not in the state that this needs.")
        row.state = becomes
        row.reason = "" if deed == "resume" else reason[:500]
        row.save(update_fields=["state", "reason"])
        _step(by, row, kind, reason)
        if deed != "resume":
            events.announce(_ended(row, row.state), subject=str(row.pk))


def report(by: Actor, id: str, text: str) -> None:
    """The consumer's report of what the data was used for; what was read stands beside it."""
    text = text.strip()
    if not 10 <= len(text) <= 2000:
        raise invalid("text", "Say in 10 to 2,000 characters what the data was used for.")
    with transaction.atomic():
        row = queries.grant_row(by, id, lock=True)
        by.require("data.request", row.org_path)
        _step(by, row, "reported", text)


def confirm(by: Actor, id: str, outcome: str, reason: str) -> None:
    """The provider's yearly review: the grant goes on for a year, or ends now."""
    if outcome not in ("keep", "end"):
        raise invalid("outcome", "Say whether the grant goes on.")
    if outcome == "end" and not reason.strip():
        raise invalid("reason", "Say why.")
    with transaction.atomic():
        row = queries.grant_row(by, id, lock=True)
        by.require("data.grant", row.provider_path)
        if not row.review_no or queries.standing(row, time.today()) in ("lapsed", "expired", "revoked"):
            raise ConflictError("data.grant.state", "The grant is not in the state that this needs.")
        item = cases.case(by=ZONE, no=row.review_no).items[0]
        body = {"outcome": "approve" if outcome == "keep" else "deny", "reason": reason.strip(),
                "reason_code": "" if outcome == "keep" else sharing.WITHHELD}  # fmt: skip
        cases.command(by=by, case=item.no, action="decide", key=f"review:{row.review_no}", body=body)
        row.review_no = ""
        if outcome == "keep":
            row.review_on += timedelta(days=queries.rule("review_every"))
            _step(by, row, "confirmed", reason.strip())
        else:
            row.state, row.reason = "revoked", reason.strip()[:500]
            _step(by, row, "revoked", reason.strip())
            events.announce(_ended(row, "revoked"), subject=str(row.pk))
        row.save()


def ask_reviews(limit: int) -> int:
    """Open the review of every grant that lapses within `NOTICE`; how many. Called by the worker."""
    today = time.today()
    due = Grant.objects.filter(review_no="", state="active", review_on__lte=today + NOTICE, review_on__gt=today,
                               until__gt=today)  # fmt: skip
    done = 0
    for pk in due.order_by("review_on").values_list("pk", flat=True)[:limit]:
        with transaction.atomic():
            row = queries.grant_rows().select_for_update(of=("self",)).get(pk=pk)
            if not row.review_no:
                _ask_review(row)
                done += 1
    return done


def _ask_review(row: Grant) -> None:
    key = f"review:{row.pk}:{row.review_on.isoformat()}"
    plan = sharing.review_plan(row.provider, row.resource.title, queries.rule("review_days"))
    case = cases.open_case(
        by=ZONE,
        plan=cases.register_plan(by=ZONE, definition=plan),
        applicant=Applicant(person="", org=row.org, name=people.organisation(code=row.org).name["zh"]),
        subject=row.purpose,
        items=["review"],
        form={"grant": str(row.pk)},
        key=key,
    )
    cases.command(by=ZONE, case=case.no, action="accept", key=f"{key}:accept")
    row.review_no = case.no
    row.save(update_fields=["review_no"])


def note_usage(id: str, reads: int, rows: int) -> None:
    """Count reads under a grant that holds; QuotaError when they are more than are left today, and none is counted."""
    if reads < 1 or rows < 0:
        raise InvalidError("data.usage", "Count one read or more.", fields={"reads": "Count one read or more."})
    row = queries.grant_row(ZONE, id)
    require_holds(row, time.today())
    if not count(row.pk, row.quota, reads, rows):
        count_refused(row.pk)
        raise quota_error(row.quota)


def count(grant: UUID, quota: int, reads: int, rows: int) -> bool:
    """Count reads of today unless they are more than are left; whether they were counted."""
    said: dict[str, Any] = {"grant": grant, "day": time.today(), "reads": reads, "rows": rows, "quota": quota}
    if reads > quota:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, said)
        return bool(cursor.rowcount)


def count_refused(grant: UUID) -> None:
    """Count a call of today that was above the quota."""
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED, {"grant": grant, "day": time.today()})


def quota_error(quota: int) -> QuotaError:
    """The refusal of a call above the quota."""
    return QuotaError("data.grant.quota", "The %(quota)s reads of today are used up.", {"quota": quota})


def require_holds(row: Grant, today: date) -> None:
    """ForbiddenError `data.grant.<why>` unless the grant holds today."""
    state = queries.standing(row, today)
    if state != "active":
        raise ForbiddenError(f"data.grant.{state}", "This grant does not hold: %(state)s.", {"state": state})


def record_reading(by: Actor, row: Grant, subjects: Sequence[str], fields: Sequence[str]) -> None:
    """One record for each person whose data was read, with purpose, consumer and grant."""
    detail = {"grant": str(row.pk), "org": row.org, "resource": row.resource_id, "fields": list(fields)}
    for subject in dict.fromkeys(subjects):
        audit.record(by=by, action="data.fetch", object=f"person:{subject}", purpose=row.purpose, detail=detail)


def _step(by: Actor, row: Grant, kind: str, text: str) -> None:
    who = people.organisation(code=row.provider).name["zh"] if by.kind == "system" else by.name
    GrantStep.objects.create(grant=row, kind=kind, at=time.now(), by=by.account, by_name=who, text=text[:2000])
    audit.record(by=by, action=f"data.grant.{kind}", object=f"grant:{row.pk}", detail={"resource": row.resource_id})


def _ended(row: Grant, why: str) -> GrantEnded:
    return GrantEnded(grant=str(row.pk), resource=row.resource_id, consumer=row.org, provider=row.provider, why=why,
                      reason=row.reason, at=time.now())  # fmt: skip
