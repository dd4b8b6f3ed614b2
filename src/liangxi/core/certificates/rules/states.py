"""Which state a certificate is in on a day."""

from datetime import date, timedelta

from liangxi.core.certificates.shapes import Status


def status_on(day: date, *, valid_from: date, valid_to: date | None, is_revoked: bool) -> Status:
    """Revocation weighs more than dates; `valid_to` is the last day on which it holds."""
    if is_revoked:
        return "revoked"
    if day < valid_from:
        return "not_yet_valid"
    return "expired" if valid_to is not None and day > valid_to else "valid"


def last_day(valid_from: date, years: int) -> date:
    """The last day of a term of whole years: the eve of the same day; 1 March follows 29 February."""
    try:
        same = valid_from.replace(year=valid_from.year + years)
    except ValueError:
        same = date(valid_from.year + years, 3, 1)
    return same - timedelta(days=1)
