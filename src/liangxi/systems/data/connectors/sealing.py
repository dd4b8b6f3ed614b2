"""Passwords, keys and tokens of sources, kept sealed (`kit.sealing`) under the name of their source."""

from django.conf import settings

from liangxi.kit.errors import ConflictError
from liangxi.kit.sealing import Seal


def seal(secret: str, source: str) -> str:
    """The sealed secret as text; empty stays empty."""
    return _seal().seal(secret, source)


def opened(sealed: str, source: str) -> str:
    """The secret. ConflictError `data.source.secret` when the secret of the house is another now."""
    found = _seal().opened(sealed, source)
    if found is None:
        raise ConflictError("data.source.secret", "The secret of this source cannot be opened; enter it anew.")
    return found


def _seal() -> Seal:
    return Seal(settings.SECRET_KEY, "liangxi.data.connectors")
