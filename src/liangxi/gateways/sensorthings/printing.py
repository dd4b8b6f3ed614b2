"""Entities as JSON (OGC 18-088, clause 9): links, selected properties, expanded relations, pages."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from liangxi.gateways.sensorthings import resources
from liangxi.gateways.sensorthings.options import TOP, Options
from liangxi.kit.actor import Actor
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes.observatory import PROPERTIES, RELATIONS, SET_OF, Entity, EntityPage, Kind

Document = dict[str, Any]
COMPONENTS = ("id", "phenomenonTime", "resultTime", "result")


class Printer:
    """Writes entities for one caller; `root` is the address of the service."""

    def __init__(self, by: Actor, root: str) -> None:
        self._by, self._root = by, root

    def address(self, kind: Kind, id: int) -> str:
        """The self link of an entity."""
        return f"{self._root}/{SET_OF[kind]}({id})"

    def page(self, found: EntityPage, options: Options, address: str) -> Document:
        """A set of entities; `address` is that of the set without its query."""
        told: Document = {} if found.count is None else {"@iot.count": found.count}
        told["value"] = [self.entity(one, options) for one in found.rows]
        if found.has_more and options.top != 0:
            told["@iot.nextLink"] = f"{address}?{_following(options)}"
        return told

    def references(self, found: EntityPage, options: Options, address: str) -> Document:
        """The self links of a set (`$ref`)."""
        told = self.page(found, Options(select=("@iot.selfLink",)), address)
        told["value"] = [{"@iot.selfLink": self.address(one.kind, one.id)} for one in found.rows]
        if found.has_more and options.top != 0:
            told["@iot.nextLink"] = f"{address}?{_following(options)}"
        return told

    def entity(self, one: Entity, options: Options) -> Document:
        """An entity with what was selected and expanded."""
        told: Document = {}
        wanted = set(options.select) - {"*"}
        if not wanted or "id" in wanted:
            told["@iot.id"] = one.id
        if not wanted or "@iot.selfLink" in wanted:
            told["@iot.selfLink"] = self.address(one.kind, one.id)
        for name in PROPERTIES[one.kind]:
            if name in one.properties and (not wanted or name in wanted):
                told[name] = one.properties[name]
        expanded = dict(options.expands)
        for name in RELATIONS[one.kind]:
            if name in expanded:
                told |= self._expanded(one, name, expanded[name])
            elif (not wanted or name in wanted) and not _is_other(one, name):
                told[f"{name}@iot.navigationLink"] = f"{self.address(one.kind, one.id)}/{name}"
        return told

    def _expanded(self, one: Entity, name: str, options: Options) -> Document:
        relation = RELATIONS[one.kind][name]
        if not relation.is_many:
            found = resources.single(self._by, one.kind, one, name)
            return {} if found is None else {name: self.entity(found, options)}
        within = resources.behind(one.kind, one.id, name)
        page = sensing.entities(by=self._by, asked=options.asked(relation.kind, within))
        told = self.page(page, options, f"{self.address(one.kind, one.id)}/{name}")
        expanded: Document = {name: told["value"]}
        for key in ("@iot.count", "@iot.nextLink"):
            if key in told:
                expanded[f"{name}{key}"] = told[key]
        return expanded

    def arrays(self, found: EntityPage, options: Options, address: str) -> Document:
        """Observations as `dataArray`, stream by stream."""
        components = [
            name for name in options.select if name in (*COMPONENTS, *PROPERTIES["Observation"])
        ] or COMPONENTS
        groups: dict[tuple[int, bool], list[list[Any]]] = {}
        for one in found.rows:
            row = [one.id if name == "id" else one.properties.get(name) for name in components]
            groups.setdefault((one.properties["@stream"], one.properties["@multi"]), []).append(row)
        told: Document = {} if found.count is None else {"@iot.count": found.count}
        told["value"] = [self._array(key, list(components), rows) for key, rows in groups.items()]
        if found.has_more and options.top != 0:
            told["@iot.nextLink"] = f"{address}?{_following(options)}"
        return told

    def _array(self, key: tuple[int, bool], components: Sequence[str], rows: list[list[Any]]) -> Document:
        kind: Kind = "MultiDatastream" if key[1] else "Datastream"
        return {
            f"{kind}@iot.navigationLink": self.address(kind, key[0]),
            "components": list(components),
            "dataArray@iot.count": len(rows),
            "dataArray": rows,
        }


def _is_other(one: Entity, name: str) -> bool:
    """An observation belongs to a stream of one property or of several, and links only to that."""
    if one.kind != "Observation" or name == "FeatureOfInterest":
        return False
    return bool(one.properties["@multi"]) != (name == "MultiDatastream")


def _following(options: Options) -> str:
    """The query of the next page: the same, further on."""
    texts: Mapping[str, str] = dict(options.texts)
    top = TOP if options.top is None else options.top
    moved = {**texts, "$top": str(top), "$skip": str(options.skip + min(top, 10_000))}
    return "&".join(f"{name}={quote(value, safe='(),/;:=$')}" for name, value in moved.items())
