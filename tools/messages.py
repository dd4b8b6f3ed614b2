"""Compile the catalogues of all rooms, and say what is not translated. Only Python's own library is used here.

python3 tools/messages.py            every django.po below src into django.mo
python3 tools/messages.py --missing  messages of pages and programs that no catalogue translates; exit 1 if any
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
_CONTEXT = "\x04"
_TRANSLATE = re.compile(
    r"""\{%\s*(?:translate|trans)\s+(?P<quote>["'])(?P<text>.*?)(?P=quote)(?:\s+context\s+["'](?P<context>.*?)["'])?"""
)
_BLOCK = re.compile(
    r"\{%\s*blocktrans(?:late)?\b(?P<head>[^%]*)%\}(?P<body>.*?)\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL
)
_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)\s+)?(".*")')
_PLURAL = re.compile(r"\{%\s*plural\s*%\}")
_UNDERSCORE = re.compile(r"""_\((?P<quote>["'])(?P<text>.*?)(?P=quote)\)""")
_CALLS = {"gettext", "gettext_lazy", "gettext_noop", "_", "_n", "ngettext", "ngettext_lazy"}
_WITH_CONTEXT = {"pgettext", "pgettext_lazy"}


class CatalogueError(Exception):
    """A catalogue that cannot be read: `file:line: reason`."""


def parse(path: Path) -> dict[str, list[str]]:
    """Message (with its context before \\x04, its plural after \\x00) -> translations; fuzzy entries are left out."""
    entries: dict[str, list[str]] = {}
    for number, fields in _blocks(path):
        key = "\x00".join(fields[name] for name in ("msgid", "msgid_plural") if name in fields)
        key = fields["msgctxt"] + _CONTEXT + key if "msgctxt" in fields else key
        said = [fields[name] for name in sorted(fields) if name.startswith("msgstr")]
        if key in entries:
            raise CatalogueError(f"{path}:{number}: {fields['msgid']!r} is translated twice")
        if any(said):
            entries[key] = said
    return entries


def _blocks(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The entries of a catalogue, which stand apart by empty lines, with the line after each."""
    fields: dict[str, str] = {}
    current, is_fuzzy = "", False
    number = 0
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], start=1):
        text = line.strip()
        if text.startswith("#"):
            is_fuzzy = is_fuzzy or (text.startswith("#,") and "fuzzy" in text)
        elif text:
            current = _read(text, fields, current, f"{path}:{number}")
        elif fields:
            if "msgid" in fields and not is_fuzzy:
                yield number, fields
            fields, current, is_fuzzy = {}, "", False


def _read(text: str, fields: dict[str, str], current: str, place: str) -> str:
    """Take one line into the entry; the field that it belongs to."""
    match = _LINE.fullmatch(text)
    if not match or not (match[1] or current):
        raise CatalogueError(f"{place}: this is no part of a catalogue: {text}")
    name: str = match[1] or current
    if match[1] and name in fields:
        raise CatalogueError(f"{place}: {name} stands twice in one entry; an empty line parts entries")
    try:
        fields[name] = fields.get(name, "") + str(ast.literal_eval(match[2]))
    except (SyntaxError, ValueError) as error:
        raise CatalogueError(f"{place}: {error}") from error
    return name


def compiled(entries: dict[str, list[str]]) -> bytes:
    """The binary form that gettext reads: a table of offsets, then the texts, sorted by message."""
    pairs = sorted((key.encode(), "\x00".join(said).encode()) for key, said in entries.items())
    count = len(pairs)
    start = 28 + 16 * count
    keys, values, texts = b"", b"", b""
    for key, _ in pairs:
        keys += struct.pack("<2I", len(key), start + len(texts))
        texts += key + b"\0"
    for _, value in pairs:
        values += struct.pack("<2I", len(value), start + len(texts))
        texts += value + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0) + keys + values + texts


def messages_of(path: Path) -> Iterator[str]:
    """The messages that a template or a module says, as keys of a catalogue."""
    text = path.read_text(encoding="utf-8")
    yield from _of_template(text) if path.suffix == ".html" else _of_module(text)


def _of_template(text: str) -> Iterator[str]:
    for match in _TRANSLATE.finditer(text):
        yield (match["context"] + _CONTEXT if match["context"] else "") + match["text"]
    for match in _UNDERSCORE.finditer(text):
        yield match["text"]
    for match in _BLOCK.finditer(text):
        parts = [re.sub(r"\{\{\s*(.*?)\s*\}\}", r"%(\1)s", part) for part in _PLURAL.split(match["body"])]
        if re.search(r"\btrimmed\b", match["head"]):
            parts = [" ".join(line.strip() for line in part.strip().splitlines()) for part in parts]
        context = re.search(r"""context\s+["'](.*?)["']""", match["head"])
        yield (context[1] + _CONTEXT if context else "") + "\x00".join(parts)


def _of_module(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in _CALLS and words:
            yield "\x00".join(words[:2] if name.startswith("ngettext") else words[:1])
        elif name in _WITH_CONTEXT and len(words) >= 2:
            yield words[0] + _CONTEXT + words[1]
        elif name.endswith("Error") and len(words) >= 2 and "." in words[0]:
            yield words[1]


def missing() -> list[str]:
    """`file: message` for every message that no catalogue translates."""
    known = {key for path in SOURCE.rglob("*.po") for key in parse(path)}
    found: dict[str, Path] = {}
    for path in sorted([*SOURCE.rglob("*.html"), *SOURCE.rglob("*.py")]):
        if "migrations" not in path.parts and "bench" not in path.parts:
            for message in messages_of(path):
                if message and message not in known:
                    found.setdefault(message, path)
    return [f"{path.relative_to(ROOT)}: {message!r}" for message, path in found.items()]


def main(arguments: list[str]) -> int:
    """0 when all is well."""
    try:
        for path in sorted(SOURCE.rglob("*.po")):
            path.with_suffix(".mo").write_bytes(compiled(parse(path)))
        left = missing() if "--missing" in arguments else []
    except CatalogueError as error:
        sys.stderr.write(f"messages: {error}\n")
        return 1
    for line in left:
        sys.stdout.write(f"{line}\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
