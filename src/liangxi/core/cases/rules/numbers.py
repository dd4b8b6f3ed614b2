"""Numbers of cases: day, running number, check digit, so that a slip of the pen is noticed."""

from datetime import datetime

from liangxi.core.calendar.shapes import local


def luhn(digits: str) -> str:
    """The check digit of ISO/IEC 7812-1 for a row of digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def case_number(at: datetime, running: int) -> str:
    """`20261123000017`: the day in the city, the running number (5 digits or more), the check digit over both."""
    body = f"{local(at):%Y%m%d}{running:05d}"
    return body + luhn(body)


def is_case_number(no: str) -> bool:
    """True when the check digit fits."""
    return no.isdecimal() and len(no) >= 14 and luhn(no[:-1]) == no[-1]
