"""A file that is fetched page by page, and goes on where it was after a crash.

After each page the bytes are forced to the disk and the place (offset and token of the next page) is told to the run's
row. Who goes on cuts the draft back to the offset that the row knows.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Saved = Callable[[Mapping[str, Any]], None]  # keeps the place; raises to stop


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as bytes, how many, and the token with which the next page begins (None: this was the last)."""

    content: bytes
    rows: int
    token: Any
    cursor: str = ""  # the highest value of the cursor column so far


Pages = Callable[[Any], Iterator[Page]]  # from a token (None: the beginning)


def fetch(place: Path, place_known: Mapping[str, Any], pages: Pages, saved: Saved) -> Mapping[str, Any]:
    """Write all pages into `place`; what the last place was: offset, token, rows, cursor, and `is_whole`."""
    known = dict(place_known) or {"offset": 0, "token": None, "rows": 0, "cursor": "", "is_whole": False}
    with place.open("ab") as file:
        file.truncate(known["offset"])
        file.seek(known["offset"])
        if known["is_whole"]:
            return known
        for page in pages(known["token"]):
            file.write(page.content)
            file.flush()
            os.fsync(file.fileno())
            known = {
                "offset": file.tell(),
                "token": page.token,
                "rows": known["rows"] + page.rows,
                "cursor": page.cursor or known["cursor"],
                "is_whole": page.token is None,
            }
            saved(known)
    return known
