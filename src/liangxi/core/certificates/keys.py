"""The keys that sign: `keys/certificates/<n>.pem` of the home folder, readable by the house only.

The last one signs, all verify: a key is replaced by adding the next, and what it signed stays good. Keys belong into
the backup; a key that is lost cannot be made again, and what it signed can no longer be proved.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings

from liangxi.core.certificates.rules import signing


def private() -> Ed25519PrivateKey:
    """The key that signs now; the first is made when there is none."""
    found = _files()
    if not found:
        _make(1)
        found = _files()
    return _load(found[-1])


def public() -> dict[str, Ed25519PublicKey]:
    """Every key that ever signed, by kid."""
    loaded = [_load(path).public_key() for path in _files()]
    return {signing.kid_of(key): key for key in loaded}


def rotate() -> str:
    """Make the next key; it signs from now on. Its kid."""
    found = _files()
    _make(int(found[-1].stem) + 1 if found else 1)
    return signing.kid_of(private().public_key())


def _folder() -> Path:
    home: Path = settings.CONFIG.home
    return home / "keys" / "certificates"


def _files() -> list[Path]:
    return sorted(_folder().glob("[0-9][0-9][0-9][0-9].pem"))


def _make(number: int) -> None:
    """Whoever links first wins; the others read the winner's key."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f"draft.{os.getpid()}"
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, folder / f"{number:04d}.pem")
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _load(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} is not an Ed25519 key")
    return key
