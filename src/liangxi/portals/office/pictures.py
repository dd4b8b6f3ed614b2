"""A diagram of a package as a picture in the page."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from liangxi.systems.onething.shapes.diagrams import END, EXCLUSIVE, PARALLEL, START, TASK, Diagram, Flow, Lane, Node

_LANE = 34  # width of a lane's name
_MARKS = {PARALLEL: "M{x} {t}V{b}M{l} {y}H{r}", EXCLUSIVE: "M{l} {t}L{r} {b}M{l} {b}L{r} {t}"}
_ARM = 9  # half of the mark in a gateway


def svg(diagram: Diagram, names: Mapping[str, Any], lang: str) -> SafeString:
    """Lanes, flows and nodes as BPMN draws them; its colours come from the style sheet."""
    parts = [_lane(lane, names, diagram.width, lang) for lane in diagram.lanes]
    parts += [_flow(flow) for flow in diagram.flows] + [_node(node, lang) for node in diagram.nodes]
    return format_html(
        '<svg class="bpmn" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}"><defs><marker'
        ' id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="bpmn__head" d="M0 0 10 5 0 10z"/></marker></defs>{3}</svg>',
        diagram.width,
        diagram.height,
        diagram.name[lang],
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _lane(lane: Lane, names: Mapping[str, Any], width: int, lang: str) -> SafeString:
    title = names[lane.org][lang] if lane.org in names else lane.org
    return format_html(
        '<rect class="bpmn__lane" x="0" y="{0}" width="{1}" height="{2}"/><foreignObject x="2" y="{0}" width="{3}"'
        ' height="{2}"><div class="bpmn__org" title="{4}">{4}</div></foreignObject>',
        lane.y,
        width,
        lane.height,
        _LANE,
        title,
    )


def _flow(flow: Flow) -> SafeString:
    line = "M" + "L".join(f"{x} {y}" for x, y in flow.points)
    kind = " bpmn__flow--else" if flow.is_default else ""
    drawn = format_html('<path class="bpmn__flow{}" d="{}" marker-end="url(#arrow)"/>', kind, line)
    if not flow.condition:
        return drawn
    x, y = flow.points[0]
    return drawn + format_html('<text class="bpmn__when" x="{}" y="{}">{}</text>', x + 2, y + 40, flow.condition)


def _node(node: Node, lang: str) -> SafeString:
    x, y, right, middle = node.x, node.y, node.right, node.middle
    centre = x + node.width // 2
    if node.kind == TASK:
        return format_html(
            '<rect class="bpmn__task" x="{0}" y="{1}" width="{2}" height="{3}" rx="8"/><foreignObject x="{0}" y="{1}"'
            ' width="{2}" height="{3}"><div class="bpmn__name">{4}</div></foreignObject><title>{5}</title>',
            x,
            y,
            node.width,
            node.height,
            node.name[lang],
            "\n".join((node.name[lang], *node.notes)),
        )
    if node.kind in (START, END):
        kind = "bpmn__end" if node.kind == END else "bpmn__start"
        return format_html('<circle class="{}" cx="{}" cy="{}" r="{}"/>', kind, centre, middle, node.width // 2)
    shape = f"M{centre} {y}L{right} {middle}L{centre} {y + node.height}L{x} {middle}z"
    mark = _MARKS[node.kind].format(
        x=centre, y=middle, t=middle - _ARM, b=middle + _ARM, l=centre - _ARM, r=centre + _ARM
    )
    return mark_safe(f'<path class="bpmn__gateway" d="{shape}"/><path class="bpmn__mark" d="{mark}"/>')  # noqa: S308
