"""A package drawn as a process: nodes in lanes, flows with their corners. Lengths in pixels, origin top left."""

from collections.abc import Mapping
from dataclasses import dataclass

Point = tuple[int, int]
START, END, TASK, PARALLEL, EXCLUSIVE = "startEvent", "endEvent", "userTask", "parallelGateway", "exclusiveGateway"
"""Kinds of nodes, named as BPMN 2.0 names their elements."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element of a process; `x`, `y` its upper left corner, `notes` what it rests on, a line each."""

    id: str
    kind: str
    name: Mapping[str, str]
    lane: str
    x: int
    y: int
    width: int
    height: int
    notes: tuple[str, ...] = ()

    @property
    def middle(self) -> int:
        """The height of its middle."""
        return self.y + self.height // 2

    @property
    def right(self) -> int:
        """Its right edge."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Flow:
    """From one node to another; `condition` in the language of packages ("": always), `is_default` where else none."""

    id: str
    source: str
    target: str
    points: tuple[Point, ...]
    condition: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """What one organisation does; `y` its upper edge."""

    org: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Diagram:
    """A whole process of a package (`id`)."""

    id: str
    name: Mapping[str, str]
    version: str
    lanes: tuple[Lane, ...]
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    width: int
    height: int
