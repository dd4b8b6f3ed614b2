"""Reading files."""

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from liangxi.core.files.models import File
from liangxi.core.files.shapes import StoredFile
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError


def root() -> Path:
    """The folder of contents."""
    home: Path = settings.CONFIG.home
    return home / "files"


def file(by: Actor, id: str, owner: str = "") -> File:
    """The file as `by` may see it: handed in by himself or his firm, or attached to `owner`. Else NotFoundError."""
    found = File.objects.filter(pk=_uuid(id)).first()
    if found is None or not (_is_own(by, found) or (owner and found.attachments.filter(owner=owner).exists())):
        raise NotFoundError("files.unknown", "There is no such file, or it is not yours to see.")
    return found


def files_of(owner: str) -> tuple[StoredFile, ...]:
    """What is attached to a thing, the oldest first."""
    return tuple(shape(one) for one in File.objects.filter(attachments__owner=owner).order_by("stored_at", "id"))


def loose_bytes(account: str) -> int:
    """How much an account holds that nothing needs yet."""
    held = File.objects.filter(account=account, attachments=None).aggregate(sum=Sum("size"))
    return held["sum"] or 0


def shape(row: File) -> StoredFile:
    """The value of a row."""
    return StoredFile(
        id=str(row.id),
        name=row.name,
        size=row.size,
        media_type=row.media_type,
        sha256=row.sha256,
        stored_at=row.stored_at,
    )


def _is_own(by: Actor, row: File) -> bool:
    if by.kind == "system" or by.account == row.account:
        return True
    is_person = by.person is not None and str(row.person) == by.person
    return is_person or (by.firm is not None and str(row.firm) == by.firm)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
