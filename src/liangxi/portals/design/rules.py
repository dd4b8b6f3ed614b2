"""How values are said: dates, money, small charts. Pure; the words come from gettext in the tags."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from liangxi.kit.time import CITY

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_date(value: date | datetime, *, language: str, today: date, with_time: bool = False) -> str:
    """11月23日（周一）, or Mon 23 Nov; the year is said when it is not this year's; instants in the city's time."""
    local = value.astimezone(CITY) if isinstance(value, datetime) and value.tzinfo else value
    clock = f" {local:%H:%M}" if with_time and isinstance(local, datetime) else ""
    if language.startswith("zh"):
        year = f"{local.year}年" if local.year != today.year else ""
        return f"{year}{local.month}月{local.day}日（周{WEEKDAYS_ZH[local.weekday()]}）{clock.strip()}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{WEEKDAYS_EN[local.weekday()]} {local.day} {MONTHS_EN[local.month - 1]}{year}{clock}"


def say_amount(yuan: Decimal | float | str) -> str:
    """Yuan with thousands, and fen only where there are any: 1,234 or 1,234.50."""
    exact = Decimal(str(yuan)).quantize(Decimal("0.01"))
    return f"{exact:,.0f}" if exact == exact.to_integral_value() else f"{exact:,.2f}"


def spark_points(values: Sequence[float], *, width: float = 120, height: float = 36) -> tuple[tuple[float, float], ...]:
    """The corners of a sparkline in a box of `width` x `height`, the lowest value at the bottom; 3 units of margin."""
    if not values:
        return ()
    low, high = min(values), max(values)
    step = (width - 6) / max(len(values) - 1, 1)
    rise = (height - 6) / ((high - low) or 1)
    return tuple((round(3 + i * step, 1), round(height - 3 - (v - low) * rise, 1)) for i, v in enumerate(values))
