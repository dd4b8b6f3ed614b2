"""What happens to certificates. Values stay with the certificate: whoever needs them asks the face."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateIssued:
    """A certificate was issued; subject: its number. `source` is the case, `valid_to` the last day it holds."""

    number: str
    type: str
    holder_person: str | None
    holder_firm: str | None
    issuer_org: str
    source: str
    valid_from: date
    valid_to: date | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRevoked:
    """The issuer took a certificate back; subject: its number."""

    number: str
    type: str
    holder_person: str | None
    holder_firm: str | None
    issuer_org: str
    reason: str
    at: datetime
