"""`liangxi package`: versions of packages as files, diagrams and conditions."""

from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from liangxi.kit import actor, schema, yaml_text
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.face import preview, studio
from liangxi.systems.onething.shapes.studio import Edition

HOUSE = actor.system("package")
Say = Callable[[str], None]


def edition(package: str, version: str) -> Edition:
    """A version of a package; without a number the one in force. NotFoundError for none."""
    return Edition(package=package, version=version or onething.guide(package=package).package.version)


def export(package: str, version: str, folder: Path) -> list[Path]:
    """Write a version as files of a profile, `onethings/` and `matters/`; the files.

    A matter that another file of the folder defines in the same words is left out of the package's own; in other
    words: ConflictError `package.matter` names the file.
    """
    texts = preview.texts(by=HOUSE, edition=edition(package, version))
    file, beside = (folder / part / f"{package}.yaml" for part in ("onethings", "matters"))
    written = schema.plain_yaml(texts.matters, beside)
    others = _others(beside)
    own = [one for one in written["matters"] if not _stands(one, others)]
    kept = texts.matters if len(own) == len(written["matters"]) else yaml_text.write({**written, "matters": own})
    files = {file: texts.package} | ({beside: kept} if own else {})
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not own:
        beside.unlink(missing_ok=True)
    return list(files)


def _others(beside: Path) -> dict[str, tuple[Path, Any]]:
    """The matters of the other files of a folder."""
    found: dict[str, tuple[Path, Any]] = {}
    for path in sorted(beside.parent.glob("*.yaml")):
        if path != beside:
            matters = schema.plain_yaml(path.read_text(encoding="utf-8"), path)["matters"]
            found |= {one["id"]: (path, one) for one in matters}
    return found


def _stands(matter: dict[str, Any], others: dict[str, tuple[Path, Any]]) -> bool:
    if matter["id"] not in others:
        return False
    path, standing = others[matter["id"]]
    if standing != matter:
        raise ConflictError(
            "package.matter",
            "%(file)s defines the matter %(matter)s in other words; mend it there, or export into an empty folder.",
            {"file": str(path), "matter": matter["id"]},
        )
    return True


def run(options: Namespace, say: Say) -> int:
    """The tasks that need the database."""
    if options.task == "list":
        listed(say)
    elif options.task == "export":
        exported(options.package, options.version, Path(options.to), say)
    else:
        bpmn(options.package, options.version, options.answers, options.to, say)
    return 0


def exported(package: str, version: str, folder: Path, say: Say) -> None:
    """`export`, said."""
    for path in export(package, version, folder):
        say(str(path))


def listed(say: Say) -> None:
    """A line for each version."""
    for row in onething.versions(by=HOUSE):
        state = "in force" if row.is_current else ""
        say(f"{row.id:<24}{row.version:<14}{row.effective}  {state:<10}{row.title['zh']}")


def bpmn(package: str, version: str, answers: Sequence[str] | None, to: str, say: Say) -> None:
    """The diagram of a version, or of one situation; InvalidError `onething.answers`, or `package.answers`."""
    if wrong := [one for one in answers or () if "=" not in one]:
        raise InvalidError("package.answers", "Write an answer as question=answer, not %(said)s.", {"said": wrong[0]})
    given = None if answers is None else {name: value for name, _, value in (one.partition("=") for one in answers)}
    _, text = preview.bpmn(by=HOUSE, edition=edition(package, version), answers=given)
    if to:
        Path(to).write_text(text, encoding="utf-8")
    say(to or text)


def import_dmn(file: Path, package: Path | None, say: Say) -> int:
    """Say the conditions of a decision table, or write them into a package's YAML; 1 where something does not map."""
    try:
        content, text = file.read_bytes(), package.read_text(encoding="utf-8") if package else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError("package.file", "%(why)s", {"why": error}) from error
    found = studio.read_decisions(by=HOUSE, content=content)
    for fault in found.faults:
        say(f"{file}: {fault.text}")
    conditions = [one for decision in found.decisions for one in decision.conditions]
    for one in conditions:
        say(f"{one.output} = {one.value}: when: {one.condition}")
    if package and conditions:
        said = {one.output if one.value == "true" else one.value.strip('"'): str(one.condition) for one in conditions}
        items = schema.plain_yaml(text, package)["items"]
        here = [(n, item["matter"]) for n, item in enumerate(items) if item["matter"] in said]
        for n, matter in here:
            text = yaml_text.replaced(text, ("items", n, "when"), said[matter])
        package.write_text(text, encoding="utf-8")
        say(f"{package}: {', '.join(matter for _, matter in here) or 'no matter is named by an output'}")
    return 1 if found.faults else 0
