"""Passwords, keys and tokens of sources: sealed with AES-256-GCM under a key derived from the secret of the house.

The name of the source is authenticated with it, so that a sealed secret serves no other source.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from liangxi.kit.errors import ConflictError

_NONCE = 12


def seal(secret: str, source: str) -> str:
    """The sealed secret as text; empty stays empty."""
    if not secret:
        return ""
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + _cipher().encrypt(nonce, secret.encode(), source.encode())).decode()


def opened(sealed: str, source: str) -> str:
    """The secret. ConflictError `data.source.secret` when the secret of the house is another now."""
    if not sealed:
        return ""
    content = base64.b64decode(sealed)
    try:
        return _cipher().decrypt(content[:_NONCE], content[_NONCE:], source.encode()).decode()
    except InvalidTag as error:
        raise ConflictError(
            "data.source.secret", "The secret of this source cannot be opened; enter it anew."
        ) from error


def _cipher() -> AESGCM:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"liangxi.data.connectors").derive(settings.SECRET_KEY.encode())
    return AESGCM(derived)
