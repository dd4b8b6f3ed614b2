"""What folding needs: the frame, tasks that open and close, clocks that stop and run."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liangxi.core.calendar.shapes import WorkCalendar
from liangxi.core.cases.rules import clocks
from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import FAR, Clock, Node, Seat, State, Task


@dataclass(frozen=True, slots=True)
class Frame:
    """What does not change while events are folded: the plan, the calendar, the instant."""

    plan: Plan
    calendar: WorkCalendar
    at: datetime

    def times(self, task: Task, node: Node) -> tuple[datetime | None, datetime, datetime]:
        """Due, yellow and red of a task: by its own limit, or with the clock of its node."""
        clock = node.clock
        if task.days:
            clock = Clock(promised=task.days, statutory=task.days, started=task.opened_at)
            self.draw(clock)
        return clock.due, clock.yellow_at or FAR, clock.red_at or FAR

    def draw(self, clock: Clock) -> None:
        """Compute the instants of a clock."""
        clocks.draw(clock, self.calendar, self.plan.yellow)


WITH_THE_CLOCK = ("decide", "extension")
"""The kinds of tasks that run with the clock of their node."""


def open_task(frame: Frame, state: State, node: Node, kind: str, permission: str, **more: Any) -> Task:
    """Open a task; `more` are fields of it, or `on`, the seat that it is for."""
    seat: Seat | None = more.pop("on", None)
    if seat is not None:
        more |= {"org": seat.org, "seat": seat.n, "assignee": seat.account or None, "assignee_name": seat.name}
    said = {"org": node.org} | more
    right = frame.plan.right(permission)
    task = Task(n=len(state.tasks) + 1, case_no=node.no, kind=kind, permission=right, opened_at=frame.at, **said)
    if task.days or kind in WITH_THE_CLOCK:
        task.due, task.yellow_at, task.red_at = frame.times(task, node)
    state.tasks.append(task)
    return task


def close_tasks(frame: Frame, state: State, node: Node, *kinds: str, seat: int = 0) -> None:
    """Close the open tasks of a node that move it on (or those of the kinds, of the seat)."""
    beside = ("read", "supervise", "extension")
    for task in state.open_tasks(node.no):
        if (task.kind in kinds if kinds else task.kind not in beside) and seat in (0, task.seat):
            task.done_at = frame.at


def conclude(frame: Frame, state: State, node: Node) -> None:
    """Nothing is waited for at a node any more: its tasks close, whatever it was held up by falls."""
    for task in state.open_tasks(node.no):
        if task.kind not in ("read", "supervise"):
            task.done_at = frame.at
    node.supplement = node.special = node.extension = None


def ask_seats(frame: Frame, state: State, node: Node) -> None:
    """Open a task for each seat that has not signed."""
    for seat in node.seats:
        if seat.outcome is None:
            open_task(frame, state, node, "decide", "case.decide", on=seat)


def stop(frame: Frame, state: State, node: Node) -> None:
    """Stop the clock of a node, and with it that of the whole case."""
    for one in (node, state.root) if node is not state.root else (node,):
        if one.clock.started is not None and not one.clock.is_stopped:
            one.clock.stops = [*one.clock.stops, (frame.at, None)]
            frame.draw(one.clock)


def run_on(frame: Frame, state: State, node: Node) -> None:
    """Let the clock of a node run again; the whole case's does when no item stands any more."""
    _run(frame, node.clock)
    if not any(item.clock.is_stopped for item in state.items if item.closed_at is None):
        _run(frame, state.root.clock)


def _run(frame: Frame, clock: Clock) -> None:
    if clock.is_stopped:
        clock.stops = [*clock.stops[:-1], (clock.stops[-1][0], frame.at)]
        frame.draw(clock)


def redraw(frame: Frame, state: State) -> None:
    """Draw every open clock and task anew, as after a new year's calendar or an extension."""
    for node in (state.root, *state.items):
        if node.closed_at is None and node.clock.started is not None:
            frame.draw(node.clock)
        for task in state.open_tasks(node.no):
            if task.days or task.kind in WITH_THE_CLOCK:
                task.due, task.yellow_at, task.red_at = frame.times(task, node)


def end_all(frame: Frame, state: State, outcome: str) -> None:
    """End the whole case: every node that is still open, every task but what others are to read or look into."""
    for node in (state.root, *state.items):
        if node.closed_at is None:
            node.state = node.outcome = outcome
            node.closed_at = frame.at
            conclude(frame, state, node)
