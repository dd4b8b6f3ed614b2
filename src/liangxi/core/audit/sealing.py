"""The sequencer: one at a time numbers what business wrote, hashes it and signs checkpoints."""

import base64
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction

from liangxi.core.audit.rules import instant
from liangxi.core.audit.verifier import Tree, leaf_hash, parse_checkpoint, sha256, sm3
from liangxi.kit import time

BATCH = 2000
EVERY = timedelta(seconds=60)
EVERY_RECORDS = 10_000
ORIGIN = "liangxi/audit"
_LOCK = 0x4C5841


def seal() -> int:
    """Number and hash all that waits, batch by batch; the number of records. 0 when another sequencer is at it."""
    sealed = last = _seal_batch()
    while last == BATCH:
        last = _seal_batch()
        sealed += last
    return sealed


def _seal_batch() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("DELETE FROM audit_outbox WHERE id IN (SELECT id FROM audit_outbox ORDER BY id LIMIT %s) "
                       "RETURNING id, body, salts", [BATCH])  # fmt: skip
        waiting = sorted(cursor.fetchall())
        cursor.execute("SELECT size, peaks_sha256, peaks_sm3 FROM audit_state")
        size, first, second = cursor.fetchone()
        trees = (_tree(size, bytes(first), sha256), _tree(size, bytes(second), sm3))
        entries, salts, leaves = [], [], []
        for _, body, kept in waiting:
            sealed = rfc8785.dumps({**json.loads(body), "seq": size})
            hashes = tuple(leaf_hash(sealed, tree.hash) for tree in trees)
            for tree, hash in zip(trees, hashes, strict=True):
                tree.append(hash)
            entries.append((size, sealed.decode(), *hashes))
            leaves.append(hashes[0])
            salts += [(size, name, bytes.fromhex(salt)) for name, salt in json.loads(kept or "{}").items()]
            size += 1
        if entries:
            cursor.executemany(
                "INSERT INTO audit_entry (seq, body, leaf_sha256, leaf_sm3) VALUES (%s, %s, %s, %s)", entries
            )
            cursor.executemany("INSERT INTO audit_salt (seq, name, salt) VALUES (%s, %s, %s)", salts)
            cursor.execute(
                "UPDATE audit_state SET size = %s, peaks_sha256 = %s, peaks_sm3 = %s",
                [size, b"".join(trees[0].peaks), b"".join(trees[1].peaks)],
            )
            _keep_outside(entries[0][0], leaves)
        _checkpoint_when_due(size, trees)
    return len(entries)


def checkpoint() -> None:
    """Sign what stands now, if anything came since the last checkpoint."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT size, peaks_sha256, peaks_sm3 FROM audit_state")
        size, first, second = cursor.fetchone()
        last = _last()
        if size and (last is None or last[0] < size):
            _sign(size, (_tree(size, bytes(first), sha256), _tree(size, bytes(second), sm3)), last)


def folder() -> Path:
    """Where leaves and checkpoints stand outside the database; copy it to another trust domain."""
    place: Path = settings.CONFIG.home / "audit"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def _tree(size: int, peaks: bytes, hash: object) -> Tree:
    return Tree(hash, size, [peaks[at : at + 32] for at in range(0, len(peaks), 32)])  # type: ignore[arg-type]


def _keep_outside(first: int, leaves: list[bytes]) -> None:
    """Leaf hashes in a file, before the commit: what a rolled back batch left is written over by the next one."""
    place = folder() / "leaves.sha256"
    handle = os.open(place, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(handle, b"".join(leaves), first * 32)
        os.ftruncate(handle, (first + len(leaves)) * 32)
        os.fsync(handle)
    finally:
        os.close(handle)


def _last() -> tuple[int, str, int, datetime] | None:
    """Size, note, number and instant of the last checkpoint."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT size, note, number FROM audit_checkpoint ORDER BY number DESC LIMIT 1")
        row = cursor.fetchone()
    if row is None:
        return None
    at = next(line for line in row[1].split("\n") if line.startswith("time ")).removeprefix("time ")
    return row[0], row[1], row[2], datetime.fromisoformat(at)


def _checkpoint_when_due(size: int, trees: tuple[Tree, Tree]) -> None:
    last = _last()
    if size == 0 or (last is not None and last[0] == size):
        return
    if last is None or size - last[0] >= EVERY_RECORDS or abs(time.now() - last[3]) >= EVERY:
        _sign(size, trees, last)


def _sign(size: int, trees: tuple[Tree, Tree], last: tuple[int, str, int, datetime] | None) -> None:
    previous = parse_checkpoint(last[1]).id if last else "-"
    text = "\n".join(
        [
            ORIGIN,
            str(size),
            base64.b64encode(trees[0].root()).decode(),
            f"sm3 {base64.b64encode(trees[1].root()).decode()}",
            f"time {instant(time.now())}",
            f"previous {previous}",
            "",
        ]
    )
    key = private_key()
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    key_id = sha256(ORIGIN.encode() + b"\n\x01" + public)[:4]  # C2SP signed-note, key id of an Ed25519 key
    signature = base64.b64encode(key_id + key.sign(text.encode())).decode()
    note = f"{text}\n— {ORIGIN} {signature}\n"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_checkpoint (number, size, note) VALUES (%s, %s, %s)",
            [last[2] + 1 if last else 1, size, note],
        )
    with (folder() / "checkpoints.txt").open("a") as file:
        file.write(note + "%%\n")
        file.flush()
        os.fsync(file.fileno())


def private_key() -> Ed25519PrivateKey:
    """The key of this deployment's trail, made once in `home/keys/audit.pem` (0600)."""
    path: Path = settings.CONFIG.home / "keys" / "audit.pem"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(
            Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key
