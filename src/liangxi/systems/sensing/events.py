"""What sensing announces. The subject is `alarm:<id>`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised:
    """The condition of a rule began (or was no longer kept quiet): what, how grave, where, whose."""

    alarm: str
    title: str
    severity: str
    thing: str
    property: str
    division: str
    org: str
    lon: float | None
    lat: float | None
    value: float | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCleared:
    """The condition ended, or somebody ended the alarm by hand."""

    alarm: str
    at: datetime
