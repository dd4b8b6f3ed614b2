"""The door of files: what people hand in, and who may see it.

A file belongs to who handed it in. Anybody else sees it only as part of a thing that needs it: the room of that thing
(`owner`, such as `case:2026112300017`) decides who may see the thing, and names it when it opens the file.
"""

from collections.abc import Iterator
from typing import BinaryIO

from liangxi.core.files import actions, queries
from liangxi.core.files.shapes import Allow, StoredFile, Swept
from liangxi.kit.actor import Actor


def store(*, by: Actor, name: str, content: bytes | BinaryIO, allow: Allow = "document") -> StoredFile:
    """Keep a content; it is durable on return (when the surrounding transaction commits).

    The content decides what it is, never the name. The same content under the same name from the same account is the
    same file. Raises InvalidError naming the field `file`: `files.empty`, `.size` (above 10 MB), `.type`,
    `.incomplete`, `.pixels`, `.mixed`, `.programs`, `.quota`; StorageError `files.disk.*` when the disk is full:
    then nothing is kept.
    """
    return actions.store(by, name, content, allow)


def attach(*, by: Actor, id: str, owner: str) -> None:
    """Say that the thing `owner` (`kind:id`) needs the file; without, a file is swept after a day. Own files only."""
    actions.attach(by, id, owner)


def release(*, by: Actor, owner: str) -> int:
    """Say that the thing `owner` needs its files no more (a draft that was dropped); the number released."""
    return actions.release(by, owner)


def file(*, by: Actor, id: str, owner: str = "") -> StoredFile:
    """What is known of a file, without its content; NotFoundError `files.unknown` as in `open_file`."""
    return queries.shape(queries.file(by, id, owner))


def files_of(*, by: Actor, owner: str) -> tuple[StoredFile, ...]:
    """The files that the thing `owner` needs, oldest first. The caller has made sure that `by` may see the thing."""
    return queries.files_of(owner)


def open_file(*, by: Actor, id: str, owner: str = "") -> tuple[StoredFile, Iterator[bytes]]:
    """A file and its content in chunks, proved by its hash before the first.

    Without `owner` one's own files only. With `owner` the caller vouches that `by` may see that thing, and the file
    must be attached to it; the look at another's file is written to the audit trail. NotFoundError `files.unknown`,
    DamagedError `files.damaged`.
    """
    return actions.open_file(by, id, owner)


def sweep() -> Swept:
    """Remove forgotten files, contents that no file names, and what crashes left. Called by the worker."""
    return actions.sweep()
