"""Packages from the files of a profile into versions that never change again."""

import csv
from pathlib import Path
from typing import Any

from django.db import transaction

from liangxi.kit import schema
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError
from liangxi.systems.onething.actions import reading
from liangxi.systems.onething.actions.publishing import publish
from liangxi.systems.onething.actions.reading import Reading
from liangxi.systems.onething.rules import checking
from liangxi.systems.onething.shapes import REDUCTIONS, FileFinding, LoadedPackages, Package, PackageSummary

_DEPARTMENTS, _TYPES = "organisations.csv", "codes/licence_type.csv"
_TWICE = "%(matter)s is defined twice"


def check_profile(root: Path) -> tuple[FileFinding, ...]:
    """Every fault in the packages below `root`, each with its file and line."""
    matters, findings = _matters(root)
    departments, types = _column(root / _DEPARTMENTS), _column(root / _TYPES)
    for matter in matters.values():
        for key, reason in reading.unknown_codes(matter, departments, types):
            file, line = _place(root, matter["id"])
            table = root / (_DEPARTMENTS if key == "org" else _TYPES)
            params = {"code": matter[key], "matter": matter["id"], "table": table}
            findings.append(FileFinding(str(file), line, reason, "add it to %(table)s or use one of its codes", params))
    for file in _files(root):
        read = _read(file, matters)
        findings += read if isinstance(read, list) else reading.faults(read, departments)
    return tuple(findings)


def summaries(root: Path) -> tuple[PackageSummary, ...]:
    """What each package of a sound profile is made of, and what it saves from its least to its best situation."""
    matters, _ = _matters(root)
    read = [_read(file, matters) for file in _files(root)]
    return tuple(_summary(one.package) for one in read if isinstance(one, Reading))


def _summary(package: Package) -> PackageSummary:
    found = [saving for _, saving in checking.savings(package)]
    ranges = {what: sorted(saving.reduction(what) for saving in found) for what in REDUCTIONS}
    return PackageSummary(
        id=package.id,
        title=package.title,
        matters=len(package.items),
        situations=len(found),
        reductions={what: (values[0], values[-1]) for what, values in ranges.items()},
    )


def load_profile(by: Actor, root: Path) -> LoadedPackages:
    """Store the packages below `root`; InvalidError with `file:line` for each fault, and then nothing is stored."""
    by.require("onething.publish")
    faults = check_profile(root)
    if faults:
        told = {f"{fault.file}:{fault.line}": fault.text for fault in faults}
        raise InvalidError(
            "onething.profile",
            "The packages of the profile have %(count)s faults:\n%(faults)s",
            {"count": len(faults), "faults": "\n".join(f"{place}: {text}" for place, text in told.items())},
            fields=told,
        )
    matters, _ = _matters(root)
    read = [_read(file, matters) for file in _files(root)]
    with transaction.atomic():
        added = sum(publish(by, one, _source(root, one)) for one in read if isinstance(one, Reading))
    return LoadedPackages(added=added, unchanged=len(read) - added)


def _files(root: Path) -> list[Path]:
    return sorted((root / "onethings").glob("*.yaml"))


def _source(root: Path, read: Reading) -> dict[str, str]:
    """The texts of a package as they were written; those of its matters where one file holds these and no others."""
    file = Path(read.document.path)
    source = {"package": file.read_text(encoding="utf-8")}
    beside = root / "matters" / file.name
    if beside.exists():
        document = schema.load_yaml(beside, reading.MATTERS)
        if document.data["matters"] == read.definition["matters"]:
            source["matters"] = beside.read_text(encoding="utf-8")
    return source


def _column(table: Path) -> set[str] | None:
    """The codes of a table of the profile; None where there is none, or one whose own faults are told elsewhere."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            return {row["code"] for row in csv.DictReader(stream)}
    except (FileNotFoundError, UnicodeDecodeError, csv.Error, KeyError):
        return None


def _place(root: Path, matter: str) -> tuple[Path, int]:
    """File and line where a matter begins."""
    for file in sorted((root / "matters").glob("*.yaml")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip().removeprefix("- ") == f"id: {matter}":
                return file, number
    return root / "matters", 0


def _matters(root: Path) -> tuple[dict[str, dict[str, Any]], list[FileFinding]]:
    """The matters of a profile by id, and what is wrong with their files."""
    found: dict[str, dict[str, Any]] = {}
    findings: list[FileFinding] = []
    for file in sorted((root / "matters").glob("*.yaml")):
        try:
            document = schema.load_yaml(file, reading.MATTERS)
        except schema.DocumentError as error:
            findings += reading.told(error)
            continue
        for n, matter in enumerate(document.data["matters"]):
            if matter["id"] in found:
                line = document.line_of(("matters", n))
                findings.append(FileFinding(str(file), line, _TWICE, "", {"matter": matter["id"]}))
            found[matter["id"]] = matter
    return found, findings


def _read(file: Path, matters: dict[str, dict[str, Any]]) -> Reading | list[FileFinding]:
    try:
        document = schema.load_yaml(file, reading.PACKAGE)
    except schema.DocumentError as error:
        return reading.told(error)
    return reading.read(document, matters)
