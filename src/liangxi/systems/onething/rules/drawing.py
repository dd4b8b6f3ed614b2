"""A package laid out as a process: acceptance, matters side by side or after each other, one hand-out. Pure.

Each matter has a row of its own in the lane of its department, and a place to the right of all that it waits for. A
flow leaves its row at once and arrives on the row of its target, so that none runs through a matter. A matter that
does not apply lets the process pass.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from liangxi.kit.condition_syntax import Constant
from liangxi.systems.onething.rules import situation
from liangxi.systems.onething.shapes import Answers, Item, Package
from liangxi.systems.onething.shapes.diagrams import (
    END,
    EXCLUSIVE,
    PARALLEL,
    START,
    TASK,
    Diagram,
    Flow,
    Lane,
    Node,
    Point,
)

ROW, GAP, HEAD = 110, 40, 40  # height of a row, between two nodes, the names of the lanes
_SIZES = {TASK: (130, 64), START: (36, 36), END: (36, 36), PARALLEL: (46, 46), EXCLUSIVE: (46, 46)}
_ACCEPT = {"zh": "统一受理", "en": "Accept once"}
_HAND_OUT = {"zh": "统一出件", "en": "Hand out once"}
_APPLIED = {"zh": "提交申请", "en": "Application submitted"}
_ENDED = {"zh": "办结", "en": "Ended"}
_NOTHING = {"zh": "", "en": ""}


@dataclass(slots=True)
class _Step:
    """A matter on its way into the picture: what it waits for here, who waits for it, its row."""

    item: Item
    before: tuple[str, ...]
    followers: list[str] = field(default_factory=list)
    rank: int = 0
    row: int = 0

    @property
    def id(self) -> str:
        return self.item.matter.id

    @property
    def is_certain(self) -> bool:
        return self.item.when.node == Constant(True)


def draw(package: Package, answers: Answers | None = None) -> Diagram:
    """The process of a package; with `answers` that of one situation, without conditions."""
    steps = _steps(package, answers)
    pen = _Pen(package, steps, is_open=answers is None)
    pen.trunk()
    for rank in range(max((step.rank for step in steps.values()), default=-1) + 1):
        pen.column([step for step in steps.values() if step.rank == rank])
    pen.close()
    return Diagram(
        id=package.id,
        name=package.title,
        version=package.version,
        lanes=pen.lanes,
        nodes=tuple(pen.nodes.values()),
        flows=tuple(pen.flows),
        width=pen.x,
        height=sum(lane.height for lane in pen.lanes),
    )


def _steps(package: Package, answers: Answers | None) -> dict[str, _Step]:
    chosen = package.items if answers is None else situation.chosen_items(package, answers)
    steps = {item.matter.id: _Step(item, situation.predecessors(item, chosen)) for item in chosen}
    for step in steps.values():
        for key in step.before:
            steps[key].followers.append(step.id)
    for _ in steps:  # at most as many rounds as matters: what waits stands to the right
        for step in steps.values():
            step.rank = max((steps[key].rank + 1 for key in step.before), default=0)
    return steps


class _Pen:
    """Draws from left to right; `x` is where the next column begins."""

    def __init__(self, package: Package, steps: Mapping[str, _Step], *, is_open: bool) -> None:
        self.package, self.steps, self.is_open = package, steps, is_open
        self.nodes: dict[str, Node] = {}
        self.flows: list[Flow] = []
        self.exits: dict[str, str] = {}
        self.x = HEAD + GAP
        self.lanes = self._lanes()

    def _lanes(self) -> tuple[Lane, ...]:
        """Lanes with a row for each matter; the first row of whoever accepts or hands out is kept for that."""
        package = self.package
        orgs = [package.accept_org, *(step.item.matter.org for step in self.steps.values()), package.hand_out_org]
        lanes, y = [], 0
        for org in dict.fromkeys(orgs):
            row = 1 if org in (package.accept_org, package.hand_out_org) else 0
            for step in self.steps.values():
                if step.item.matter.org == org:
                    step.row, row = y // ROW + row, row + 1
            lanes.append(Lane(org, y, row * ROW))
            y += row * ROW
        return tuple(lanes)

    def _row_of(self, org: str) -> int:
        return next(lane.y for lane in self.lanes if lane.org == org) // ROW

    def put(self, id: str, kind: str, name: Mapping[str, str], lane: str, row: int, **more: tuple[str, ...]) -> Node:
        """A node at the pen, in the middle of its row."""
        width, height = _SIZES[kind]
        y = row * ROW + (ROW - height) // 2 + 6
        self.nodes[id] = Node(id, kind, name, lane, self.x, y, width, height, **more)
        return self.nodes[id]

    def flow(self, source: str, target: str, condition: str = "", *, late: bool = False, over: bool = False) -> None:
        """A flow; `late` keeps the row of its source till the end, `over` passes above what stands between."""
        a, b = self.nodes[source], self.nodes[target]
        turn = b.x - GAP // 2 if late else a.right + GAP // 2
        points: tuple[Point, ...] = ((a.right, a.middle), (turn, a.middle), (turn, b.middle), (b.x, b.middle))
        if over:
            high, left, right = a.middle - 46, a.x + a.width // 2, b.x + b.width // 2
            points = ((left, a.y), (left, high), (right, high), (right, b.y))
        elif a.middle == b.middle:
            points = (points[0], points[-1])
        self.flows.append(Flow(f"flow-{len(self.flows) + 1}", source, target, points, condition, over))

    def trunk(self) -> None:
        """Start, acceptance, and the gateway from which matters run side by side."""
        lane, roots = self.package.accept_org, [step for step in self.steps.values() if not step.before]
        row = self._row_of(lane)
        last = ""
        parts = [("start", START, _APPLIED), ("accept", TASK, _ACCEPT), ("fork", PARALLEL, _NOTHING)]
        for id, kind, name in parts[: 3 if len(roots) > 1 else 2]:
            self.put(id, kind, name, lane, row)
            if last:
                self.flow(last, id)
            last, self.x = id, self.x + _SIZES[kind][0] + GAP
        self.exits[""] = last

    def column(self, steps: list[_Step]) -> None:
        """The matters of one rank: what joins, the question whether it applies, the matter, and what comes together."""
        for part in ("join", "ask", "do", "merge", "fork"):
            here = [step for step in steps if self._needs(step, part)]
            for step in here:
                getattr(self, f"_{part}")(step)
            if here:
                self.x += _SIZES[TASK if part == "do" else PARALLEL][0] + GAP

    def _needs(self, step: _Step, part: str) -> bool:
        return {
            "join": len(step.before) > 1,
            "ask": self.is_open and not step.is_certain,
            "do": True,
            "merge": self.is_open and not step.is_certain,
            "fork": len(step.followers) > 1,
        }[part]

    def _next(self, step: _Step, id: str, kind: str, **more: tuple[str, ...]) -> None:
        """The next node of a matter, after its last one or after what it waits for."""
        is_first = step.id not in self.exits
        name = step.item.matter.title if kind == TASK else _NOTHING
        self.put(id, kind, name, step.item.matter.org, step.row, **more)
        if is_first:
            for key in step.before or ("",):
                self.flow(self.exits[key], id)
        self.exits[step.id] = id

    def _join(self, step: _Step) -> None:
        self._next(step, f"join-{step.id}", PARALLEL)

    def _ask(self, step: _Step) -> None:
        last = self.exits.get(step.id)
        self._next(step, f"ask-{step.id}", EXCLUSIVE)
        if last:
            self.flow(last, f"ask-{step.id}")

    def _do(self, step: _Step) -> None:
        last = self.exits.get(step.id)
        self._next(step, f"do-{step.id}", TASK, notes=_notes(step.item))
        if last:
            self.flow(last, f"do-{step.id}", str(step.item.when) if last.startswith("ask-") else "")

    def _merge(self, step: _Step) -> None:
        self._next(step, f"merge-{step.id}", EXCLUSIVE)
        self.flow(f"do-{step.id}", f"merge-{step.id}")
        self.flow(f"ask-{step.id}", f"merge-{step.id}", over=True)

    def _fork(self, step: _Step) -> None:
        last = self.exits[step.id]
        self._next(step, f"fork-{step.id}", PARALLEL)
        self.flow(last, f"fork-{step.id}")

    def close(self) -> None:
        """What comes together at the end, the hand-out, the end."""
        lane = self.package.hand_out_org
        row, ends = self._row_of(lane), [step.id for step in self.steps.values() if not step.followers]
        parts = [("together", PARALLEL, _NOTHING), ("hand-out", TASK, _HAND_OUT), ("end", END, _ENDED)]
        last: Iterable[str] = [self.exits[key] for key in ends or ("",)]
        for id, kind, name in parts[0 if len(ends) > 1 else 1 :]:
            self.put(id, kind, name, lane, row)
            for source in last:
                self.flow(source, id, late=True)
            last, self.x = [id], self.x + _SIZES[kind][0] + GAP


def _notes(item: Item) -> tuple[str, ...]:
    """Law and limits of a matter, and who signs."""
    matter = item.matter
    notes = [f"《{law.name}》{law.article}" for law in matter.law]
    notes.append(f"法定 {matter.statutory.days} 个工作日，承诺 {matter.promised.days} 个工作日")
    if item.signs:
        notes.append(f"{item.signs.rule}: {', '.join(item.signs.orgs)}")
    return tuple(notes)
