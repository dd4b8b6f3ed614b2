"""Storing, attaching, opening, sweeping.

Content before row: the content is durable before the row that names it commits. A row therefore never lacks its
content, and a content without a row is one that nobody was promised. Both sides hold the lock of the content's hash
until they commit, so that the sweep never takes a content from under a file that is being stored.
"""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from django.db import connection, transaction

from liangxi.core.audit import face as audit
from liangxi.core.files import disk, queries
from liangxi.core.files.models import Attachment, File
from liangxi.core.files.rules import naming, recognising
from liangxi.core.files.shapes import Allow, StoredFile, Swept
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError

LOOSE_MOST = 200 * 1024 * 1024  # bytes that one account may hold without attaching them to anything
LOOSE_AGE = timedelta(days=1)
_LOCKS = 0x4C46  # the first key of our advisory locks on contents
_CHUNK = 256 * 1024


def store(by: Actor, name: str, content: bytes | BinaryIO, allow: Allow) -> StoredFile:
    """Keep a content under its hash and write down who handed it in, once."""
    data = content if isinstance(content, bytes) else content.read(recognising.MOST_BYTES + 1)
    form = recognising.recognise(data, allow)
    sha256 = hashlib.sha256(data).hexdigest()
    clean = naming.clean_name(name, form)
    with transaction.atomic():
        _lock(sha256)
        again = File.objects.filter(account=by.account, sha256=sha256, name=clean, attachments=None).first()
        if again is None and by.kind != "system" and queries.loose_bytes(by.account) + len(data) > LOOSE_MOST:
            raise recognising.refusal(
                "files.quota", "You have stored too many files without using them. Send the application or wait a day."
            )
        disk.keep(queries.root(), sha256, data)
        row = again or File(sha256=sha256, name=clean, media_type=form.media_type, size=len(data), account=by.account)
        row.person, row.firm = _uuid(by.person), _uuid(by.firm)
        row.stored_at = time.now()
        row.save()
    return queries.shape(row)


def attach(by: Actor, id: str, owner: str) -> None:
    """Say that a thing needs the file."""
    if ":" not in owner.strip(":"):
        raise InvalidError(
            "files.owner", "An owner is written kind:id.", fields={"owner": "An owner is written kind:id."}
        )
    with transaction.atomic():
        row = queries.file(by, id)
        _lock(row.sha256)
        Attachment.objects.get_or_create(file=row, owner=owner)


def release(by: Actor, owner: str) -> int:
    """Say that a thing needs its files no more; the sweep takes those that nothing else needs."""
    if by.kind != "system":
        for row in File.objects.filter(attachments__owner=owner):
            queries.file(by, str(row.id))
    count, _ = Attachment.objects.filter(owner=owner).delete()
    return count


def open_file(by: Actor, id: str, owner: str) -> tuple[StoredFile, Iterator[bytes]]:
    """The file and its content; whoever looks at another's file leaves a trace."""
    row = queries.file(by, id, owner)
    content = disk.read(queries.root(), row.sha256)
    is_own = by.account == row.account or (by.person is not None and str(row.person) == by.person)
    if not is_own:
        detail = {"name": row.name, "owner": owner}
        if row.person:
            detail["person"] = str(row.person)
        with transaction.atomic():
            audit.record(by=by, action="file.read", object=f"file:{row.id}", detail=detail)
    return queries.shape(row), (content[at : at + _CHUNK] for at in range(0, len(content), _CHUNK))


def sweep() -> Swept:
    """Remove files that nothing needed for a day, contents that no file names, and drafts that crashes left."""
    forgotten, _ = File.objects.filter(attachments=None, stored_at__lt=time.now() - LOOSE_AGE).delete()
    root, count, given_back = queries.root(), 0, 0
    for sha256, age in disk.contents(root):
        if age < disk.DRAFT_AGE or File.objects.filter(sha256=sha256).exists():
            continue
        with transaction.atomic():
            _lock(sha256)
            if not File.objects.filter(sha256=sha256).exists():
                given_back += disk.remove(root, sha256)
                count += 1
    return Swept(files=forgotten, contents=count, drafts=disk.remove_drafts(root), bytes=given_back)


def _lock(sha256: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCKS, sha256])


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
