"""A whole house in its own processes, for tests that kill parts of it."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PATIENCE = 300.0  # seconds; the machine may be busy, a fault test must not be


@contextlib.contextmanager
def open_place():
    """A folder that the user who runs PostgreSQL may enter when we are root; gone afterwards.

    Not pytest's own: each run of pytest locks the others out of that.
    """
    with tempfile.TemporaryDirectory(prefix="liangxi-house-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        yield Path(place)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(happens, patience=PATIENCE, pause=0.05):
    """Wait until `happens()` is true and give back what it answered."""
    deadline = time.monotonic() + patience
    while True:
        answer = happens()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{happens} did not happen within {patience} s"
        time.sleep(pause)


class Lived:
    """One process of the system as /proc tells it; its number alone may be another's tomorrow."""

    def __init__(self, pid):
        self.pid = pid
        self.born = _stat(pid)[19] if _stat(pid) else ""

    def is_alive(self):
        now = _stat(self.pid)
        return bool(now) and now[0] != "Z" and now[19] == self.born


def _stat(pid):
    """The fields of /proc/PID/stat behind the name: state, parent ... ; empty when there is none."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def _command(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


class House:
    """`liangxi run` of one home. `start` returns when it is open."""

    def __init__(self, home, port=None):
        self.home = home
        self.port = port or free_port()
        self.mqtt = 0  # none
        self.simulation = "off"
        self.lines = []
        self.process = None

    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LIANGXI_", "DJANGO_"))}
        return kept | {
            "LIANGXI_HOME": str(self.home),
            "LIANGXI_PORT": str(self.port),
            "LIANGXI_MQTT_PORT": str(self.mqtt),
            "LIANGXI_SIMULATION": self.simulation,
        }

    def command(self, *arguments, **options):
        """Run another command of this home to its end."""
        return subprocess.run(
            [sys.executable, "-m", "liangxi.cli", *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            **options,
        )

    def start(self, *arguments):
        self.lines.clear()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "liangxi.cli", "run", *arguments],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True).start()
        until(self._is_open)
        return self

    def _read(self, pipe):
        self.lines.extend(line.rstrip() for line in pipe)
        pipe.close()

    def _is_open(self):
        assert self.process.poll() is None, "\n".join(self.lines)
        return any("is open at" in line for line in self.lines)

    def get(self, path):
        """Status and body; OSError when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def health(self):
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            return json.loads(self.get("/health")[1])
        return {}

    def is_well(self):
        return self.health().get("status") == "ok"

    def child(self, name):
        """The number of a child (`web`, `worker`, `intake`, `mqtt`), or None while there is none."""
        word = {"web": " serve ", "worker": " worker --supervised"}.get(name, f" {name} ")
        for pid in self._children():
            if word in _command(pid):
                return pid
        return None

    def _children(self):
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                fields = _stat(entry.name)
                if fields and fields[0] != "Z" and fields[1] == str(self.process.pid):
                    found.append(int(entry.name))
        return found

    def postmaster(self):
        return int((self.home / "pg/postmaster.pid").read_text().split("\n", 1)[0])

    def processes(self):
        """Everything that belongs to this house: supervisor, children, database."""
        pids = [self.process.pid, *self._children()]
        with contextlib.suppress(OSError, ValueError):
            pids.append(self.postmaster())
        return [Lived(pid) for pid in pids]

    def kill(self, name):
        """kill -9 of a child, `postgres` or `supervisor`; gives back what was killed."""
        pids = {"postgres": self.postmaster, "supervisor": lambda: self.process.pid}
        pid = pids[name]() if name in pids else until(lambda: self.child(name))
        killed = Lived(pid)
        os.kill(pid, signal.SIGKILL)
        if name == "supervisor":
            self.process.wait()
        return killed

    def stop(self, how=signal.SIGINT):
        """Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(PATIENCE)
