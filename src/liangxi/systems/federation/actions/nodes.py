"""Neighbours made known by an administrator, the key of this node, signed requests made and believed."""

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings
from django.db import IntegrityError, transaction

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.kit import jws, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError, NotFoundError, UnauthenticatedError
from liangxi.systems.federation.errors import ReplayError
from liangxi.systems.federation.models import HeardCall, Neighbour
from liangxi.systems.federation.rules import nodes as rules


def private_key() -> Ed25519PrivateKey:
    """The key of this node, made once in `home/keys/node.pem` (0600). Whoever links first wins."""
    path: Path = settings.CONFIG.home / "keys" / "node.pem"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{secrets.token_hex(8)}")
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def save(by: Actor, said: Mapping[str, Any]) -> str:
    """Make a neighbour known, or change it; its id. The key is what its administrator read out to ours."""
    by.require("node.manage")
    values = {name: str(said.get(name) or "").strip() for name in ("id", "title", "level", "address", "key", "org")}
    faults = {name: says for name, (is_right, says) in _judged(values).items() if not is_right}
    if faults:
        raise InvalidError("federation.node", "The node needs a correction.", fields=faults)
    with transaction.atomic():
        row = Neighbour.objects.select_for_update().filter(pk=values["id"]).first()
        row = row or Neighbour(pk=values["id"], made_by=by.account, made_at=time.now())
        for name in ("title", "level", "key", "org"):
            setattr(row, name, values[name])
        row.address = values["address"].rstrip("/")
        row.save()
        detail = {"address": row.address, "key": row.key, "org": row.org}
        audit.record(by=by, action="node.saved", object=f"node:{row.pk}", detail=detail)
    return row.pk


def _judged(values: Mapping[str, str]) -> dict[str, tuple[bool, str]]:
    """Whether each field of a neighbour is right, and what to say when it is not."""
    is_other = rules.is_node(values["id"]) and values["id"] != settings.CONFIG.node
    return {
        "id": (is_other, "The name of another node: letters, digits and hyphens."),
        "title": (1 <= len(values["title"]) <= 200, "Give a name, up to 200 characters."),
        "level": (values["level"] in rules.LEVELS, "Nation, province, city or district."),
        "address": (_is_root(values["address"]), "An address such as https://data.example.org, without a path."),
        "key": (jws.public_of(values["key"]) is not None, "The public key as the other node's page shows it."),
        "org": (not values["org"] or _is_known(values["org"]), "There is no such organisation."),
    }


def _is_known(org: str) -> bool:
    return any(one.code == org for one in people.organisations())


def _is_root(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_bare = not (parts.username or parts.query or parts.fragment or parts.path.strip("/"))
        return bool(parts.scheme in ("http", "https") and parts.hostname and is_bare)
    except ValueError:
        return False


def suspend(by: Actor, id: str, *, is_active: bool) -> None:
    """Believe a neighbour no more, at once, or again."""
    by.require("node.manage")
    with transaction.atomic():
        row = row_of(id, lock=True)
        row.state = "active" if is_active else "suspended"
        row.save(update_fields=["state"])
        audit.record(by=by, action=f"node.{row.state}", object=f"node:{id}", detail={})


def row_of(id: str, *, lock: bool = False) -> Neighbour:
    """A neighbour; NotFoundError `federation.node.unknown`."""
    rows = Neighbour.objects.select_for_update() if lock else Neighbour.objects
    row = rows.filter(pk=id).first()
    if row is None:
        raise NotFoundError("federation.node.unknown", "There is no such node.")
    return row


def signed(neighbour: str, method: str, target: str, digest: bytes, **more: str) -> str:
    """The header by which a neighbour believes this request; `digest` is the SHA-512 of its body."""
    said = {"iss": settings.CONFIG.node, "aud": neighbour, "iat": int(time.now().timestamp()),
            "nonce": secrets.token_urlsafe(16), "method": method, "target": target, "body": _b64(digest)}  # fmt: skip
    return jws.sign(said | more, private_key(), kid=settings.CONFIG.node, typ=rules.TYPE)


def believed(token: str, method: str, target: str, body: bytes | None) -> tuple[Neighbour, dict[str, Any]]:
    """Who signed a request, and what; with `body` None its digest is compared later (`same_body`).

    UnauthenticatedError `federation.node.unbelieved`.
    """
    row = Neighbour.objects.filter(pk=jws.kid_of(token), state="active").first()
    key = jws.public_of(row.key) if row is not None else None
    said = jws.opened(token, key, typ=rules.TYPE) if key is not None else None
    if row is None or said is None:
        raise _unbelieved("No node that is known here signed this.")
    expected = {"iss": row.pk, "aud": settings.CONFIG.node, "method": method, "target": target}
    if body is not None:
        expected["body"] = _b64(hashlib.sha512(body).digest())
    if wrong := rules.why_not(said, expected, time.now()):
        raise _unbelieved(wrong)
    return row, said


def same_body(said: Mapping[str, Any], digest: bytes) -> None:
    """UnauthenticatedError unless the body is the one that was signed."""
    if said.get("body") != _b64(digest):
        raise _unbelieved("This was signed for another node, address or body.")


def take_once(neighbour: str, said: Mapping[str, Any]) -> None:
    """Take a signed call, in the caller's transaction; ReplayError `federation.replay` when it was taken before."""
    try:
        with transaction.atomic():
            HeardCall.objects.create(neighbour_id=neighbour, nonce=said["nonce"], at=time.now())
    except IntegrityError as error:
        raise ReplayError("federation.replay", "This call was made already.") from error


def forget_calls() -> int:
    """Forget the nonces whose time is past; how many. Called by workers."""
    old = time.now() - timedelta(seconds=3 * rules.TOLERANCE)
    return HeardCall.objects.filter(at__lt=old).delete()[0]


def _unbelieved(says: str) -> UnauthenticatedError:
    return UnauthenticatedError("federation.node.unbelieved", says)


def _b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
