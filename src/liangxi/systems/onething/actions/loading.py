"""Packages from the files of a profile into versions that never change again."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.forms import face as forms
from liangxi.core.search import face as search
from liangxi.kit import schema, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.systems.onething.models import PackageVersion
from liangxi.systems.onething.rules import checking, compiling
from liangxi.systems.onething.shapes import REDUCTIONS, FileFinding, LoadedPackages, Package, PackageSummary

SCHEMAS = Path(__file__).parent.parent / "schemas"


@dataclass(frozen=True, slots=True)
class _Read:
    """A package as its files define it, compiled, with where each of its parts stands."""

    document: schema.Document
    definition: dict[str, Any]
    package: Package


def check_profile(root: Path) -> tuple[FileFinding, ...]:
    """Every fault in the packages below `root`, each with its file and line."""
    matters, findings = _matters(root)
    findings += [*_unknown_types(root, matters), *_unknown_orgs(root, matters)]
    orgs = _codes(root / "organisations.csv")
    for file in sorted((root / "onethings").glob("*.yaml")):
        read = _read(file, matters)
        findings += read if isinstance(read, list) else _faults(read, orgs)
    return tuple(findings)


def summaries(root: Path) -> tuple[PackageSummary, ...]:
    """What each package of a sound profile is made of, and what it saves from its least to its best situation."""
    matters, _ = _matters(root)
    read = [_read(file, matters) for file in sorted((root / "onethings").glob("*.yaml"))]
    return tuple(_summary(one.package) for one in read if isinstance(one, _Read))


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


def _codes(table: Path) -> frozenset[str]:
    """The codes of a table of the profile; none where it has no such table."""
    if not table.exists():
        return frozenset()
    with table.open(encoding="utf-8-sig", newline="") as stream:
        return frozenset(row["code"] for row in csv.DictReader(stream))


def _unknown_orgs(root: Path, matters: dict[str, dict[str, Any]]) -> list[FileFinding]:
    """Matters of organisations that the profile does not have: nobody could decide them."""
    known = _codes(root / "organisations.csv")
    wrong = [matter for matter in matters.values() if known and matter["org"] not in known]
    return [
        FileFinding(str(file), line, f"{matter['id']} belongs to {matter['org']}, which is no organisation",
                    f"use a code of {root / 'organisations.csv'}")
        for matter in wrong
        for file, line in [_place(root, matter["id"])]
    ]  # fmt: skip


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
    read = [_read(file, matters) for file in sorted((root / "onethings").glob("*.yaml"))]
    with transaction.atomic():
        added = sum(_store(by, one) for one in read if isinstance(one, _Read))
    return LoadedPackages(added=added, unchanged=len(read) - added)


def _unknown_types(root: Path, matters: dict[str, dict[str, Any]]) -> list[FileFinding]:
    """Matters whose result is no type of certificate: nobody could issue it."""
    table = root / "codes/licence_type.csv"
    known = _codes(table)
    wrong = [matter for matter in matters.values() if known and matter["result"] and matter["result"] not in known]
    hint = f"add it to {table} or use one of its codes"
    return [
        FileFinding(str(file), line, f"the result {matter['result']} of {matter['id']} is no type of certificate", hint)
        for matter in wrong
        for file, line in [_place(root, matter["id"])]
    ]


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
            document = schema.load_yaml(file, SCHEMAS / "matters.json")
        except schema.DocumentError as error:
            findings += [FileFinding(str(f.file), f.line, f.reason, "") for f in error.findings]
            continue
        for n, matter in enumerate(document.data["matters"]):
            if matter["id"] in found:
                findings.append(
                    FileFinding(str(file), document.line_of(("matters", n)), f"{matter['id']} is defined twice", "")
                )
            found[matter["id"]] = matter
    return found, findings


def _read(file: Path, matters: dict[str, dict[str, Any]]) -> _Read | list[FileFinding]:
    try:
        document = schema.load_yaml(file, SCHEMAS / "package.json")
    except schema.DocumentError as error:
        return [FileFinding(str(f.file), f.line, f.reason, "") for f in error.findings]
    used = [item["matter"] for item in document.data["items"]]
    definition = {"package": document.data, "matters": [matters[key] for key in used if key in matters]}
    try:
        return _Read(document, definition, compiling.compile_package(definition))
    except compiling.BrokenDefinitionError as error:
        reason = error.message % error.params if error.params else error.message
        return [FileFinding(str(file), document.line_of(error.path), reason, "")]


def _faults(read: _Read, orgs: frozenset[str]) -> list[FileFinding]:
    file, document = str(read.document.path), read.document
    found = [
        FileFinding(file, document.line_of(one.path), one.message, one.hint) for one in checking.findings(read.package)
    ]
    return found + _broken_fields(read) + _strangers(read, orgs)


def _broken_fields(read: _Read) -> list[FileFinding]:
    """Fields that no page could draw: the whole form is compiled, whatever the situation."""
    fields = [dict(field.definition) for field in read.package.fields]
    try:
        forms.compile_form({"id": read.package.id, "title": dict(read.package.title), "fields": fields})
    except InvalidError as error:
        return [
            FileFinding(str(read.document.path), read.document.line_of(_in_form(place)), f"{place}: {why}", "")
            for place, why in error.fields.items()
        ]
    return []


def _in_form(place: str) -> tuple[str | int, ...]:
    """`fields.3.max` of a form as a path of the file."""
    _, n, *rest = place.split(".")
    return ("form", int(n), *rest)


def _strangers(read: _Read, orgs: frozenset[str]) -> list[FileFinding]:
    """Organisations in the flow that the profile does not have."""
    package = read.package
    named = {
        ("lead",): package.lead,
        ("flow", "accept"): package.accept_org,
        ("flow", "hand_out"): package.hand_out_org,
    }
    signs = {("items", n, "signs", "orgs"): org for n, item in enumerate(package.items) if item.signs
             for org in item.signs.orgs if org not in orgs}  # fmt: skip
    return [
        FileFinding(str(read.document.path), read.document.line_of(path), f"{org} is no organisation", "")
        for path, org in (*named.items(), *signs.items())
        if orgs and org not in orgs
    ]


def _store(by: Actor, read: _Read) -> bool:
    """Store one version and make it findable; False when it stands already."""
    package = read.package
    standing = PackageVersion.objects.filter(package=package.id, version=package.version).first()
    if standing is not None and standing.hash != package.hash:
        raise ConflictError(
            "onething.version.changed",
            "%(file)s: version %(version)s of %(package)s was published with other content; give it a new version.",
            {"file": str(read.document.path), "version": package.version, "package": package.id},
        )
    _index(package)
    if standing is not None:
        return False
    PackageVersion.objects.create(
        package=package.id,
        version=package.version,
        hash=package.hash,
        definition=read.definition,
        effective=package.effective,
        loaded_at=time.now(),
    )
    audit.record(
        by=by, action="onething.published", object=f"package:{package.id}", detail={"version": package.version}
    )
    return True


def _index(package: Package) -> None:
    """People search by the words of the package, of its matters and of its certificates, in either language."""
    for lang in ("zh", "en"):
        words = [package.summary[lang], package.category_title[lang], *package.keywords]
        words += [item.matter.title[lang] for item in package.items]
        search.index(
            kind="package",
            key=package.id,
            title=package.title[lang],
            text="\n".join(words),
            url=f"/things/{package.id}/",
            audience=package.audience,
            lang=lang,
        )
