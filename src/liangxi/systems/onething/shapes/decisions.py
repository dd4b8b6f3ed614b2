"""Decision tables (OMG DMN 1.x) as conditions of packages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from liangxi.kit.conditions import Condition


@dataclass(frozen=True, slots=True)
class DecisionFault:
    """What of a table cannot be taken over: the element (with the rule's number) and why, a msgid with `params`."""

    where: str
    reason: str
    params: Mapping[str, object] = field(default_factory=dict)

    def in_words(self, say: Callable[[str], str]) -> tuple[str, str]:
        """The reason in the words of `say` (gettext), filled in; there is no hint."""
        text = say(self.reason)
        return (text % self.params if self.params else text), ""

    @property
    def text(self) -> str:
        """Where and why in one English line."""
        return f"{self.where}: {self.in_words(str)[0]}"


@dataclass(frozen=True, slots=True)
class OutputCondition:
    """When an output of a table has a value (as FEEL writes it)."""

    output: str
    value: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision table: its name, its hit policy, and when each output has which value."""

    name: str
    policy: str
    conditions: tuple[OutputCondition, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a DMN file holds; with faults there is nothing to take over."""

    decisions: tuple[Decision, ...]
    faults: tuple[DecisionFault, ...]
