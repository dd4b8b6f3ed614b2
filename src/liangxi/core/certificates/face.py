"""The door of certificates: issued once, signed, printed, checked by anyone, revoked.

Types are the codes of the list `licence_type`; a code's attribute `years` is its usual term, `fields` the labels of
what it states (`姓名=name;住址=address`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from liangxi.core.certificates import actions, keys, queries
from liangxi.core.certificates.paper import code as paper_code
from liangxi.core.certificates.rules import signing
from liangxi.core.certificates.shapes import Certificate, Holder, Revocation, Titles, Verification
from liangxi.kit.actor import Actor


def issue(
    *,
    by: Actor,
    type: str,
    holder: Holder,
    fields: Mapping[str, str],
    issuer_org: str,
    source: str,
    key: str,
    valid_from: date,
    valid_to: date | None = None,
    labels: Mapping[str, Titles] | None = None,
    matter: str = "",
) -> Certificate:
    """Issue a certificate; the same `key` with the same content gives the one that exists.

    `fields` are the stated values in their order, `labels` their titles where the type has none; `matter` is the
    package that it came from. `valid_to` is the
    last day on which it holds; None: the type's term, or no end. Needs `case.decide` on the issuer. Announces
    CertificateIssued. InvalidError names type, holder, valid_to or key; ConflictError `certificates.key.reused`.
    """
    said = actions.draft(type, holder, (fields, labels or {}), issuer_org, source, (valid_from, valid_to))
    return actions.issue(by, said, key, matter)


def revoke(*, by: Actor, number: str, reason: str) -> Certificate:
    """Take a certificate back. Needs `case.decide` on the issuer; announces CertificateRevoked.

    InvalidError without a reason, NotFoundError `certificates.unknown`, ConflictError `certificates.revoked`.
    """
    return actions.revoke(by, number, reason)


def certificate(*, by: Actor, number: str) -> Certificate:
    """A certificate for who speaks for its holder by `certificate.own`, or for staff (traced); else NotFoundError.

    Staff need `case.read` on the issuer.
    """
    return queries.shape(actions.read(by, number))


def of_holder(*, by: Actor, holder: str) -> tuple[Certificate, ...]:
    """The certificates of a person or firm (register id), newest first; under the rule of `certificate`.

    A person's list leaves out what he holds for a firm.
    """
    return actions.of_holder(by, holder)


def pdf(*, by: Actor, number: str) -> bytes:
    """The printed form (A4, fonts embedded) with the signed envelope attached; under the rule of `certificate`."""
    return actions.pdf(by, number)


def envelope(*, by: Actor, number: str) -> dict[str, Any]:
    """`{"certificate": {...}, "signature": "header..signature"}`: detached JWS over the RFC 8785 form of the first."""
    return actions.envelope(actions.read(by, number))


def verify(*, number: str, code: str, client: str = "") -> Verification:
    """What the public page says to one who holds number and check code; nothing personal beyond masked values.

    A wrong code answers like an unknown number. `client` (an address) is counted: TooManyError above 60 a minute.
    """
    return actions.verify(number, code, client)


def verify_document(*, content: bytes, client: str = "") -> Verification:
    """The same for an envelope or a PDF: signature first, then revocation and dates.

    InvalidError `certificates.document` when there is no envelope in it.
    """
    return actions.verify_document(content, client)


def revocations(*, after: str = "", limit: int = 1000) -> tuple[Revocation, ...]:
    """The public revocation list by number, a page after the number `after`."""
    return queries.revocations(after, min(limit, 1000))


def jwks() -> dict[str, Any]:
    """The public keys of every signature (RFC 7517)."""
    return {"keys": [signing.jwk(key) for key in keys.public().values()]}


def qr_svg(*, url: str) -> str:
    """The QR code of an address as inline SVG (ISO/IEC 18004, correction level M)."""
    return paper_code.svg(url)


def rotate_key(*, by: Actor) -> str:
    """Begin a new signing key; what the old ones signed stays good. Needs `role.manage`; the new kid."""
    return actions.rotate_key(by)
