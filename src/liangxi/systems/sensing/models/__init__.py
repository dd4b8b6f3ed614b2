"""Tables of sensing: the registry with its rules and alarms, and what the open interface adds to it."""

from liangxi.systems.sensing.models.observatory import (
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    MultiProperty,
    ObservedProperty,
    Sensor,
)
from liangxi.systems.sensing.models.registry import (
    Alarm,
    AlarmEntry,
    AlarmRule,
    ClaimKey,
    Credential,
    Datastream,
    Maintenance,
    Profile,
    Thing,
)

__all__ = [
    "Alarm",
    "AlarmEntry",
    "AlarmRule",
    "ClaimKey",
    "Credential",
    "Datastream",
    "FeatureOfInterest",
    "HistoricalLocation",
    "Location",
    "Maintenance",
    "MultiProperty",
    "ObservedProperty",
    "Profile",
    "Sensor",
    "Thing",
]
