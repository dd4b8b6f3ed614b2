"""What the door of files takes and gives."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Allow = Literal["document", "image"]
"""document: PDF, JPEG, PNG, WebP; image: the last three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that was handed in. `size` in bytes; `sha256` of the content in hexadecimal digits.

    `name` is what the sender called it, cleaned, with the extension of what it really is.
    """

    id: str
    name: str
    size: int
    media_type: str
    sha256: str
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed: forgotten files, contents nobody names, abandoned drafts of contents, bytes given back."""

    files: int
    contents: int
    drafts: int
    bytes: int
