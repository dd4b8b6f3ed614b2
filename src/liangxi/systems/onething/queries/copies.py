"""Reading working copies of packages, and the texts of published versions."""

from uuid import UUID

from liangxi.kit import yaml_text
from liangxi.kit.errors import NotFoundError
from liangxi.systems.onething.models import CopyRevision, PackageVersion, WorkingCopy
from liangxi.systems.onething.shapes import studio
from liangxi.systems.onething.shapes.studio import DISCARDED, PUBLISHED, Texts


def newest_version(package: str) -> PackageVersion | None:
    """The version published last; None for a new package."""
    return PackageVersion.objects.filter(package=package).order_by("-effective", "-loaded_at").first()


def numbers(package: str) -> set[str]:
    """The numbers of a package's versions."""
    return set(PackageVersion.objects.filter(package=package).values_list("version", flat=True))


def texts_of(version: PackageVersion) -> Texts:
    """The texts of a version as they were written, or written from its definition where they are not known."""
    body = version.definition
    matters = {"status": body["package"]["status"], "matters": body["matters"]}
    package = version.source.get("package") or yaml_text.write(body["package"])
    return Texts(package, version.source.get("matters") or yaml_text.write(matters))


def locked(id: str) -> WorkingCopy:
    """A working copy to change; NotFoundError `onething.copy`."""
    return _one(id, lock=True)


def _one(id: str, *, lock: bool = False) -> WorkingCopy:
    rows = WorkingCopy.objects.select_for_update() if lock else WorkingCopy.objects.all()
    try:
        row = rows.filter(pk=UUID(id)).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFoundError("onething.copy", "There is no such working copy.")
    return row


def texts(copy: WorkingCopy, number: int | None = None) -> Texts:
    """The texts of a revision (the last)."""
    row = CopyRevision.objects.filter(copy=copy, number=number or copy.revision).first()
    if row is None:
        raise NotFoundError("onething.copy", "There is no such working copy.")
    return Texts(row.package_text, row.matters_text)


def last_saved(copy: WorkingCopy) -> studio.CopyRevision:
    """Who saved a copy last."""
    return _revision(CopyRevision.objects.get(copy=copy, number=copy.revision))


def authors(copy: WorkingCopy) -> frozenset[str]:
    """The accounts that wrote a copy."""
    return frozenset(CopyRevision.objects.filter(copy=copy).values_list("account", flat=True))


def listed() -> tuple[studio.CopyRow, ...]:
    """Working copies that wait for somebody, then the 20 ended last; within each the last saved first."""
    ended = (PUBLISHED, DISCARDED)
    rows = [_row(copy) for copy in WorkingCopy.objects.exclude(state__in=ended)]
    done = [_row(copy) for copy in WorkingCopy.objects.filter(state__in=ended).order_by("-pk")[:20]]
    return tuple(row for part in (rows, done) for row in sorted(part, key=lambda one: one.saved.at, reverse=True))


def working_copy(id: str) -> studio.WorkingCopy:
    """One working copy with its texts and history; NotFoundError."""
    copy = _one(id)
    history = CopyRevision.objects.filter(copy=copy).order_by("-number").defer("package_text", "matters_text")
    return studio.WorkingCopy(
        row=_row(copy),
        texts=texts(copy),
        authors=authors(copy) | ({copy.submitted_by} - {""}),
        history=tuple(_revision(row) for row in history),
    )


def texts_at(id: str, number: int) -> Texts:
    """The texts of one revision of a working copy; NotFoundError."""
    return texts(_one(id), number)


def _row(copy: WorkingCopy) -> studio.CopyRow:
    return studio.CopyRow(
        id=str(copy.pk),
        package=copy.package,
        title=copy.title,
        state=copy.state,
        base=copy.base,
        saved=last_saved(copy),
        effective=copy.effective,
        submitted_by=copy.submitted_by,
        submitted_name=copy.submitted_name,
        reason=copy.reason,
        version=copy.version,
    )


def _revision(row: CopyRevision) -> studio.CopyRevision:
    return studio.CopyRevision(row.number, row.account, row.name, row.at)
