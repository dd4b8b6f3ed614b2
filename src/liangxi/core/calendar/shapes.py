"""What the door of the calendar takes and gives."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from liangxi.core.calendar.rules import OFFICE_HOURS, Due, WorkCalendar, end_of, local

__all__ = ["OFFICE_HOURS", "DayRow", "Due", "WorkCalendar", "end_of", "local"]


@dataclass(frozen=True, slots=True)
class DayRow:
    """An exceptional day to load: off (holiday or exchanged) or work (make-up day), with its notice."""

    date: date
    name: str
    kind: Literal["off", "work"]
    notice: str = ""
