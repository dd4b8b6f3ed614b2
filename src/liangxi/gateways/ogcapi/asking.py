"""The parameters of items: limit, offset, bbox, datetime, and values of columns. InvalidError names the parameter."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from liangxi.kit import time
from liangxi.kit.errors import HouseError
from liangxi.systems.data.shapes.opening import Box, OpenDataset, Wanted

MOST = 10_000
USUAL = 100
KNOWN = ("f", "limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "q")
_WGS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class ParameterError(HouseError):
    """A parameter that cannot be, or that nobody knows (OGC API Features, 7.3)."""

    status = 400


def wanted_of(sent: Mapping[str, str], found: OpenDataset) -> Wanted:
    """Which rows the parameters ask for."""
    names = {column.field.name for column in found.columns}
    equal = tuple((name, (value,)) for name, value in sent.items() if name in names and name not in KNOWN)
    check_known(sent, names)
    since, until = interval(sent.get("datetime", ""))
    if (since or until) and not found.moment:
        raise refused("datetime", "The rows of this collection have no time.")
    return Wanted(
        equal=equal,
        text=sent.get("q", ""),
        limit=number(sent, "limit", USUAL, 1, MOST, clamp=True),
        offset=number(sent, "offset", 0, 0, 10_000_000),
        box=box_of(sent.get("bbox", "")),
        moment=found.moment,
        since=since,
        until=until,
    )


def check_known(sent: Mapping[str, str], names: Collection[str] = ()) -> None:
    """Every parameter is known, and coordinates are wanted in CRS84."""
    for name in sent:
        if name not in names and name not in KNOWN:
            raise refused(name, "There is no such parameter.")
    for name in ("crs", "bbox-crs"):
        if sent.get(name, _WGS84) != _WGS84:
            raise refused(name, "Only CRS84 is known here.")


def number(sent: Mapping[str, str], name: str, usual: int, least: int, most: int, *, clamp: bool = False) -> int:
    """A whole number; with `clamp` a larger one becomes the largest."""
    text = sent.get(name, str(usual))
    if not text.isascii() or not text.isdecimal() or len(text) > 12 or int(text) < least:
        raise refused(name, "Enter a whole number that is not out of range.")
    if int(text) > most and not clamp:
        raise refused(name, "Enter a whole number that is not out of range.")
    return min(int(text), most)


def box_of(text: str) -> Box | None:
    """West, south, east, north; of six numbers the heights are left out."""
    if not text:
        return None
    try:
        numbers = [float(one) for one in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[0:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(abs(one) <= 400 for one in numbers) or numbers[1] > numbers[3]:
        raise refused("bbox", "A box is west,south,east,north.")
    return numbers[0], numbers[1], numbers[2], numbers[3]


def interval(text: str) -> tuple[datetime | None, datetime | None]:
    """An instant or an interval with open ends (RFC 3339), both ends belonging to it, in official time without zone."""
    if not text:
        return None, None
    ends = text.split("/") if "/" in text else [text, text]
    if len(ends) != 2 or all(one in ("", "..") for one in ends):
        raise refused("datetime", "Give an instant or an interval of RFC 3339.")
    first, last = _instant(ends[0], is_end=False), _instant(ends[1], is_end=True)
    if first and last and first > last:
        raise refused("datetime", "Give an instant or an interval of RFC 3339.")
    return first, last


def _instant(text: str, *, is_end: bool) -> datetime | None:
    if text in ("", ".."):
        return None
    try:
        if _DAY.fullmatch(text):
            day = datetime.fromisoformat(text)
            return day + timedelta(days=1, microseconds=-1) if is_end else day
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise refused("datetime", "Give an instant or an interval of RFC 3339.") from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(time.CITY).replace(tzinfo=None)


def refused(name: str, why: str) -> ParameterError:
    """The refusal of a parameter."""
    return ParameterError(f"ogc.{name}", why, fields={name: why})
