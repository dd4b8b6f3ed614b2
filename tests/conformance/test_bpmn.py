"""The diagrams of all packages: run to the end by SpiffWorkflow."""

from pathlib import Path

import pytest
from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from liangxi.kit import conditions, schema
from liangxi.systems.onething.actions import reading
from liangxi.systems.onething.rules import bpmn, checking, drawing, situation

ROOT = Path(__file__).parents[2]
CITY = ROOT / "cities" / "wuxi"
EACH = 12  # situations of a package that are run, spread over all


class Feel(PythonScriptEngine):
    """The conditions of a diagram in the language that they name."""

    def evaluate(self, task, expression, external_context=None):
        return conditions.parse(expression).evaluate(task.data)


@pytest.fixture(scope="module")
def packages():
    matters = {}
    for file in (CITY / "matters").glob("*.yaml"):
        document = schema.load_yaml(file, reading.MATTERS)
        matters |= {one["id"]: one for one in document.data["matters"]}
    read = [reading.read(schema.load_yaml(file, reading.PACKAGE), matters)
            for file in sorted((CITY / "onethings").glob("*.yaml"))]  # fmt: skip
    return [one.package for one in read]


def run(spec, answers):
    """The ids of the tasks that were done, in order, once the process has ended."""
    process = BpmnWorkflow(spec, script_engine=Feel())
    process.task_tree.data.update(answers)
    done = []
    process.do_engine_steps()
    while ready := [task for task in process.get_tasks(state=TaskState.READY) if task.task_spec.manual]:
        for task in ready:
            done.append(task.task_spec.name)
            task.run()
        process.do_engine_steps()
    assert process.completed
    return done


def specification(text, package):
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(text.encode()))
    return parser.get_spec(f"package-{package.id}")


def test_spiffworkflow_runs_every_package_as_its_guide_says(packages):
    for package in packages:
        spec = specification(bpmn.write(drawing.draw(package), {}), package)
        every = list(checking.situations(package))
        for answers in every[:: max(1, len(every) // EACH)]:
            chosen = situation.chosen_items(package, answers)
            done = run(spec, answers)
            assert sorted(done) == sorted(["accept", "hand-out", *(f"do-{one.matter.id}" for one in chosen)])
            for item in chosen:
                for before in situation.predecessors(item, chosen):
                    assert done.index(f"do-{before}") < done.index(f"do-{item.matter.id}"), package.id
        alone = specification(bpmn.write(drawing.draw(package, every[-1]), {}), package)
        assert len(run(alone, {})) == len(situation.chosen_items(package, every[-1])) + 2


def test_nothing_is_drawn_over_anything(packages):
    for package in packages:
        diagram = drawing.draw(package)
        for one in diagram.nodes:
            for other in diagram.nodes:
                apart = one.right <= other.x or other.right <= one.x
                apart = apart or one.y + one.height <= other.y or other.y + other.height <= one.y
                assert one is other or apart, (package.id, one.id, other.id)
