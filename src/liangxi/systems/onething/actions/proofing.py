"""Two texts of a working copy: read as the checker of the profile reads files, with what the house knows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liangxi.core.codes import face as codes
from liangxi.core.people import face as people
from liangxi.kit import schema, time
from liangxi.kit.errors import InvalidError
from liangxi.systems.onething.actions import reading
from liangxi.systems.onething.actions.reading import Reading
from liangxi.systems.onething.queries import copies
from liangxi.systems.onething.rules import versions
from liangxi.systems.onething.shapes import FileFinding
from liangxi.systems.onething.shapes.studio import MATTERS, PACKAGE, Texts

LONGEST = 256 * 1024  # characters of a text
MOST_LINES = 5_000


def check_size(texts: Texts) -> None:
    """InvalidError for a text that no reader would walk through."""
    for name, text in ((PACKAGE, texts.package), (MATTERS, texts.matters)):
        if len(text) > LONGEST or text.count("\n") > MOST_LINES:
            why = "The text is longer than 256 Ki characters or 5,000 lines."
            raise InvalidError("onething.copy.size", why, fields={name: why})


def check(package: str, texts: Texts) -> tuple[FileFinding, ...]:
    """Every fault of the texts of a working copy of `package`, in the order of files and lines."""
    found = _read(package, texts)
    findings = found[1] if isinstance(found, tuple) else found
    return tuple(sorted(findings, key=lambda one: (one.file == MATTERS, one.line)))


def sound(package: str, texts: Texts) -> Reading:
    """The reading of texts without a fault; InvalidError `onething.copy.faulty` names the lines."""
    found = _read(package, texts)
    if isinstance(found, tuple) and not found[1]:
        return found[0]
    findings = check(package, texts)
    fields = {f"{one.file}:{one.line}": one.text for one in findings}
    raise InvalidError("onething.copy.faulty", "The working copy has faults.", fields=fields)


def compiled(package: str, texts: Texts) -> Reading:
    """The reading of texts that may break rules and yet can be previewed; InvalidError `onething.copy.faulty`."""
    found = _read(package, texts)
    if isinstance(found, tuple):
        return found[0]
    raise InvalidError("onething.copy.faulty", "The working copy has faults.")


def headings(texts: Texts, default: tuple[str, Mapping[str, str]] | None = None) -> tuple[str, Mapping[str, str]]:
    """Id and title that a text gives itself; else the default, or InvalidError `onething.import`."""
    try:
        data = schema.plain_yaml(texts.package, Path(PACKAGE))
        title = data["title"]
        return str(data["id"]), {"zh": str(title["zh"]), "en": str(title["en"])}
    except (InvalidError, TypeError, KeyError) as error:
        if default is not None:
            return default
        why = "The file is no package: `id` and `title` cannot be read."
        raise InvalidError("onething.import", why, fields={"file": why}) from error


def _read(package: str, texts: Texts) -> tuple[Reading, list[FileFinding]] | list[FileFinding]:
    """The reading with its faults; faults alone where there is nothing to read on from."""
    matters, findings = _matters(texts.matters)
    try:
        document = schema.read_yaml(texts.package, reading.PACKAGE, name=Path(PACKAGE))
    except schema.DocumentError as error:
        return [*findings, *reading.told(error)]
    read = reading.read(document, matters)
    if isinstance(read, list):
        return [*findings, *read]
    findings += reading.faults(read, {one.code for one in people.organisations()})
    return read, [*findings, *_heading_faults(package, read)]


def _matters(text: str) -> tuple[dict[str, dict[str, Any]], list[FileFinding]]:
    try:
        document = schema.read_yaml(text, reading.MATTERS, name=Path(MATTERS))
    except schema.DocumentError as error:
        return {}, reading.told(error)
    found: dict[str, dict[str, Any]] = {}
    findings = []
    departments = {one.code for one in people.organisations()}
    types = {one.code for one in codes.entries(list_id="licence_type")}
    for n, matter in enumerate(document.data["matters"]):
        if matter["id"] in found:
            findings.append(_at(document, ("matters", n), "%(matter)s is defined twice", "", matter=matter["id"]))
        for key, reason in reading.unknown_codes(matter, departments, types):
            findings.append(_at(document, ("matters", n, key), reason, "use a code that the city knows",
                                code=matter[key], matter=matter["id"]))  # fmt: skip
        found[matter["id"]] = matter
    return found, findings


def _at(
    document: schema.Document, path: tuple[str | int, ...], reason: str, hint: str, **params: object
) -> FileFinding:
    return FileFinding(MATTERS, document.line_of(path), reason, hint, params)


def _heading_faults(package: str, read: Reading) -> list[FileFinding]:
    """Id and number against what is published."""
    found = []
    if read.package.id != package:
        found.append(read.finding(("id",), "the id of a package never changes", "write %(id)s", id=package))
    taken = copies.numbers(package)
    if read.package.version in taken:
        free = versions.following(time.today(), taken)
        reason, hint = "the version %(version)s is published and never changes", "the next free one is %(free)s"
        found.append(read.finding(("version",), reason, hint, version=read.package.version, free=free))
    return found
