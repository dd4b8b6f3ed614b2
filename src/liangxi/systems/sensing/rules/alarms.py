"""The life of an alarm after ISA-18.2 (IEC 62682): its condition, whether somebody saw it, whether it is kept quiet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.systems.sensing.shapes import AlarmState

FLAPS = 4  # returns of one alarm within `FLAPPING` after which it chatters
FLAPPING = timedelta(minutes=15)
LONGEST_SHELF = timedelta(days=7)  # ISA-18.2 asks for a limit


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides the state of an alarm."""

    is_active: bool
    is_acknowledged: bool
    shelved_until: datetime | None
    is_suppressed: bool
    is_closed: bool


def state_of(alarm: Standing, now: datetime) -> AlarmState:
    """The state of the standard; being kept quiet comes before the rest, and a closed alarm is normal."""
    if alarm.is_closed:
        return "normal"
    if alarm.is_suppressed:
        return "suppressed"
    if alarm.shelved_until is not None and alarm.shelved_until > now:
        return "shelved"
    if alarm.is_active:
        return "acknowledged" if alarm.is_acknowledged else "unacknowledged"
    return "returned"


def check_open(state: AlarmState) -> None:
    """ConflictError `sensing.alarm.closed` for an alarm that is over."""
    if state == "normal":
        raise ConflictError("sensing.alarm.closed", "This alarm is over.")


def check_shelf(until: datetime, now: datetime) -> None:
    """InvalidError naming until: an alarm is shelved for a week at most."""
    if not now < until <= now + LONGEST_SHELF:
        why = "Shelve an alarm for up to seven days."
        raise InvalidError("sensing.alarm.until", why, fields={"until": why})


def is_over(*, is_active: bool, is_acknowledged: bool) -> bool:
    """An alarm ends when its condition ended and somebody has seen it."""
    return not is_active and is_acknowledged


def is_flapping(flaps: int, first: datetime, now: datetime) -> bool:
    """It came back so often that telling each time only hides the others."""
    return flaps >= FLAPS and now - first <= FLAPPING * max(1, flaps // FLAPS)
