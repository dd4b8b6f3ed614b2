"""The checks that each row of a resource must pass on its way in.

Checks are SQL over the typed fields, true of rows that break them, so that DuckDB judges millions in seconds. Numbers
of persons (GB 11643), firms (GB 32100) and telephones are judged as `core.people` judges them one by one.
"""

from collections.abc import Iterable, Mapping, Sequence

from liangxi.core.lake.shapes import Check
from liangxi.systems.data.shapes import ResourceDefinition, ResourceField

MISSING = "is missing"
CITIZEN_ID = "is no citizen id (date or check character)"
USCC = "is no unified social credit code (form or check character)"
PHONE = "is no telephone number"
CODE = "is none of the codes"
_PHONE = r"(\+?86)?(1[3-9][0-9]{9}|0[0-9]{2,3}[2-9][0-9]{6,7})"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def columns_of(made: ResourceDefinition, said: Mapping[str, str]) -> dict[str, str]:
    """By which names a column is known: the Chinese title of a field, and what the source says."""
    return {field.title["zh"]: field.name for field in made.fields} | dict(said)


def checks_of(
    made: ResourceDefinition, required: Iterable[str], codes: Mapping[str, Sequence[str]]
) -> tuple[Check, ...]:
    """The checks of a row: what must be there, the codes, and the check digits of what the data elements say."""
    found = [Check(name, f"coalesce(trim({column(name)}::VARCHAR), '') = ''", MISSING) for name in required]
    for field in made.fields:
        if field.name in codes:
            listed = ", ".join(literal(code) for code in codes[field.name])
            found.append(Check(field.name, f"{column(field.name)} NOT IN ({listed})", CODE))
        if says := NUMBERS.get(number_of(field)):
            sql, reason = says
            found.append(Check(field.name, sql.replace("{x}", column(field.name)), reason))
    return tuple(found)


def number_of(field: ResourceField) -> str:
    """Which kind of number a field holds: citizen_id, uscc, phone; empty for any other."""
    return field.element if field.type == "text" else ""


def column(name: str) -> str:
    """The name of a field in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def _citizen_id() -> str:
    """ISO 7064 MOD 11-2 over the first 17 digits, taken as one number."""
    digits = " + ".join(f"(d // {10 ** (16 - i)}) % 10 * {2 ** (17 - i) % 11}" for i in range(17))
    digits = digits.replace("d //", "TRY_CAST(left({x}, 17) AS BIGINT) //")
    check = f"substr('10X98765432', (({digits}) % 11)::INTEGER + 1, 1)"
    shape = "regexp_full_match({x}, '[1-9][0-9]{5}(18[89]|19[0-9]|20[0-9])[0-9](0[1-9]|1[0-2])[0-3][0-9]{4}[0-9X]')"
    day = "try_strptime(substr({x}, 7, 8), '%Y%m%d') IS NULL"
    wrong = f"WHEN NOT {shape} THEN true WHEN {check} <> right({{x}}, 1) THEN true ELSE {day}"
    return f"CASE WHEN {{x}} IS NULL THEN false {wrong} END"


def _uscc() -> str:
    total = " + ".join(f"(instr('{_ALPHABET}', substr({{x}}, {i + 1}, 1)) - 1) * {3**i % 31}" for i in range(17))
    check = f"substr('{_ALPHABET}', ((31 - ({total}) % 31) % 31)::INTEGER + 1, 1)"
    shape = f"regexp_full_match({{x}}, '[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}')"
    return f"CASE WHEN {{x}} IS NULL THEN false WHEN NOT {shape} THEN true ELSE {check} <> right({{x}}, 1) END"


NUMBERS: Mapping[str, tuple[str, str]] = {  # data element -> SQL that is true of a wrong one, the reason
    "citizen_id": (_citizen_id(), CITIZEN_ID),
    "uscc": (_uscc(), USCC),
    "phone": (f"NOT regexp_full_match(regexp_replace({{x}}, '[ -]', '', 'g'), '{_PHONE}')", PHONE),
}
