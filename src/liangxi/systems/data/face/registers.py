"""The door of the data zone: authoritative values for a purpose, with consent, on record; objections; e-licences."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from liangxi.core.certificates.events import CertificateIssued, CertificateRevoked
from liangxi.kit.actor import Actor
from liangxi.systems.data.actions import registers as actions
from liangxi.systems.data.queries import registers as queries
from liangxi.systems.data.shapes import (
    Access,
    Dispute,
    DisputedValue,
    DisputePage,
    Fact,
    LicenceFact,
    LicenceRow,
    MarriageRow,
)


def consent(*, by: Actor, purpose: str, ref: str, person: str | None = None) -> None:
    """A person (that of `by`) allows the registers to be read for `purpose` on the occasion `ref`.

    A clerk with `case.accept` may write down what `person` said at the window. InvalidError naming purpose or person;
    ConflictError `data.consent.purpose`: an occasion has one purpose. A withdrawn consent may be given again.
    """
    actions.consent(by, person or by.person or "", purpose, ref)


def withdraw_consent(*, by: Actor, ref: str, person: str | None = None) -> None:
    """Nothing more is read on that occasion."""
    actions.withdraw_consent(by, person or by.person or "", ref)


def fetch(*, by: Actor, purpose: str, subject: str, fields: Sequence[str], consent: str) -> dict[str, Fact]:
    """The values of `fields` (`registry.<register>.<name>`) about a person or firm; unknown values are left out.

    ForbiddenError `data.consent` unless the subject (for a firm: who represents it) consented under the reference
    `consent` for this purpose, and `by` is that person, the house, or a clerk with `case.accept`. InvalidError names a
    field that no register holds. The reading is in the audit trail and in `accesses_of` of the subject.
    """
    return actions.fetch(by, purpose, subject, list(fields), consent)


def licences_of(*, by: Actor, purpose: str, subject: str, consent: str) -> tuple[LicenceFact, ...]:
    """The e-licences in force of a person or firm, under the same rule."""
    return actions.licences_of(by, purpose, subject, consent)


def accesses_of(*, by: Actor, subject: str) -> tuple[Access, ...]:
    """Who looked at a person's data, when and why: for himself, and for `audit.read`."""
    return queries.accesses_of(by, subject)


def dispute(*, by: Actor, subject: str, field: str, claim: str, note: str = "") -> str:
    """Say that a register is wrong about oneself or one's firm; its owner is asked. The id of the objection.

    InvalidError naming claim, note or field; ForbiddenError `data.dispute.stranger`. The same twice is one.
    """
    return actions.dispute(by, subject, field, claim, note)


def disputes(*, by: Actor, is_open: bool = True, after: str | None = None, limit: int = 50) -> DisputePage:
    """Objections to the registers in the scope of `data.correct`, without their values.

    Open ones, who waits longest first, or the answered ones, the newest first.
    """
    by.require("data.correct")
    scope = Q()
    for path in by.paths("data.correct"):
        scope |= Q(org_path__startswith=path)
    return queries.dispute_page(scope, is_open, after, max(1, min(limit, 200)))


def disputed(*, by: Actor, id: str) -> DisputedValue:
    """One objection. Stating a purpose opens what the register says, what it should say, and who objects.

    Without one these are left out. Needs `data.correct` on the owner, else NotFoundError `data.dispute.unknown`. The
    opening is in the audit trail and in `accesses_of` of the subject.
    """
    return actions.disputed(by, id)


def own_disputes(*, by: Actor) -> tuple[Dispute, ...]:
    """The objections of the person of `by`."""
    return queries.disputes(Q(person=by.person)) if by.person else ()


def answer_dispute(*, by: Actor, id: str, outcome: str, answer: str) -> None:
    """`corrected` or `upheld`, with a word to the person, who gets a message.

    Needs `data.correct` on the owner; InvalidError naming outcome or answer, ConflictError once it is answered.
    """
    actions.answer_dispute(by, id, outcome, answer)


def record_licence(event: CertificateIssued) -> None:
    """Handler: a certificate issued here counts as an e-licence."""
    actions.record_licence(event)


def revoke_licence(event: CertificateRevoked) -> None:
    """Handler: a revoked certificate counts no more."""
    actions.revoke_licence(event)


def load_marriages(*, by: Actor, rows: Iterable[MarriageRow]) -> int:
    """Load marriages by number; the number added or changed. For the house itself (`register.load`)."""
    return actions.load_marriages(by, rows)


def load_licences(*, by: Actor, rows: Iterable[LicenceRow]) -> int:
    """Load e-licences by number; the number added or changed."""
    return actions.load_licences(by, rows)
