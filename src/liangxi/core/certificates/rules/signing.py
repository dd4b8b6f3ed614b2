"""The signature of a certificate: JWS (RFC 7515) with EdDSA (RFC 8037) over canonical JSON (RFC 8785).

The payload is detached (RFC 7515, appendix F): the envelope `{"certificate": {...}, "signature": "header..signature"}`
stays readable, and any JSON tool may reformat it without harm, because the signature is over the canonical form.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

TYPE = "liangxi-certificate+jws"


def canonical(document: Mapping[str, Any]) -> bytes:
    """RFC 8785. ValueError for what has no canonical form (a number beyond 2**53, an unpaired surrogate)."""
    return rfc8785.dumps(dict(document))


def kid_of(key: Ed25519PublicKey) -> str:
    """The RFC 7638 thumbprint of the public key."""
    return _b64(hashlib.sha256(rfc8785.dumps({"crv": "Ed25519", "kty": "OKP", "x": _x(key)})).digest())


def jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """The public key as JWK (RFC 8037)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": _x(key), "kid": kid_of(key), "use": "sig", "alg": "EdDSA"}


def sign(document: Mapping[str, Any], key: Ed25519PrivateKey) -> str:
    """The detached JWS of `document`: `header..signature`."""
    header = _b64(rfc8785.dumps({"alg": "EdDSA", "kid": kid_of(key.public_key()), "typ": TYPE}))
    signed = f"{header}.{_b64(canonical(document))}".encode()
    return f"{header}..{_b64(key.sign(signed))}"


def signer_of(document: Mapping[str, Any], signature: str, keys: Mapping[str, Ed25519PublicKey]) -> str | None:
    """The kid of the key of `keys` that signed `document`; None for anything else, however malformed."""
    try:
        header, empty, proof = signature.split(".")
        claimed = json.loads(_bytes(header))
        if empty or claimed.get("alg") != "EdDSA" or claimed.get("crit"):
            return None
        kid = str(claimed["kid"])
        keys[kid].verify(_bytes(proof), f"{header}.{_b64(canonical(document))}".encode())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error, InvalidSignature):
        return None
    return kid


def _x(key: Ed25519PublicKey) -> str:
    return _b64(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
