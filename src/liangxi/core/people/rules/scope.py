"""From the paths on which a permission holds to what SQL may return."""

import re
from collections.abc import Iterable

_COLUMN = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?")


def roots(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths without those that another one already covers, sorted."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not (kept and path.startswith(kept[-1])):
            kept.append(path)
    return tuple(kept)


def prefix_sql(prefixes: Iterable[str], column: str) -> tuple[str, list[str]]:
    """A predicate that holds where `column` begins with one of `prefixes`, and its parameters.

    No prefix: FALSE. The empty prefix or `/`: TRUE. Served by a btree index in the C collation. `column` is ours,
    never a user's, and a name that is no plain identifier raises ValueError.
    """
    if not _COLUMN.fullmatch(column):
        raise ValueError(f"not a column name: {column!r}")
    kept = roots(prefixes)
    if not kept:
        return "FALSE", []
    if kept[0] in {"", "/"}:
        return "TRUE", []
    patterns = [re.sub(r"([\\%_])", r"\\\1", prefix) + "%" for prefix in kept]
    return "(" + " OR ".join([f"{column} LIKE %s"] * len(patterns)) + ")", list(patterns)


def division_prefix(org_path: str) -> str | None:
    """The beginning of the division codes of the people in the charge of an organisation.

    The last number on the path decides: `/320200/health/` is the whole city (empty prefix: also people whose
    division is unknown), `/320200/320213/health/` the county 320213, nine digits a town, twelve a community.
    None: a path outside the divisions, which is in charge of nobody.
    """
    if org_path == "/":
        return ""
    numbers = [part for part in org_path.split("/") if part.isdecimal()]
    if not numbers:
        return None
    code = numbers[-1]
    return "" if len(code) == 6 and code.endswith("00") else re.sub(r"(?<=^.{6})(000)+$|(?<=^.{9})000$", "", code)


def division_prefixes(org_paths: Iterable[str]) -> tuple[str, ...]:
    """`division_prefix` of each path, without the covered ones."""
    return roots(p for p in (division_prefix(path) for path in org_paths) if p is not None)
