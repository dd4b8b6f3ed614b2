"""Doors of one community: estates with buildings, units, storeys and rooms; streets with shops."""

from collections.abc import Iterator

from liangxi.core.places.shapes import Address
from liangxi.site.dice import dice
from liangxi.site.sample import names

_PER_ESTATE = 1200  # homes
_UNITS, _FLOORS, _ROOMS = 3, 11, 2
_STREET = 90  # estates from this number on are streets: doors without building, unit or floor
_SHOPS = 95  # a street's numbers 1 to 95


class Doors:
    """Gives out homes and shops one after the other; every door once."""

    def __init__(self, *, seed: int, division: str, code: str, place: str, at: tuple[float, float]) -> None:
        self._draw = dice(seed, "homes", division)
        self._division, self._code, self._place, self._at = division, code, place, at
        self._homes, self._shops = self._all_homes(), self._all_shops()
        self.given: list[Address] = []

    def home(self) -> Address:
        """The next home."""
        return self._give(next(self._homes))

    def shop(self) -> Address:
        """The next door on a street."""
        return self._give(next(self._shops))

    def _give(self, door: Address) -> Address:
        self.given.append(door)
        return door

    def _all_homes(self) -> Iterator[Address]:
        for estate in range(1, _STREET):
            name = self._pick(names.ESTATES) + self._pick(names.ESTATES) + self._pick(names.ESTATE_KINDS)
            lon, lat = self._near(self._at, 0.006)
            for n in range(_PER_ESTATE):
                rest, room = divmod(n, _ROOMS)
                rest, floor = divmod(rest, _FLOORS)
                building, unit = divmod(rest, _UNITS)
                code = f"{self._code}{estate:02d}{building + 1:03d}{unit + 1:02d}{floor + 1:02d}{room + 1:02d}"
                at = (lon + building % 5 * 0.0007, lat + building // 5 * 0.0005)
                where = f"{name}{building + 1}幢{unit + 1}单元{floor + 1}{room + 1:02d}室"
                yield self._address(code, where, at)

    def _all_shops(self) -> Iterator[Address]:
        for street in range(_STREET, 100):
            name = self._pick(names.ROADS) + self._pick(names.ROADS) + self._pick(names.ROAD_KINDS)
            lon, lat = self._near(self._at, 0.006)
            for lane in range(0, 1000):
                for number in range(1, _SHOPS + 1):
                    code = f"{self._code}{street:02d}{lane:03d}0000{number:02d}"
                    where = f"{name}{number}号" if lane == 0 else f"{name}{lane}弄{number}号"
                    yield self._address(code, where, (lon + number * 0.00012, lat + lane * 0.0004))

    def _address(self, code: str, where: str, at: tuple[float, float]) -> Address:
        return Address(code, self._place + where, self._division, round(at[0], 6), round(at[1], 6))

    def _near(self, at: tuple[float, float], spread: float) -> tuple[float, float]:
        return at[0] + float(self._draw.uniform(-spread, spread)), at[1] + float(self._draw.uniform(-spread, spread))

    def _pick(self, words: tuple[str, ...]) -> str:
        return words[int(self._draw.integers(len(words)))]
