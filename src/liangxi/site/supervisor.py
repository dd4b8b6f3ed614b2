"""`liangxi run`: the database, the web and the worker of one home, started in order, watched, and stopped together.

The supervisor holds the listening socket, so a web process that dies costs nobody a refused connection. Each child has
a pipe from the supervisor as its standard input: when the supervisor is killed the pipe ends and the children end too.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import psycopg

from liangxi.kit import postgres
from liangxi.kit.errors import HouseError
from liangxi.site import database, serving
from liangxi.site.config import Config

LONGEST_PAUSE = 15.0  # seconds between starts of a child that keeps dying
SETTLED = 30.0  # seconds after which a child counts as well again
PATIENCE = 12.0  # seconds that children get to end in order
READY = 90.0  # seconds until the web must answer
LARGEST_LOG = 10_000_000  # bytes; a larger log is set aside when the house starts

Say = Callable[[str], None]


class Child:
    """One process that is started again when it ends."""

    def __init__(self, name: str, arguments: list[str], log: Path, descriptors: tuple[int, ...] = ()) -> None:
        self.name = name
        self.log = log
        self._arguments = arguments
        self._descriptors = descriptors
        self._failures = 0
        self._begun = 0.0
        self._next = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches the supervisor only."""
        self._begun = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "liangxi.cli", *self._arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=self._descriptors,
                start_new_session=True,
            )

    def tend(self, say: Say) -> None:
        """Note that the process ended; start it again when its pause is over (0.2 s, doubled each time)."""
        now = time.monotonic()
        if self.process and self.process.poll() is not None:
            self._failures = 0 if now - self._begun > SETTLED else self._failures + 1
            pause = min(LONGEST_PAUSE, 0.1 * 2**self._failures)
            self._next = now + pause
            say(
                f"{self.name} ended ({_ending(self.process.returncode)}); starts again in {pause:.1f} s. See {self.log}"
            )
            self.process = None
        if self.process is None and now >= self._next:
            self.start()

    def stop(self) -> None:
        """Ask the process to end."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic), then end it by force."""
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.1, deadline - time.monotonic()))
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


