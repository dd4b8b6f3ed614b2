"""The case as a flow of Viewflow; imported in the peer's process only."""

from typing import Any

from viewflow import this
from viewflow.workflow import STATUS, flow, lock
from viewflow.workflow.models import Process

REVIEWS = ("food", "fire", "sign")


def _fill(activation: Any, form: dict[str, Any]) -> Any:
    activation.process.data = form
    return activation.process


class CaseFlow(flow.Flow):  # type: ignore[misc]
    """accept, three reviews at once, hand out."""

    process_class = Process
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle(_fill).Next(this.accept)
    accept = flow.Handle().Next(this.split)
    split = flow.Split().Next(this.food).Next(this.fire).Next(this.sign)
    food = flow.Handle().Next(this.join)
    fire = flow.Handle().Next(this.join)
    sign = flow.Handle().Next(this.join)
    join = flow.Join().Next(this.hand_out)
    hand_out = flow.Handle().Next(this.end)
    end = flow.End()


def whole_case(form: dict[str, Any]) -> None:
    """Submit, accept, three decisions, hand out."""
    process = CaseFlow.start.run(form=form)
    for step in ("accept", *REVIEWS, "hand_out"):
        node = getattr(CaseFlow, step)
        node.run(process.task_set.get(flow_task=node, status=STATUS.NEW))
    process.refresh_from_db()
    assert process.status == STATUS.DONE, "the peer's case is not at its end"
