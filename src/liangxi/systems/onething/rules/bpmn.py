"""A diagram as BPMN 2.0 XML with its layout (OMG formal/2013-12-09, chapters 8, 10 and 12). Pure."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET  # writes only

from liangxi.systems.onething.rules.drawing import HEAD
from liangxi.systems.onething.shapes.diagrams import Diagram, Flow, Lane, Node, Point

_FEEL = "https://www.omg.org/spec/DMN/20191111/FEEL/"
_SPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
for _prefix, _space in _SPACES.items():
    ET.register_namespace(_prefix, _space)


def write(diagram: Diagram, names: Mapping[str, str], lang: str = "zh") -> str:
    """The file; `names` the organisations by code. Ids are stable: the same package gives the same text."""
    root = ET.Element(_q("bpmn:definitions"), {
        "id": f"definitions-{diagram.id}", "targetNamespace": "urn:liangxi:package", "expressionLanguage": _FEEL,
        "exporter": "Liangxi", "exporterVersion": diagram.version,
    })  # fmt: skip
    together = ET.SubElement(root, _q("bpmn:collaboration"), id="collaboration")
    process = f"package-{diagram.id}"
    ET.SubElement(together, _q("bpmn:participant"), id="pool", name=diagram.name[lang], processRef=process)
    _process(root, diagram, names, lang)
    page = ET.SubElement(root, _q("bpmndi:BPMNDiagram"), id="diagram")
    plane = ET.SubElement(page, _q("bpmndi:BPMNPlane"), id="plane", bpmnElement="collaboration")
    whole = (0, 0, HEAD + diagram.width, diagram.height)
    _shape(plane, "pool", whole, isHorizontal="true")
    for lane in diagram.lanes:
        bounds = (HEAD, lane.y, diagram.width, lane.height)
        _shape(plane, f"lane-{lane.org}", bounds, isHorizontal="true")
    for node in diagram.nodes:
        _shape(plane, node.id, (HEAD + node.x, node.y, node.width, node.height))
    for flow in diagram.flows:
        _edge(plane, flow.id, flow.points)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _process(root: ET.Element, diagram: Diagram, names: Mapping[str, str], lang: str) -> None:
    process = ET.SubElement(
        root, _q("bpmn:process"), id=f"package-{diagram.id}", name=diagram.name[lang], isExecutable="true"
    )
    lanes = ET.SubElement(process, _q("bpmn:laneSet"), id="lanes")
    for lane in diagram.lanes:
        _lane(lanes, lane, diagram.nodes, names)
    for node in diagram.nodes:
        _node(process, node, diagram.flows, lang)
    for flow in diagram.flows:
        element = ET.SubElement(
            process, _q("bpmn:sequenceFlow"), id=flow.id, sourceRef=flow.source, targetRef=flow.target
        )
        if flow.condition:
            element.set("name", flow.condition)
            kind = {_q("xsi:type"): "bpmn:tFormalExpression", "language": _FEEL}
            ET.SubElement(element, _q("bpmn:conditionExpression"), kind).text = flow.condition


def _lane(lanes: ET.Element, lane: Lane, nodes: tuple[Node, ...], names: Mapping[str, str]) -> None:
    element = ET.SubElement(lanes, _q("bpmn:lane"), id=f"lane-{lane.org}", name=names.get(lane.org, lane.org))
    for node in nodes:
        if node.lane == lane.org:
            ET.SubElement(element, _q("bpmn:flowNodeRef")).text = node.id


def _node(process: ET.Element, node: Node, flows: tuple[Flow, ...], lang: str) -> None:
    element = ET.SubElement(process, _q(f"bpmn:{node.kind}"), id=node.id)
    if node.name[lang]:
        element.set("name", node.name[lang])
    for flow in flows:
        if flow.source == node.id and flow.is_default:
            element.set("default", flow.id)
    if node.notes:
        ET.SubElement(element, _q("bpmn:documentation")).text = "\n".join(node.notes)
    for way, end in (("incoming", "target"), ("outgoing", "source")):
        for flow in flows:
            if getattr(flow, end) == node.id:
                ET.SubElement(element, _q(f"bpmn:{way}")).text = flow.id


def _shape(plane: ET.Element, of: str, bounds: tuple[int, int, int, int], **more: str) -> None:
    shape = ET.SubElement(plane, _q("bpmndi:BPMNShape"), {"id": f"{of}-shape", "bpmnElement": of, **more})
    x, y, width, height = map(str, bounds)
    ET.SubElement(shape, _q("dc:Bounds"), x=x, y=y, width=width, height=height)


def _edge(plane: ET.Element, of: str, points: tuple[Point, ...]) -> None:
    edge = ET.SubElement(plane, _q("bpmndi:BPMNEdge"), id=f"{of}-edge", bpmnElement=of)
    for x, y in points:
        ET.SubElement(edge, _q("di:waypoint"), x=str(HEAD + x), y=str(y))


def _q(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"
