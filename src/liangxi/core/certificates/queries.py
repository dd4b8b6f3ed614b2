"""Reading certificates."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language

from liangxi.core.certificates.models import Certificate as Row
from liangxi.core.certificates.rules import documents
from liangxi.core.certificates.shapes import Certificate, Revocation
from liangxi.kit.errors import NotFoundError


def row(number: str) -> Row:
    """NotFoundError `certificates.unknown`."""
    found = Row.objects.filter(pk=number).first()
    if found is None:
        raise NotFoundError("certificates.unknown", "There is no certificate %(number)s.", {"number": number})
    return found


def rows_of(holder: UUID) -> tuple[Row, ...]:
    """What a person or a firm holds, the newest first."""
    held = Row.objects.filter(holder_person=holder, holder_firm=None) | Row.objects.filter(holder_firm=holder)
    return tuple(held.order_by("-issued_at", "-number"))


def revocations(after: str, limit: int) -> tuple[Revocation, ...]:
    """Revoked certificates with a number above `after`, in the order of numbers."""
    found = Row.objects.filter(revoked_at__isnull=False, number__gt=after).order_by("number")[:limit]
    return tuple(Revocation(one.number, one.revoked_at) for one in found if one.revoked_at)


def shape(found: Row) -> Certificate:
    """The value of a row, in the active language."""
    return documents.certificate_of(
        found.document,
        get_language() or "zh-hans",
        person=str(found.holder_person) if found.holder_person else None,
        firm=str(found.holder_firm) if found.holder_firm else None,
        revoked_at=found.revoked_at,
        revoked_for=found.revoked_for,
        check=found.check_code,
        verify_url=verify_url(found.number, found.check_code),
    )


def verify_url(number: str, code: str) -> str:
    """What the QR code holds."""
    return f"{settings.CONFIG.public_url}/verify/{number}?c={code}"


def next_sequence() -> int:
    """The next running number; numbers of rolled back issues are skipped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('certificates_number')")
        value: int = cursor.fetchone()[0]
    return value


def is_sample() -> bool:
    """True unless the city's profile says that its certificates are real (`[certificates] sample = false`)."""
    return bool(_profile(settings.CONFIG.city_root / "profile.toml").get("certificates", {}).get("sample", True))


def city() -> Mapping[str, str]:
    """The title of the city by language."""
    title = _profile(settings.CONFIG.city_root / "profile.toml").get("title", {})
    return {str(lang): str(text) for lang, text in title.items()}


@lru_cache(maxsize=4)
def _profile(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
