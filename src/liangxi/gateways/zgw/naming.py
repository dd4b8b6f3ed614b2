"""Names of things as the standard wants them: UUIDs that say which case, matter, status or type they are.

They are of version 8 (RFC 9562, for one's own layouts) and hold the number itself, so nothing must be kept to find a
thing by its address: 62 bits the number of the case, 12 its matter, 4 the kind, 32 which of that kind.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from django.utils.translation import gettext_noop as _n

from liangxi.kit.errors import NotFoundError

_SPACE = UUID("6d2f0d0e-6b8e-8a52-9c5b-4c49414e4758")
_LOW = 62  # bits behind the variant
_SIGNS = 0x8 << 76 | 0b10 << _LOW
CASE, STATUS, RESULT, ROLE, DOCUMENT = range(1, 6)
"""What a UUID names."""


@dataclass(frozen=True, slots=True)
class Named:
    """The number of a case or matter, and which of its statuses, roles or documents is meant."""

    no: str
    n: int = 0


def uuid_of(no: str, kind: int = CASE, n: int = 0) -> UUID:
    """The UUID of a case or matter (`-3` behind the number), or of the `n`th thing of a kind of it."""
    root, _, item = no.partition("-")
    value = ((int(root) << 12 | int(item or 0)) << 4 | kind) << 32 | n
    low, middle, high = value & (1 << _LOW) - 1, value >> _LOW & 0xFFF, value >> _LOW + 12
    return UUID(int=high << 80 | middle << 64 | _SIGNS | low)


def named(uuid: UUID, kind: int) -> Named:
    """What a UUID names; NotFoundError when it is no such thing."""
    value = (uuid.int >> 80) << _LOW + 12 | (uuid.int >> 64 & 0xFFF) << _LOW | uuid.int & (1 << _LOW) - 1
    root, item, n = value >> 48, value >> 36 & 0xFFF, value & 0xFFFFFFFF
    no = f"{root}-{item}" if item else str(root)
    if uuid_of(no, kind, n) != uuid:
        raise unknown()
    return Named(no, n)


def uuid_for(*parts: str) -> UUID:
    """The UUID of what has no number: a type, by what it is the type of."""
    return uuid5(_SPACE, "\n".join(parts))


def unknown() -> NotFoundError:
    """The refusal of an address behind which nothing is."""
    return NotFoundError("zgw.unknown", _n("There is nothing at this address."))
