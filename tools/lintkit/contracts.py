"""Import contracts that import-linter does not bring: doors, one way inside a room, rules without Django.

Each reads its exceptions from `exceptions.toml` (where = "importer -> imported"), so that the contracts of
`.importlinter` hold none.
"""

from collections.abc import Iterable, Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract

from tools.lintkit.faults import Fault, excuses, judge

PACKAGE = "liangxi"
FLOORS = ("portals", "gateways", "live", "systems", "core")  # their children are rooms; others are themselves
DOORS = frozenset({"face", "shapes", "events", "errors"})
TAGS = "templatetags"  # among portals a library of template tags is a door as well
SITE_DOORS = DOORS | {"urls", "api", "app"}  # site also mounts the pages and edges of the upper floors
ORDER = (("api", "admin", "jobs"), ("face",), ("actions",), ("queries",), ("models",), ("rules",), ("events",))
LAST = ("shapes", "errors")
RANK = {name: rank for rank, names in enumerate((*ORDER, LAST)) for name in names}
IMPURE = ("django", "ninja", "psycopg", "django_htmx")


def room_of(module: str) -> str | None:
    """The room of a module: `liangxi.core.people.face` -> `liangxi.core.people`; None for a floor itself."""
    parts = module.split(".")
    if parts[0] != PACKAGE or len(parts) == 1:
        return None
    depth = 3 if parts[1] in FLOORS else 2
    return ".".join(parts[:depth]) if len(parts) >= depth else None


def file_of(module: str) -> str | None:
    """The file (or folder of that name) inside its room: `liangxi.core.people.face` -> `face`; None for the room."""
    room = room_of(module)
    return module.removeprefix(f"{room}.").split(".")[0] if room and module != room else None


def direct_imports(graph: ImportGraph) -> Iterator[tuple[str, str]]:
    """Every import of one module by another, as a pair (importer, imported)."""
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            yield importer, imported


class HouseContract(Contract):
    """A contract whose `faults` are found by us: judged against the exceptions and printed one a line."""

    law = ""

    def faults(self, graph: ImportGraph) -> Iterable[Fault]:
        """What breaks the law in `graph`."""
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Kept when every fault is excused and every exception is used."""
        found = judge(self.law, self.faults(graph))
        return ContractCheck(kept=not found, metadata={"faults": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line a fault."""
        for fault in check.metadata["faults"]:
            output.print_error(f"- {fault}", bold=False)


class FacesContract(HouseContract):
    """A room is entered by its doors: outsiders import only face, shapes, events and errors.

    A room that is one module is its own door. `kit` has no rooms and is open to all; `site` may also mount urls and
    apis.
    """

    type_name = "faces"
    law = "faces"

    def faults(self, graph: ImportGraph) -> Iterator[Fault]:
        """Imports past a door."""
        for importer, imported in direct_imports(graph):
            home, room = room_of(importer), room_of(imported)
            if room is None or room == home or room in (f"{PACKAGE}.kit", f"{PACKAGE}.site"):
                continue  # who may import site at all is said by the floors
            doors = SITE_DOORS if home == f"{PACKAGE}.site" else DOORS
            if all(place and place.startswith(f"{PACKAGE}.portals.") for place in (home, room)):
                doors = doors | {TAGS}
            is_single = not graph.find_children(room)
            if not is_single and file_of(imported) not in doors:
                says = f"a room is entered by its doors ({', '.join(sorted(doors))})"
                yield Fault(self.law, f"{importer} -> {imported}", says)


class OneWayContract(HouseContract):
    """Inside a room imports run one way: api|admin|jobs, face, actions, queries, models, rules, events, shapes|errors.

    Files of other names may stand anywhere, but no way through them may lead up again, and no circle may form.
    """

    type_name = "one_way"
    law = "one-way"

    def faults(self, graph: ImportGraph) -> Iterator[Fault]:
        """Ways up inside a room, and circles."""
        for room, edges in sorted(self._rooms(graph).items()):
            for start in sorted(edges):
                for end in sorted(_reach(start, edges)):
                    if start == end:
                        yield Fault(self.law, f"{room}.{start} -> {room}.{end}", "the files of a room form no circle")
                    elif RANK.get(end, len(RANK)) < RANK.get(start, -1):
                        says = f"{start} may not know {end}: inside a room imports run one way"
                        yield Fault(self.law, f"{room}.{start} -> {room}.{end}", says)

    @staticmethod
    def _rooms(graph: ImportGraph) -> dict[str, dict[str, set[str]]]:
        rooms: dict[str, dict[str, set[str]]] = {}
        for importer, imported in direct_imports(graph):
            room, start, end = room_of(importer), file_of(importer), file_of(imported)
            if room and room == room_of(imported) and start and end and start != end and room.split(".")[1] in FLOORS:
                rooms.setdefault(room, {}).setdefault(start, set()).add(end)
        return rooms


class PureRulesContract(HouseContract):
    """The laws of the domain (`rules`) know no Django, no database and no model, not even through another module."""

    type_name = "pure_rules"
    law = "pure-rules"

    def faults(self, graph: ImportGraph) -> Iterator[Fault]:
        """Ways from a rules module to Django, a database driver or a models module."""
        for module in sorted(graph.modules):
            if file_of(module) != "rules":
                continue
            for known in sorted(graph.find_upstream_modules(module)):
                if known.split(".")[0] in IMPURE or (file_of(known) == "models" and room_of(known)):
                    says = "rules are pure: they know no Django, no database and no model"
                    yield Fault(self.law, f"{module} -> {known}", says)


class _ExcusedContract(Contract):
    """Takes the excused imports out of the graph before import-linter's own contract looks at it."""

    law = ""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """As the contract that this one stands before; an exception that names no import breaks it."""
        unused = []
        for excuse in excuses(self.law):
            pairs = [
                (importer, imported)
                for importer, imported in direct_imports(graph)
                if excuse.covers(Fault(self.law, f"{importer} -> {imported}", ""))
            ]
            unused += [] if pairs else [excuse.where]
            for importer, imported in pairs:
                graph.remove_import(importer=importer, imported=imported)
        if unused:
            raise ValueError(f"exceptions of {self.law} that are not needed any more: {unused}")
        return super().check(graph, verbose)  # type: ignore[safe-super]


class HouseLayersContract(_ExcusedContract, LayersContract):
    """Layers, with the exceptions of the house."""

    type_name = "house_layers"
    law = "layers"


class HouseForbiddenContract(_ExcusedContract, ForbiddenContract):
    """Forbidden imports, with the exceptions of the house."""

    type_name = "house_forbidden"
    law = "forbidden"


def _reach(start: str, edges: dict[str, set[str]]) -> set[str]:
    """Everything that `start` leads to; holds `start` itself only when a circle leads back."""
    found: set[str] = set()
    todo = list(edges.get(start, ()))
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += edges.get(name, ())
    return found