class Supervisor:
    """The house of one home while it runs."""

    def __init__(self, config: Config, say: Say, *, sample: bool) -> None:
        self.config = config
        self.say = say
        self._sample = sample
        self._stopping = False
        self._children: list[Child] = []
        self._link: psycopg.Connection | None = None
        self._mqtt = self._devices_door()
        self._waker, self._wake = socket.socketpair()
        self._waker.setblocking(False)
        self._wake.setblocking(False)

    def run(self, listener: socket.socket) -> int:
        """Start everything, then watch it until told to stop; 0 when it stopped in order."""
        self._hear_signals()
        try:
            if not self._prepare():
                return 130 if self._stopping else 1
            self._name_children(listener)
            if self._await_web():
                self._welcome()
            while not self._stopping:
                self._tend(self._children)
                self._pause(1.0)
        finally:
            self._stop()
        return 0

    def _devices_door(self) -> socket.socket | None:
        """The socket for MQTT; the house does without it where the port is taken, and says so."""
        if not self.config.mqtt_port:
            return None
        try:
            return serving.listen(self.config.host, self.config.mqtt_port)
        except HouseError:
            self.say(
                f"MQTT is not served: port {self.config.mqtt_port} is taken. Choose another with LIANGXI_MQTT_PORT, "
                "or none with 0."
            )
            return None

    def _hear_signals(self) -> None:
        def stop(number: int, frame: FrameType | None) -> None:
            self._stopping = True

        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # wakes `_pause`
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def _pause(self, seconds: float) -> None:
        """Sleep until a signal, the loss of the database, or `seconds` pass."""
        heard = [self._waker.fileno()]
        if self._link:
            heard.append(self._link.fileno())
        select.select(heard, [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while self._waker.recv(4096):
                pass

    def _prepare(self) -> bool:
        """Database, tables, profile, sample city: in a process of its own, so that its memory goes with it."""
        begun = time.monotonic()
        url = database.start(self.config)
        os.environ["LIANGXI_DATABASE_URL"] = url
        self._connect()
        self.say(f"database   {time.monotonic() - begun:5.1f} s")
        command = [sys.executable, "-m", "liangxi.cli", "prepare", *([] if self._sample else ["--no-sample"])]
        work = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        while work.poll() is None and not self._stopping:
            self._pause(1.0)
        if self._stopping:
            work.terminate()
            work.wait()
        return work.returncode == 0

    def _name_children(self, listener: socket.socket) -> None:
        logs = self.config.home / "log"
        logs.mkdir(exist_ok=True)
        for number in range(1, self.config.web_processes + 1):
            name = "web" if self.config.web_processes == 1 else f"web-{number}"
            arguments = ["serve", "--descriptor", str(listener.fileno())]
            self._children.append(Child(name, arguments, logs / f"{name}.log", (listener.fileno(),)))
        self._children.append(Child("intake", ["intake", "--supervised"], logs / "intake.log"))
        if self._mqtt is not None:
            arguments = ["mqtt", "--descriptor", str(self._mqtt.fileno())]
            self._children.append(Child("mqtt", arguments, logs / "mqtt.log", (self._mqtt.fileno(),)))
        self._children.append(Child("worker", ["worker", "--supervised"], logs / "worker.log"))
        collector = ["worker", "--collecting", "--supervised"]
        self._children.append(Child("collector", collector, logs / "collector.log"))
        for child in self._children:
            if child.log.exists() and child.log.stat().st_size > LARGEST_LOG:
                child.log.rename(child.log.with_suffix(".log.1"))

    def _await_web(self) -> bool:
        """Start the web alone, so that it has the machine for itself, and wait until it answers; the others follow.

        Says where to look when it does not answer.
        """
        webs = self._children[: self.config.web_processes]
        deadline = time.monotonic() + READY
        while time.monotonic() < deadline and not self._stopping:
            self._tend(webs)
            if _answers(self.config):
                return True
            self._pause(0.1)
        if not self._stopping:
            self.say(f"The web does not answer yet. See {self._children[0].log}")
        return False

    def _welcome(self) -> None:
        from liangxi.site import welcome

        for line in welcome.lines(self.config):
            self.say(line)

    def _tend(self, children: Sequence[Child]) -> None:
        if self._stopping:
            return
        if self._link and _is_lost(self._link):
            self._link.close()
            self.say("The database ended; it starts again.")
            database.start(self.config)
            self._connect()
        for child in children:
            child.tend(self.say)

    def _connect(self) -> None:
        """A connection to the embedded server whose end tells at once that the server died."""
        if not self.config.database_url:
            url = postgres.locate(self.config.database_directory).url("postgres")
            self._link = psycopg.connect(url, autocommit=True)

    def _stop(self) -> None:
        if self._children:
            self.say("Stopping ...")
        for child in self._children:
            child.stop()
        deadline = time.monotonic() + PATIENCE
        for child in self._children:
            child.wait(deadline)
        if self._link:
            self._link.close()
        if self._mqtt is not None:
            self._mqtt.close()
        if not self.config.database_url:
            postgres.stop(self.config.database_directory)


def run(config: Config, say: Say, *, sample: bool = True) -> int:
    """Run the house of `config` until SIGINT or SIGTERM; the exit code.

    ConflictError `run.home` when it runs already, HouseError `serve.port` when the port is taken; both before anything
    is started.
    """
    lone = database.sole_use(config, serves=True, patience=database.PATIENCE)
    with lone, serving.listen(config.host, config.port) as listener:
        try:
            return Supervisor(config, say, sample=sample).run(listener)
        except psycopg.OperationalError as error:
            raise HouseError("run.database", "The database does not answer: %(why)s", {"why": str(error)}) from error


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"


def _is_lost(link: psycopg.Connection) -> bool:
    try:
        readable, _, _ = select.select([link.fileno()], [], [], 0)
        if readable:
            link.pgconn.consume_input()
            link.pgconn.is_busy()
    except (psycopg.OperationalError, OSError, ValueError):
        return True
    return link.pgconn.status != psycopg.pq.ConnStatus.OK


def _answers(config: Config) -> bool:
    host = "127.0.0.1" if config.host in ("0.0.0.0", "") else config.host  # noqa: S104 compared, not bound
    with contextlib.suppress(OSError), socket.create_connection((host, config.port), timeout=5) as probe:
        probe.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return probe.recv(12).startswith(b"HTTP/1.1")
    return False
