"""Counting reviews: by department, window, matter or month; every count is that of rows which can be listed."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F
from django.db.models.functions import TruncMonth

from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError
from liangxi.systems.reviews import shapes
from liangxi.systems.reviews.models import Review
from liangxi.systems.reviews.queries import reading

BY: Mapping[str, Any] = {
    "org": F("org"),
    "window": F("window"),
    "matter": F("matter"),
    "month": TruncMonth("at", tzinfo=time.CITY),
}


def tallies(by: Actor, wanted: shapes.Filter, dimension: str) -> tuple[shapes.Tally, ...]:
    """One row for each department, window, matter or month."""
    by.require(reading.READ)
    if dimension not in BY:
        raise InvalidError("reviews.by", "Choose what to count by.", fields={"by": "Choose what to count by."})
    rows = Review.objects.filter(reading.scope(by), reading.filtered(wanted))
    if dimension == "window":
        rows = rows.exclude(window="")
    numbers = {f"n_{name}": Count("pk", filter=which, distinct=True) for name, which in reading.conditions().items()}
    counted = rows.values(key=BY[dimension]).annotate(**numbers)
    titles = dict(rows.order_by("at").values_list("matter", "title")) if dimension == "matter" else {}
    found = [_tally(row, dimension, titles) for row in counted]
    return tuple(sorted(found, key=lambda one: one.key if dimension == "month" else (-one.total, one.key)))


def _tally(row: Mapping[str, Any], dimension: str, titles: Mapping[str, Any]) -> shapes.Tally:
    key = row["key"].strftime("%Y-%m") if dimension == "month" else row["key"]
    return shapes.Tally(
        key=key,
        title=titles.get(key),
        total=row["n_counted"],
        levels=(row["n_5"], row["n_4"], row["n_3"], row["n_2"], row["n_1"]),
        good=row["n_good"],
        bad=row["n_bad"],
        excluded=row["n_excluded"],
        to_call=row["n_to_call"],
        called=row["n_called"],
        ended=row["n_ended"],
        answered_in_time=row["n_answered"],
    )
