"""Where a field's value is looked up. `mother` and `father` are the applicant or the spouse, as their sexes say."""

from dataclasses import dataclass
from typing import Literal

Subject = Literal["person", "firm", "premises", "answer"]
_PARENTS = {"registry.mother.": "F", "registry.father.": "M"}


@dataclass(frozen=True, slots=True)
class Source:
    """A resolved source: whose record, and the name of the field in the register's catalogue."""

    subject: Subject
    field: str


def resolve(source: str, applicant_sex: str) -> Source:
    """The record and field behind `source` for an applicant of this sex (F or M)."""
    if source.startswith("ask."):
        return Source("answer", source.removeprefix("ask."))
    if source.startswith("twin.premises."):
        return Source("premises", source.removeprefix("twin.premises."))
    if source.startswith("registry.firm."):
        return Source("firm", source)
    for prefix, sex in _PARENTS.items():
        if source.startswith(prefix):
            whose = "person" if applicant_sex == sex else "spouse"
            return Source("person", f"registry.{whose}.{source.removeprefix(prefix)}")
    return Source("person", source)
