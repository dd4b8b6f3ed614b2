"""Compile the catalogues of all rooms: every django.po below src into django.mo. Python's own library is enough."""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
CONTEXT = "\x04"
_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)\s+)?(".*")')


class CatalogueError(Exception):
    """A catalogue that cannot be read: `file:line: reason`."""


def parse(path: Path) -> dict[str, list[str]]:
    """Message (with its context before \\x04, its plural after \\x00) -> translations; fuzzy entries are left out."""
    entries: dict[str, list[str]] = {}
    for number, fields in _blocks(path):
        key = "\x00".join(fields[name] for name in ("msgid", "msgid_plural") if name in fields)
        key = fields["msgctxt"] + CONTEXT + key if "msgctxt" in fields else key
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


def main() -> int:
    """0 when all is well."""
    try:
        for path in sorted(SOURCE.rglob("*.po")):
            path.with_suffix(".mo").write_bytes(compiled(parse(path)))
    except CatalogueError as error:
        sys.stderr.write(f"messages: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
