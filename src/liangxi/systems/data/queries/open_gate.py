"""The privacy gate: what the catalogue says, then what DuckDB finds in the rows as the public would see them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liangxi.core.lake.shapes import Cursor
from liangxi.core.people import face as people
from liangxi.kit.errors import InvalidError
from liangxi.systems.data.queries import open_profile
from liangxi.systems.data.queries.open_reading import Opened, reading
from liangxi.systems.data.rules import opening
from liangxi.systems.data.rules.open_query import quoted
from liangxi.systems.data.shapes import ResourceDefinition
from liangxi.systems.data.shapes.opening import Finding, Wanted

_TEXTS = ("string", "int")


@dataclass(frozen=True, slots=True)
class Examined:
    """What the gate found in one state, and, when it passed, what its columns hold."""

    findings: tuple[Finding, ...]
    rows: int = 0
    profile: Mapping[str, Any] | None = None

    @property
    def passed(self) -> bool:
        """Whether the state may be public."""
        return opening.passes(self.findings)


def examine(made: ResourceDefinition, terms: Mapping[str, Any], table: str, cursor: Cursor) -> Examined:
    """Judge a state of the lake under terms; nothing but counts leaves this function."""
    findings = list(opening.standing_findings(made, terms))
    if not opening.passes(findings):
        return Examined(tuple(findings))
    try:
        with reading(made.id, table, cursor, terms) as opened:
            rows = int(opened.one(*opened.query(Wanted()).count())[0])
            findings.append(Finding(check="rows", passed=rows > 0, count=rows))
            findings += _contents(opened)
            findings += _groups(opened, terms)
            passed = opening.passes(findings)
            return Examined(tuple(findings), rows, open_profile.profile(opened, rows) if passed else None)
    except InvalidError as error:  # the table has not the columns of the description
        return Examined((*findings, Finding(check="table", passed=False, kind=error.code)))


def _contents(opened: Opened) -> Iterator[Finding]:
    """Numbers of persons, telephones, cards and plates, by form and check digit, anywhere in a text."""
    sql, parameters = opened.query(Wanted()).relation()
    for column in opened.compiled.columns:
        if column.type not in _TEXTS:
            continue
        for kind, pattern in opening.PATTERNS.items():
            found = f"regexp_extract_all(CAST({quoted(column.name)} AS VARCHAR), '{pattern}')"
            values = opened.reader.rows(
                f"SELECT DISTINCT unnest({found}) FROM ({sql}) LIMIT {opening.CANDIDATES}", parameters
            )
            yield opening.content_finding(column.name, kind, [value for (value,) in values], _VALID[kind])


def _groups(opened: Opened, terms: Mapping[str, Any]) -> Iterator[Finding]:
    """k-anonymity over the quasi-identifiers, and small cells of the columns that count."""
    sql, parameters = opened.query(Wanted()).relation()
    least = int(terms.get("group") or opening.GROUP)
    if quasi := terms.get("quasi"):
        by = ", ".join(quoted(name) for name in quasi)
        small, _ = opened.one(
            f"SELECT count(*), sum(n) FROM (SELECT count(*) AS n FROM ({sql}) GROUP BY {by}) WHERE n < {least}",
            parameters,
        )
        yield Finding(check="group", column=",".join(quasi), kind=str(least), passed=not small, count=small)
    for name in terms.get("counts") or ():
        column = quoted(name)
        (cells,) = opened.one(f"SELECT count(*) FROM ({sql}) WHERE {column} > 0 AND {column} < {least}", parameters)
        yield Finding(check="cell", column=name, kind=str(least), passed=not cells, count=cells)


def _is(check: Callable[[object], object]) -> Callable[[str], bool]:
    """A check that raises as one that answers."""

    def judged(value: str) -> bool:
        try:
            check(value)
        except InvalidError:
            return False
        return True

    return judged


_VALID: Mapping[str, Callable[[str], bool]] = {
    "citizen-id": _is(people.check_citizen_id),
    "phone": _is(people.check_phone),
    "bank-card": opening.is_card,
    "plate": opening.is_plate,
}
