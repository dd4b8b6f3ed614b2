"""Make what a command needs: environment, packages, front end, messages. Only Python's own library is used here.

`python3 tools/setup.py run|check|test`. Each step is stamped with a hash of its inputs, so a second call takes a blink
and needs no network. What is missing is said in one line.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

PYTHON = (3, 11)
NODE = 20
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
OWN_PYTHON = VENV / "bin/python"
OWN_UV = VENV / "uv/bin/uv"
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "src/liangxi/site/static/dist"
TARGETS = ("run", "check", "test")


class SetupError(Exception):
    """One line for the person who waits."""


@dataclass(frozen=True)
class Step:
    """What is made, from which inputs, how, and a file without which it must be made again."""

    name: str
    inputs: list[Path]
    make: Callable[[], None]
    proof: Path
    also: str = ""

    @property
    def stamp(self) -> Path:
        return STAMPS / self.name.replace(" ", "-")

    def hash(self) -> str:
        """Of the inputs' names and contents, this checkout's place and the Python that runs."""
        digest = hashlib.sha256(f"{ROOT}\0{sys.version}\0{self.also}".encode())
        for path in sorted(self.inputs):
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
        return digest.hexdigest()

    def is_done(self) -> bool:
        return self.proof.exists() and self.stamp.exists() and self.stamp.read_text() == self.hash()

    def run(self) -> None:
        begun = time.monotonic()
        sys.stdout.write(f"{self.name:<20}")
        sys.stdout.flush()
        self.stamp.unlink(missing_ok=True)
        self.make()
        STAMPS.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self.hash())
        sys.stdout.write(f"{time.monotonic() - begun:6.1f} s\n")


def steps(target: str) -> list[Step]:
    """The steps of a target in order. The tests' packages contain the run's, and stay once they are there."""
    has_tests = (STAMPS / "packages-kind").exists() and (STAMPS / "packages-kind").read_text() == "test"
    kind = "run" if target == "run" and not has_tests else "test"
    requirements = ROOT / "requirements"
    catalogues = list((ROOT / "src").rglob("*.po"))
    site = OWN_PYTHON.parent / "liangxi"
    return [
        Step("environment", [], _environment, OWN_PYTHON),
        Step("uv", [requirements / "uv.txt"], _uv, _uv_program()),
        Step("packages", [requirements / f"{kind}.txt"], lambda: _packages(kind), OWN_PYTHON, kind),
        Step("liangxi", [ROOT / "pyproject.toml", requirements / f"{kind}.txt"], _itself, site),
        Step("front-end packages", _named("package.json", "package-lock.json"), _npm, FRONTEND / "node_modules"),
        Step("front end", [*_sources(FRONTEND), *_pages()], _build, BUILT),
        Step("messages", [*catalogues, ROOT / "tools/messages.py"], _messages, _compiled(catalogues)),
    ]


def _environment() -> None:
    """A fresh environment: one that was moved or whose Python went away cannot be mended."""
    if VENV.exists():
        shutil.rmtree(VENV)
    if uv := shutil.which("uv"):
        _call([uv, "venv", "-q", "--python", sys.executable, str(VENV)])
        return
    hint = "Python's venv module does not work here (Debian and Ubuntu: apt install python3-venv)."
    _call([sys.executable, "-m", "venv", str(VENV)], hint=hint)


def _uv_program() -> Path:
    return Path(shutil.which("uv") or OWN_UV)


def _uv() -> None:
    """uv beside the packages, so that it is not swept away with them; from the machine when it is there."""
    if _uv_program() != OWN_UV:
        return
    pip = [str(OWN_PYTHON), "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode != 0:
        _call([str(OWN_PYTHON), "-m", "ensurepip"])
    shutil.rmtree(VENV / "uv", ignore_errors=True)
    quiet = ["-q", "--disable-pip-version-check", "--no-warn-script-location"]
    lock = ["--require-hashes", "-r", str(ROOT / "requirements/uv.txt")]
    _call([*pip, "install", *quiet, "--target", str(VENV / "uv"), *lock], hint="The first setup needs the network.")


def _packages(kind: str) -> None:
    lock = str(ROOT / f"requirements/{kind}.txt")
    _call([*_pip("sync"), "--require-hashes", lock], hint="The first setup needs the network.")
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / "packages-kind").write_text(kind)


def _itself() -> None:
    lock = str(ROOT / "requirements/build.txt")
    _call([*_pip("install"), "--no-deps", "--build-constraints", lock, "--editable", str(ROOT)])


def _pip(verb: str) -> list[str]:
    return [str(_uv_program()), "pip", verb, "-q", "--python", str(OWN_PYTHON)]


def _npm() -> None:
    _call(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], FRONTEND, "The first setup needs the network.")


def _build() -> None:
    _call(["npm", "run", "--silent", "build"], FRONTEND)


def _messages() -> None:
    _call([str(OWN_PYTHON), str(ROOT / "tools/messages.py")])


def _named(*names: str) -> list[Path]:
    return [FRONTEND / name for name in names]


def _sources(folder: Path) -> list[Path]:
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "node_modules"]
        found += [Path(parent) / name for name in names]
    return found


def _pages() -> list[Path]:
    """What the front end is built from beside its own sources: the styles, and the pages that name icons."""
    portals = ROOT / "src/liangxi/portals"
    return [path for kind in ("css", "svg", "html", "py") for path in portals.rglob(f"*.{kind}")]


def _compiled(catalogues: Iterable[Path]) -> Path:
    """The first message file that is missing, else any."""
    compiled = [path.with_suffix(".mo") for path in catalogues]
    missing = [path for path in compiled if not path.exists()]
    return (missing or compiled or [ROOT])[0]


def _call(command: list[str], where: Path = ROOT, hint: str = "") -> None:
    """Run a program of a step; SetupError with the end of what it said, and the hint."""
    environment = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}  # trust what the machine trusts, under either name
    environment |= {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
    try:
        done = subprocess.run(
            command, cwd=where, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise SetupError(f"failed: {error}") from error
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise SetupError(f"failed.\n{said}\n`{' '.join(command)}` did not succeed. {hint}".rstrip())


def check_tools(target: str) -> None:
    """SetupError naming the first program that is missing or too old, and what to install."""
    if sys.version_info < PYTHON:
        wanted = ".".join(map(str, PYTHON))
        raise SetupError(
            f"Python {wanted} or later is needed, this is {sys.version.split()[0]}: make PY=python{wanted}"
        )
    if not (os.access(ROOT, os.W_OK) and (not VENV.exists() or os.access(VENV, os.W_OK))):
        raise SetupError(f"You may not write to {ROOT}: make a checkout of your own, or ask its owner.")
    if not shutil.which("node") or not shutil.which("npm"):
        raise SetupError(f"Node.js {NODE} or later with npm is needed for the front end: install it, then try again.")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", said)
    if not version or int(version[1]) < NODE:
        raise SetupError(f"Node.js {NODE} or later is needed, this is {said.strip() or 'unknown'}.")
    if target == "test" and not shutil.which("chromium"):
        raise SetupError("Chromium is needed for the browser tests (Debian: apt install chromium fonts-noto-cjk).")


def main(arguments: list[str]) -> int:
    """Make the target; 0, or 1 after one line that says what is missing or failed."""
    target = arguments[0] if arguments else ""
    if target not in TARGETS:
        sys.stderr.write(f"usage: python3 tools/setup.py {'|'.join(TARGETS)}\n")
        return 2
    try:
        check_tools(target)
        with (ROOT / "pyproject.toml").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two commands at once: one makes, the other finds it made
            for number in range(len(steps(target))):
                step = steps(target)[number]  # looked at afresh: an earlier step may have changed what there is
                if not step.is_done():
                    step.run()
    except SetupError as error:
        sys.stderr.write(f"setup: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
