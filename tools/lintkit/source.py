"""The source as the laws read it: files, syntax trees, the words of a name."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SKIPPED = {".venv", "node_modules", ".git", "__pycache__", "var", "dist"}
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z]|\d|$)|[A-Z]?[a-z]+")


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root, its dotted name under `src`, its tree."""

    root: Path
    path: Path

    @property
    def where(self) -> str:
        """The path as a fault names it."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def name(self) -> str:
        """The dotted name, `liangxi.core.people.face`."""
        parts = self.path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[1:] if parts[0] == "src" else parts).removesuffix(".__init__")

    @property
    def room(self) -> str:
        """`core.people` for a file of a room, `kit` or `site` for the floors without rooms, "" above."""
        parts = self.name.split(".")[1:] or [""]
        return ".".join(parts[:2]) if parts[0] in ("core", "systems", "live", "portals", "gateways") else parts[0]

    @property
    def part(self) -> str:
        """What the file is in its room: `face`, `models`, `shapes` (also for a folder of that name)."""
        return self.name.removeprefix(f"liangxi.{self.room}").lstrip(".").split(".")[0]

    @cached_property
    def text(self) -> str:
        """The source."""
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return _parse(self.path, self.path.stat().st_mtime_ns)

    def classes(self) -> Iterator[ast.ClassDef]:
        """The classes at the top of the file."""
        return (node for node in self.tree.body if isinstance(node, ast.ClassDef))


@lru_cache(maxsize=4096)
def _parse(path: Path, _changed: int) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def modules(root: Path, *folders: str) -> Iterator[Module]:
    """Every Python file under `folders` of `root` (default `src/liangxi`) that people wrote: no migrations."""
    for folder in folders or ("src/liangxi",):
        for path in sorted((root / folder).rglob("*.py")):
            if not {"migrations", *_SKIPPED} & set(path.relative_to(root).parts):
                yield Module(root, path)


def tracked(root: Path) -> Iterator[Path]:
    """The files that belong to the repository: by git where there is one, else all that is not made by a build."""
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    if (root / ".git").exists():
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
        yield from (root / name for name in sorted(listed) if name and (root / name).is_file())
        return
    for path in sorted(root.rglob("*")):
        if path.is_file() and not _SKIPPED & set(path.relative_to(root).parts):
            yield path


def words(name: str) -> list[str]:
    """The words of an identifier, lower case: `MatterDecided` and `matter_decided` -> matter, decided."""
    return [word.lower() for part in name.split("_") for word in _WORD.findall(part)]
