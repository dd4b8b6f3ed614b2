"""Signed texts: compact JWS (RFC 7515) with EdDSA (RFC 8037) over canonical JSON (RFC 8785)."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LONGEST = 1_000_000  # characters of a signed text


def sign(said: Mapping[str, Any], key: Ed25519PrivateKey, *, kid: str, typ: str) -> str:
    """`header.payload.signature`."""
    header = rfc8785.dumps({"alg": "EdDSA", "kid": kid, "typ": typ})
    signed = f"{_b64(header)}.{_b64(rfc8785.dumps(dict(said)))}"
    return f"{signed}.{_b64(key.sign(signed.encode()))}"


def kid_of(text: str) -> str:
    """Who says that he signed; nothing of it is proved. Empty for what is no JWS."""
    try:
        return str(json.loads(_bytes(text[:LONGEST].split(".", maxsplit=1)[0]))["kid"])
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return ""


def opened(text: str, key: Ed25519PublicKey, *, typ: str) -> dict[str, Any] | None:
    """What was signed with `key` as `typ`; None for anything else, however malformed."""
    try:
        header, payload, proof = text.split(".") if len(text) <= LONGEST else ("", "", "")
        claimed = json.loads(_bytes(header))
        if claimed.get("alg") != "EdDSA" or claimed.get("typ") != typ or "crit" in claimed:
            return None
        key.verify(_bytes(proof), f"{header}.{payload}".encode())
        said = json.loads(_bytes(payload))
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error, InvalidSignature):
        return None
    return said if isinstance(said, dict) else None


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as people hand it on: base64url of its 32 bytes."""
    return _b64(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def public_of(text: str) -> Ed25519PublicKey | None:
    """The key of such a text; None for what is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(_bytes(text.strip()))
    except (ValueError, binascii.Error):
        return None


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
