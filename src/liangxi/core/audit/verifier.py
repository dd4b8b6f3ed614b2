"""Proves an audit trail. One file, without our package: `python verifier.py FOLDER`.

FOLDER is what `liangxi audit export` wrote.

Records are canonical JSON (RFC 8785); each is a leaf of two Merkle trees (RFC 9162 §2.1: 0x00 before a leaf, 0x01
before two children), one with SHA-256, one with SM3 (GB/T 32905). Checkpoints are signed notes (C2SP) over size and
both roots, with Ed25519, each naming the hash of the one before. The folder holds `records.jsonl` (one record a line,
as hashed), `checkpoints.txt` (notes between lines of `%%`), `leaves.sha256` (32 bytes a record, written outside the
database when the record was sealed) and `key.pem` (the public key; compare it with the one that you were given
elsewhere). Needs Python 3.11 with OpenSSL 3; signatures are checked when the package `cryptography` is installed.
"""

import base64
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Hash = Callable[[bytes], bytes]


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def sm3(data: bytes) -> bytes:
    """SM3 (GB/T 32905-2016), by OpenSSL."""
    return hashlib.new("sm3", data).digest()


def leaf_hash(body: bytes, hash: Hash) -> bytes:
    """RFC 9162 §2.1.1: the hash of one record."""
    return hash(b"\x00" + body)


@dataclass(slots=True)
class Tree:
    """A Merkle tree that only grows, kept as the roots of its perfect subtrees, largest first."""

    hash: Hash
    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash: equal subtrees merge like the carries of a binary counter."""
        size = self.size
        while size & 1:
            leaf = self.hash(b"\x01" + self.peaks.pop() + leaf)
            size >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves; the hash of nothing for an empty tree."""
        if not self.peaks:
            return self.hash(b"")
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = self.hash(b"\x01" + peak + root)
        return root


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed note: what the trail was at a size."""

    text: str  # the signed part, ending in a newline
    size: int
    sha256: bytes
    sm3: bytes
    previous: str
    signature: bytes

    @property
    def id(self) -> str:
        """The hash by which the next checkpoint names this one."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def parse_checkpoint(note: str) -> Checkpoint:
    """Read a signed note; ValueError for anything else."""
    text, _, signatures = note.partition("\n\n")
    lines = text.split("\n")
    if len(lines) < 3 or not signatures.startswith("— "):
        raise ValueError("not a signed note")
    more = dict(line.split(" ", 1) for line in lines[3:])
    signed = base64.b64decode(signatures.strip().split(" ")[2])
    return Checkpoint(
        text + "\n",
        int(lines[1]),
        base64.b64decode(lines[2]),
        base64.b64decode(more["sm3"]),
        more["previous"],
        signed[4:],
    )


@dataclass(slots=True)
class Finding:
    """What a verification found; `first_bad` is the number of the first record that is not what was sealed."""

    records: int = 0
    checkpoints: int = 0
    first_bad: int | None = None
    reason: str = ""
    anchored: int = 0

    @property
    def ok(self) -> bool:
        """True when nothing was found."""
        return not self.reason

    def fault(self, number: int | None, reason: str) -> "Finding":
        """Note the first fault."""
        self.first_bad, self.reason = number, reason
        return self


Check = Callable[[bytes, bytes], bool]  # signature, text


def verify(records: Iterable[bytes], notes: Sequence[str], leaves: Iterator[bytes], is_signed: Check | None) -> Finding:
    """Walk the records once, oldest first, beside the leaves kept elsewhere, and compare at every checkpoint."""
    found = Finding()
    try:
        checkpoints = [parse_checkpoint(note) for note in notes]
    except (ValueError, KeyError, IndexError) as error:
        return found.fault(None, f"a checkpoint cannot be read: {error}")
    broken = _chain(checkpoints, is_signed)
    if broken:
        return found.fault(None, broken)
    return _walk(records, list(reversed(checkpoints)), leaves, found)


def _walk(records: Iterable[bytes], due: list[Checkpoint], leaves: Iterator[bytes], found: Finding) -> Finding:
    trees = (Tree(sha256), Tree(sm3))
    for body in records:
        wrong = _wrong(body, found.records, next(leaves, b""))
        if wrong:
            return found.fault(found.records, wrong)
        for tree in trees:
            tree.append(leaf_hash(body, tree.hash))
        found.records += 1
        while due and due[-1].size == found.records:
            _compare(due.pop(), trees, found)
        if not found.ok:
            return found
    if due or next(leaves, None) is not None:
        return found.fault(found.records, f"records from {found.records} on are missing")
    return found


def _compare(point: Checkpoint, trees: tuple[Tree, Tree], found: Finding) -> None:
    """Hold a checkpoint against the trees at its size."""
    if (point.sha256, point.sm3) != (trees[0].root(), trees[1].root()):
        span = f"{found.anchored} to {found.records - 1}"
        found.fault(found.anchored, f"records {span} are not those of the checkpoint")
    found.checkpoints, found.anchored = found.checkpoints + 1, found.records


def _wrong(body: bytes, number: int, kept: bytes) -> str:
    try:
        said = json.loads(body).get("seq")
    except ValueError:
        return "is no JSON"
    if said != number:
        return f"record {number} is missing, here stands {said}"
    if kept and kept != leaf_hash(body, sha256):
        return "is not what was sealed: its hash differs"
    return ""


def _chain(checkpoints: list[Checkpoint], is_signed: Check | None) -> str:
    before = ""
    for point in checkpoints:
        if is_signed is not None and not is_signed(point.signature, point.text.encode()):
            return f"the signature of the checkpoint at size {point.size} is wrong"
        if point.previous != (before or "-"):
            return f"the checkpoint at size {point.size} does not follow the one before"
        before = point.id
    return ""


def checker(public_pem: bytes) -> Check | None:
    """A check of Ed25519 signatures, or None without the package `cryptography`."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        return None
    key = load_pem_public_key(public_pem)

    def is_signed(signature: bytes, text: bytes) -> bool:
        try:
            key.verify(signature, text)  # type: ignore[call-arg, union-attr]
        except InvalidSignature:
            return False
        return True

    return is_signed


def chunks(content: bytes) -> Iterator[bytes]:
    """Hashes of 32 bytes, one after the other."""
    return (content[at : at + 32] for at in range(0, len(content), 32))


def main(folder: Path) -> int:
    """Verify an export; 0 when it is sound."""
    records = (line.rstrip(b"\n") for line in (folder / "records.jsonl").open("rb"))
    notes = [note for note in (folder / "checkpoints.txt").read_text().split("%%\n") if note]
    check = checker((folder / "key.pem").read_bytes())
    found = verify(records, notes, chunks((folder / "leaves.sha256").read_bytes()), check)
    signed = "signatures checked" if check else "signatures NOT checked (install `cryptography`)"
    if found.ok:
        sys.stdout.write(
            f"sound: {found.records} records, {found.checkpoints} checkpoints, {signed}; "
            f"{found.records - found.anchored} after the last checkpoint\n"
        )
        return 0
    where = "" if found.first_bad is None else f"record {found.first_bad}: "
    sys.stdout.write(f"NOT SOUND: {where}{found.reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
