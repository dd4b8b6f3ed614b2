"""What is measured of the rows of a resource."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from liangxi.systems.data.shapes.catalogue import Titles

Dimension = Literal["normative", "complete", "accurate", "consistent", "timely", "accessible"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRule:
    """A rule of the rows of a resource. `bad` is SQL over its fields, true of rows that break it (rows where it is
    unknown keep it); `allowed` the share of rows that may break it before a ticket opens."""

    id: str
    dimension: Dimension
    field: str
    title: Titles
    bad: str
    allowed: float = 0.0
    source: str = ""  # `<resource>.<field>` of the authoritative value that is compared, of a rule across resources


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What a rule found: `broken` of `checked` rows."""

    rule: str
    dimension: str
    field: str
    title: Titles
    broken: int
    checked: int
    allowed: float

    @property
    def score(self) -> float:
        """0 to 100."""
        return 100.0 if not self.checked else 100.0 * (1 - self.broken / self.checked)

    @property
    def passes(self) -> bool:
        """Whether no more rows break it than are allowed."""
        return self.broken <= self.allowed * self.checked


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProfile:
    """What the values of a field are like. Values (`low`, `high`, `top`) are told of fields that are not personal."""

    field: str
    nulls: int
    distinct: int
    low: str
    high: str
    top: tuple[tuple[str, int], ...]
    drift: float | None  # population stability index against the measurement before


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One version measured: the score of each dimension (None: nothing to measure), and of the whole."""

    resource: str
    title: Titles
    org: str
    data_version: str
    rows: int
    score: float
    dimensions: Mapping[str, float | None]
    results: tuple[RuleResult, ...]
    profile: tuple[FieldProfile, ...]
    alarms: tuple[Mapping[str, Any], ...]
    measured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that failed, as a ticket (校核) of the provider: open until it is answered or the rows are mended."""

    id: str
    resource: str
    title: Titles
    org: str
    rule: str
    rule_title: Titles
    field: str
    broken: int
    checked: int
    state: Literal["open", "answered", "mended"]
    case: str
    data_version: str
    opened_at: datetime
    answer: str
    may_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPage:
    """The quality of all resources that were measured, worst first; the mean by department; open tickets."""

    resources: tuple[Measurement, ...]
    orgs: tuple[tuple[str, float, int], ...]  # code, mean score, measured resources
    findings: tuple[Finding, ...]
