"""Many observations of many streams at once (`dataArray`): the good ones stored, the others told."""

from collections.abc import Mapping, Sequence
from typing import Any

from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError, InvalidError, NotFoundError
from liangxi.systems.sensing import models
from liangxi.systems.sensing.actions.observatory import storing
from liangxi.systems.sensing.actions.observatory.storing import Row
from liangxi.systems.sensing.actions.observatory.writing import MANAGE, default_feature
from liangxi.systems.sensing.rules import recording
from liangxi.systems.sensing.shapes.observatory import Series

_KNOWN = frozenset({"phenomenonTime", "resultTime", "result", "resultQuality", "validTime", "parameters",
                    "FeatureOfInterest"})  # fmt: skip


def record_series(by: Actor, series: Sequence[Series]) -> list[int | HouseError]:
    """Store observations; for each, in order, its id or why it was not stored."""
    by.require(MANAGE)
    now = recording.micros(time.now())
    said: list[int | HouseError] = []
    rows: list[Row] = []
    places: list[int] = []
    features = _features(series)
    for one in series:
        stream = _stream(by, one)
        for given in _given(one):
            try:
                if isinstance(stream, HouseError):
                    raise stream
                rows.append(Row(stream.pk, _recorded(given, stream, features, now)))
                places.append(len(said))
                said.append(0)
            except HouseError as error:
                said.append(error)
    if rows:
        first = storing.store(rows)
        for n, place in enumerate(places):
            said[place] = first + n
    return said


def _given(one: Series) -> list[dict[str, Any]]:
    unknown = [name for name in one.columns if name not in _KNOWN]
    if unknown:
        raise InvalidError("sta.components", "There is no such component: %(name)s.", {"name": unknown[0]},
                           fields={"components": unknown[0]})  # fmt: skip
    return [dict(zip(one.columns, row, strict=True)) for row in zip(*one.columns.values(), strict=True)]


def _stream(by: Actor, one: Series) -> models.Datastream | HouseError:
    row = models.Datastream.objects.select_related("thing").filter(
        pk=one.stream, is_multi=one.is_multi, is_open=True
    ).first()  # fmt: skip
    if row is None or not by.may("thing.read", row.thing.org_path):
        return NotFoundError("sta.entity", "There is no %(kind)s %(id)s.", {"kind": "Datastream", "id": one.stream})
    if not by.may(MANAGE, row.thing.org_path):
        return HouseError(
            "house.forbidden", "You do not hold the permission %(permission)s here.", {"permission": MANAGE}
        )
    return row


def _features(series: Sequence[Series]) -> set[int]:
    """The features that stand among those that are named."""
    named = {id for one in series for id in one.columns.get("FeatureOfInterest", ()) if isinstance(id, int)}
    return set(models.FeatureOfInterest.objects.filter(pk__in=named).values_list("pk", flat=True)) if named else set()


def _recorded(given: Mapping[str, Any], stream: models.Datastream, features: set[int], now: int) -> recording.Recorded:
    feature = given.get("FeatureOfInterest")
    if feature is None:
        feature = _default(stream)
    elif not isinstance(feature, int) or feature not in features:
        why = "There is no such entity."
        raise InvalidError("sta.link", why, fields={"FeatureOfInterest": why})
    return recording.recorded(
        given, types=storing.types_of(stream), is_multi=stream.is_multi, feature=feature, id=None, now=now
    )


def _default(stream: models.Datastream) -> int:
    held: int | None = getattr(stream, "_feature", None)
    if held is None:
        held = default_feature(stream)
        stream._feature = held  # type: ignore[attr-defined]  # looked up once a request
    return held
