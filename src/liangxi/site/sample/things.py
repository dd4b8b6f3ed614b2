"""Sample things of the city: a few of each kind at places of the sample, the rules that watch them, and what they say.

Nothing of it is measured: days have their course, some days it rains, now and then something is wrong; the same thing
says the same at the same time.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from liangxi.core.places import face as places
from liangxi.core.places.shapes import Division
from liangxi.kit import actor, time
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import AlarmRule, ThingRow

HOUSE = actor.system("sample")
PREFIX = "sample-"
EACH = 6  # things of a kind
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of things: its profile, who owns them, how they are called, what the n-th says at a time."""

    profile: str
    org: str
    title: str
    says: Callable[[int, datetime], Said]


def chance(*what: object) -> float:
    """A number from 0 to 1 that is always the same for the same."""
    digest = hashlib.blake2b("/".join(map(str, what)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def hour_of(at: datetime) -> float:
    """The hour of the day in the city."""
    local = at.astimezone(time.CITY)
    return local.hour + local.minute / 60


def swing(at: datetime, peak: float) -> float:
    """From -1 to 1 over the day, highest at the hour `peak`."""
    return math.cos((hour_of(at) - peak) / 24 * 2 * math.pi)


def rain(at: datetime) -> float:
    """How much it rains, from 0 to 1: on one day in four, for some hours."""
    local = at.astimezone(time.CITY)
    if chance("rain", local.date()) > 0.25:
        return 0.0
    middle = 24 * chance("when", local.date())
    return max(0.0, 1 - abs(hour_of(at) - middle) / 5)


def jitter(n: int, at: datetime, name: str) -> float:
    """From -1 to 1, another one each minute."""
    return 2 * chance(name, n, at.replace(second=0, microsecond=0).isoformat()) - 1


def is_wrong(n: int, at: datetime, name: str, share: float) -> bool:
    """Whether something is wrong with the n-th thing for this quarter of an hour."""
    return chance("wrong", name, n, at.date(), at.hour, at.minute // 15) < share


def _water(n: int, at: datetime) -> Said:
    level = 3.1 + 0.1 * n + 0.08 * swing(at, 15) + 0.9 * rain(at) + 0.01 * jitter(n, at, "level")
    return {"level": round(level, 3), "battery": round(12.6 - 0.1 * n, 2), "cover": False}


def _air(n: int, at: datetime) -> Said:
    haze = 2.2 if chance("haze", at.astimezone(time.CITY).date()) < 0.08 else 1.0
    dust = (34 + 14 * swing(at, 8) + 4 * n + 6 * jitter(n, at, "pm25")) * (1 - 0.5 * rain(at)) * haze
    warm = 12 + 5 * swing(at, 14) + 0.3 * jitter(n, at, "temperature")
    wet = min(99.0, 62 - 14 * swing(at, 14) + 30 * rain(at))
    return {"pm25": round(max(3.0, dust), 1), "pm10": round(max(5.0, dust * 1.6), 1), "temperature": round(warm, 1),
            "humidity": round(wet, 1)}  # fmt: skip


def _noise(n: int, at: datetime) -> Said:
    loud = 55 + 8 * swing(at, 14) + n + 3 * jitter(n, at, "leq")
    return {"leq": round(loud + (14 if is_wrong(n, at, "noise", 0.01) else 0), 1), "battery": 12.5}


def _traffic(n: int, at: datetime) -> Said:
    rush = sum(math.exp(-(((hour_of(at) - peak) / 1.6) ** 2)) for peak in (8.0, 17.7))
    flow = (180 + 900 * max(0.0, swing(at, 13)) + 1400 * rush) * (0.7 + 0.1 * n) * (1 + 0.08 * jitter(n, at, "flow"))
    speed = max(8.0, 58 - flow / 70 - 8 * rain(at))
    return {"flow": round(flow), "speed": round(speed, 1), "occupancy": round(min(95.0, flow / 55), 1)}


def _light(n: int, at: datetime) -> Said:
    is_lit = not 6.2 < hour_of(at) < 17.5
    is_broken = n == EACH - 1 and chance("broken", at.date()) < 0.3
    power = (118 + 2 * jitter(n, at, "power")) if is_lit and not is_broken else 0.0
    return {"lit": is_lit and not is_broken, "power": round(power, 1), "voltage": round(224 + jitter(n, at, "v"), 1)}


def _elevator(n: int, at: datetime) -> Said:
    is_trapped = is_wrong(n, at, "elevator", 0.002)
    floor = 1 + int(18 * chance("floor", n, at.isoformat()) ** 2)
    return {"floor": floor, "trapped": is_trapped, "status": "fault" if is_trapped else "normal"}


def _smoke(n: int, at: datetime) -> Said:
    is_alarm = is_wrong(n, at, "smoke", 0.001)
    return {"smoke": is_alarm, "battery": 96 - n, "status": "alarm" if is_alarm else "normal"}


def _manhole(n: int, at: datetime) -> Said:
    depth = 0.35 + 0.05 * n + 1.2 * rain(at) + 0.02 * jitter(n, at, "depth")
    return {"open": is_wrong(n, at, "manhole", 0.002), "depth": round(depth, 2), "battery": 93 - n}


KINDS: Sequence[Kind] = (
    Kind("water_level", "water", "水位计", _water),
    Kind("air_station", "ecology", "微型空气站", _air),
    Kind("noise_station", "ecology", "噪声监测点", _noise),
    Kind("traffic_counter", "transport", "交通流量检测器", _traffic),
    Kind("street_light", "urban", "路灯", _light),
    Kind("elevator", "market", "电梯", _elevator),
    Kind("smoke_detector", "fire", "感烟探测器", _smoke),
    Kind("manhole_cover", "urban", "智能井盖", _manhole),
)
RULES: Sequence[AlarmRule] = (
    AlarmRule(title="水位超警戒", profile="water_level", property="level", severity="high", high=4.2, hysteresis=0.1),
    AlarmRule(title="PM2.5 超标", profile="air_station", property="pm25", high=75, hysteresis=5, hold=600),
    AlarmRule(title="噪声超标", profile="noise_station", property="leq", severity="low", high=75, hysteresis=3),
    AlarmRule(title="电梯困人", profile="elevator", property="trapped", severity="critical", high=0.5),
    AlarmRule(title="火警", profile="smoke_detector", property="smoke", severity="critical", high=0.5),
    AlarmRule(title="井盖开启", profile="manhole_cover", property="open", severity="high", high=0.5),
    AlarmRule(title="井下积水", profile="manhole_cover", property="depth", high=1.5, hysteresis=0.2),
)


def make() -> None:
    """Register the things with their keys, which stay in this home, and the rules; a second time changes nothing."""
    known = {rule.title for rule in sensing.alarm_rules(by=HOUSE)}
    for rule in RULES:
        if rule.title not in known:
            sensing.put_alarm_rule(by=HOUSE, rule=rule)
    stand = {one.code for one in sensing.things(by=HOUSE, query=PREFIX, limit=200).rows}
    rows = [row for row in _rows() if row.code not in stand]
    if rows:
        issued = sensing.register_things(by=HOUSE, rows=rows, are_keyed=True)
        keys = _read() | {one.thing: one.secret for one in issued}
        _file().parent.mkdir(mode=0o700, exist_ok=True)
        draft = _file().with_suffix(".part")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(keys))
        draft.replace(_file())


def keys() -> Mapping[str, str]:
    """The keys of the sample things of this home, by code; none where there is no sample."""
    return _read()


def says(code: str, at: datetime) -> Said:
    """What a sample thing observes at a time, by property."""
    kind, _, number = code.removeprefix(PREFIX).rpartition("-")
    return next(one for one in KINDS if one.profile == kind).says(int(number) - 1, at)


def _rows() -> list[ThingRow]:
    towns = places.divisions(level="town")
    return [_row(kind, n, towns[(k * EACH + n) * 7 % len(towns)]) for k, kind in enumerate(KINDS) for n in range(EACH)]


def _row(kind: Kind, n: int, town: Division) -> ThingRow:
    doors = places.find_addresses(text=town.name["zh"], division=town.code(), limit=1 + n)
    door = doors[-1] if doors else None
    return ThingRow(
        code=f"{PREFIX}{kind.profile}-{n + 1}",
        title=f"{town.name['zh']}{kind.title}（样例）",
        profile=kind.profile,
        org=kind.org,
        division=town.code(),
        lon=door.lon if door else None,
        lat=door.lat if door else None,
    )


def _file() -> Path:
    return Path(settings.CONFIG.home) / "keys" / "sample-things.json"


def _read() -> dict[str, str]:
    return dict(json.loads(_file().read_text())) if _file().exists() else {}
