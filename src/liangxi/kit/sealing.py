"""Passwords, keys and tokens kept at rest: AES-256-GCM under a key derived (HKDF) from the secret of the house.

The name of what the secret belongs to is authenticated with it, so that a sealed secret serves nothing else.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Seal:
    """What seals for one `purpose` under the secret of the house."""

    def __init__(self, house: str, purpose: str) -> None:
        self._cipher = AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(house.encode()))

    def seal(self, secret: str, name: str) -> str:
        """The sealed secret as text; empty stays empty."""
        if not secret:
            return ""
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), name.encode())).decode()

    def opened(self, sealed: str, name: str) -> str | None:
        """The secret; None when it was sealed for another name or under another secret of the house."""
        if not sealed:
            return ""
        content = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(content[:_NONCE], content[_NONCE:], name.encode()).decode()
        except InvalidTag:
            return None
