"""`liangxi package`: versions of packages as files, diagrams and conditions."""

from pathlib import Path
from typing import Any

from liangxi.kit import actor, schema, yaml_text
from liangxi.kit.errors import ConflictError, NotFoundError
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.face import preview
from liangxi.systems.onething.shapes.studio import Edition

HOUSE = actor.system("package")


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


def listed() -> list[str]:
    """A line for each version."""
    return [
        f"{row.id:<24}{row.version:<14}{row.effective}  {'in force' if row.is_current else '':<10}{row.title['zh']}"
        for row in onething.versions(by=HOUSE)
    ]


def found(package: str) -> None:
    """NotFoundError unless a package has a version."""
    if not onething.versions(by=HOUSE, package=package):
        raise NotFoundError("onething.package", "There is no package called %(package)s.", {"package": package})
