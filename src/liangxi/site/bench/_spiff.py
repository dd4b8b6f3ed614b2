"""The peer: SpiffWorkflow runs the same case with restore and save at each step, into the same PostgreSQL."""

import io
import time
from collections.abc import Mapping
from typing import Any

import psycopg

NAME = "SpiffWorkflow"
_REVIEWS = ("food", "fire", "sign")
_TABLE = "CREATE TABLE IF NOT EXISTS peer_case (no int PRIMARY KEY, body text NOT NULL)"


def _bpmn() -> bytes:
    """accept, three reviews at once, hand out."""
    flows = [("start", "accept"), ("accept", "split"), ("join", "hand_out"), ("hand_out", "end")]
    flows += [("split", one) for one in _REVIEWS] + [(one, "join") for one in _REVIEWS]
    nodes = ['<bpmn:startEvent id="start"/>', '<bpmn:endEvent id="end"/>', '<bpmn:parallelGateway id="split"/>']
    nodes += ['<bpmn:parallelGateway id="join"/>']
    nodes += [f'<bpmn:manualTask id="{one}" name="{one}"/>' for one in ("accept", *_REVIEWS, "hand_out")]
    lines = [f'<bpmn:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(flows)]
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bench">'
        f'<bpmn:process id="case" isExecutable="true">{"".join(nodes + lines)}</bpmn:process></bpmn:definitions>'
    ).encode()


def found(url: str, form: Mapping[str, Any]) -> "Peer | None":
    """The peer on the database at `url`; None where it is not installed."""
    try:
        return Peer(url, form)
    except ImportError:
        return None


class Peer:
    """One connection, one parsed process; `whole_case` is submit and five steps, each durable before the next."""

    def __init__(self, url: str, form: Mapping[str, Any]) -> None:
        from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

        parser = BpmnParser()
        parser.add_bpmn_io(io.BytesIO(_bpmn()))
        self._spec = parser.get_spec("case")
        self._serializer = BpmnWorkflowSerializer()
        self._db = psycopg.connect(url)
        self._form = dict(form)
        self._db.execute(_TABLE)
        self._db.commit()

    def whole_case(self, no: int) -> float:
        """Submit, accept, three decisions, hand out; the processor seconds of this process."""
        begun = time.process_time()
        self._whole_case(no)
        return time.process_time() - begun

    def _whole_case(self, no: int) -> None:
        from SpiffWorkflow.bpmn import BpmnWorkflow

        workflow = BpmnWorkflow(self._spec)
        workflow.do_engine_steps()
        workflow.get_next_task(manual=True).set_data(form=dict(self._form))
        body = self._serializer.serialize_json(workflow)
        self._db.execute("INSERT INTO peer_case VALUES (%s, %s)", [no, body])
        self._db.commit()
        for step in ("accept", *_REVIEWS, "hand_out"):
            workflow = self._step(no, step)
        assert workflow.is_completed(), "the peer's case is not at its end"

    def _step(self, no: int, name: str) -> Any:
        row = self._db.execute("SELECT body FROM peer_case WHERE no = %s FOR UPDATE", [no]).fetchone()
        assert row is not None
        workflow = self._serializer.deserialize_json(row[0])
        task = workflow.get_next_task(spec_name=name)
        task.set_data(**{f"{name}_outcome": "approve"})
        task.run()
        workflow.do_engine_steps()
        self._db.execute(
            "UPDATE peer_case SET body = %s WHERE no = %s", [self._serializer.serialize_json(workflow), no]
        )
        self._db.commit()
        return workflow

    def close(self) -> None:
        """Close the connection."""
        self._db.close()
