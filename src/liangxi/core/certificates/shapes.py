"""What the door of certificates takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Titles = Mapping[str, str]  # {"zh": ..., "en": ...}

Status = Literal["valid", "not_yet_valid", "expired", "revoked", "tampered", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom a certificate speaks of: a person and/or a firm by register id; `masked_id` as it may be printed."""

    name: str
    person: str | None = None
    firm: str | None = None
    masked_id: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """One line of a certificate; `label` in the reader's language."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """An issued certificate. `valid_to` is the last day on which it holds (有效期至); None: no end.

    `title` and `issuer` are in the reader's language. `check` is the code printed on it, which proves to the public
    page that the asker has it before him; `verify_url` is what its QR code holds.
    """

    number: str
    type: str
    title: str
    holder: Holder
    issuer: str
    issuer_org: str
    fields: tuple[Stated, ...]
    source: str
    issued_at: datetime
    valid_from: date
    valid_to: date | None
    revoked_at: datetime | None
    revoked_for: str
    check: str
    verify_url: str
    is_sample: bool

    @property
    def is_revoked(self) -> bool:
        """True once the issuer has taken it back."""
        return self.revoked_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What anybody may know about a certificate whose number and code he holds: masked, nothing else.

    For `unknown` and `tampered` only `status`, `number` and `checked_at` say something: a document that does not
    verify is not repeated.
    """

    status: Status
    number: str
    checked_at: datetime
    title: str = ""
    holder: str = ""
    holder_id: str = ""
    issuer: str = ""
    issued_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    revoked_on: date | None = None
    kid: str = ""
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Revocation:
    """One line of the public revocation list."""

    number: str
    revoked_at: datetime
