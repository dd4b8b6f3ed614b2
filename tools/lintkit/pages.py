"""Documentation held true: settings and commands that it names exist, and nothing names a machine or a registry."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.lintkit.faults import Fault
from tools.lintkit.source import modules, tracked

SETTINGS_PAGE = "docs/operators/settings.md"
_SETTING = re.compile(r"\bLIANGXI_[A-Z][A-Z_]*[A-Z]\b")
_COMMAND = re.compile(r"(?:`|^\s*(?:\$ )?)(?:\.venv/bin/|sudo -u \w+ )?liangxi ([a-z][a-z-]*)", re.MULTILINE)
_FENCE = re.compile(r"```(?:sh|bash|console|shell|)\n(.*?)```|(`[^`\n]+`)", re.DOTALL)
_PLACES = re.compile(
    r"pypi\.org/simple|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|registry\.npmmirror|proxy\.golang\.org"
    r"|mirrors\.\w+\.(?:com|cn|edu)|/wor[k]/main|/tmp/tea[m]|/home/[a-z]+/|--index-ur[l] http"
)
_TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".json",
    ".yaml",
    ".yml",
    ".csv",
    ".html",
    ".ts",
    ".css",
    ".sh",
    ".cfg",
    ".ini",
    "",
}


def settings(root: Path) -> Iterator[Fault]:
    """Settings that the code reads and the operator's page does not name, and the other way round."""
    page = root / SETTINGS_PAGE
    documented = set(_SETTING.findall(page.read_text())) if page.exists() else set()
    read = {name: module.where for module in modules(root) for name in _SETTING.findall(module.text)}
    for name in sorted(read.keys() - documented):
        yield Fault("settings", f"{read[name]}:{name}", f"is not documented in {SETTINGS_PAGE}")
    for name in sorted(documented - read.keys() - {"LIANGXI_FORBID_SKIPS"}):
        yield Fault("settings", f"{SETTINGS_PAGE}:{name}", "is documented and nothing reads it")


def commands(root: Path) -> Iterator[Fault]:
    """Commands `liangxi <word>` in documents that the command line does not know."""
    known = subcommands(root)
    for path in tracked(root):
        if path.suffix == ".md":
            for code in _FENCE.finditer(path.read_text()):
                for word in _COMMAND.findall(code[1] or code[2]):
                    if word not in known:
                        where = f"{path.relative_to(root)}:liangxi {word}"
                        yield Fault("commands", where, "there is no such command")


def subcommands(root: Path) -> set[str]:
    """The words that the command line knows: every word that its modules hold as a text."""
    found: set[str] = set()
    for module in modules(root):
        if module.name.startswith("liangxi.cli"):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                    found.add(node.value)
    return found


def places(root: Path) -> Iterator[Fault]:
    """Tracked files that name a package registry or a path of somebody's machine."""
    for path in tracked(root):
        if path.suffix in _TEXT and path.stat().st_size < 2_000_000:
            match = _PLACES.search(path.read_text(errors="replace"))
            if match:
                where = str(path.relative_to(root))
                yield Fault("places", where, f"names '{match[0]}': no registry and no machine is named here")
