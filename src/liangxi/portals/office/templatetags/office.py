"""Small words of the office's pages."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from urllib.parse import urlencode

from django.template import Library
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext, pgettext

from liangxi.portals.design.templatetags.design import badge_tag
from liangxi.portals.office import (
    connector_wording,
    data_wording,
    federation_wording,
    matching_wording,
    quality_wording,
    sensing_wording,
    wording,
)
from liangxi.portals.words import objections, roles
from liangxi.systems.data.shapes.opening import Finding, Opening
from liangxi.systems.federation.shapes import Neighbour

register = Library()
_LISTS = {
    "role": roles,
    "permission": wording.permissions,
    "kind": wording.kinds,
    "relation": wording.relations,
    "deed": wording.deeds,
    "decision": wording.decisions,
    "data_kind": data_wording.kinds,
    "register": data_wording.registers,
    "sharing": data_wording.sharing,
    "opening": data_wording.opening,
    "cycle": data_wording.cycles,
    "frequency": data_wording.frequencies,
    "format": data_wording.formats,
    "origin": data_wording.origins,
    "type": data_wording.types,
    "grade": data_wording.grades,
    "way": data_wording.ways,
    "data_relation": data_wording.relations,
    "step": data_wording.steps,
    "source_kind": connector_wording.source_kinds,
    "rule_kind": sensing_wording.kinds,
    "alarm_deed": sensing_wording.deeds,
    "thing_state": sensing_wording.thing_words,
    "severity": sensing_wording.severity_words,
}


@register.filter
def word(code: str, list_name: str) -> str:
    """The word for a code of a list of `wording`; the code itself when it has none."""
    return _LISTS[list_name]().get(code, code)


@register.simple_tag
def objection_badge(state: str) -> SafeString:
    """What became of an objection."""
    return SafeString(badge_tag(*objections()[state]))


@register.simple_tag
def match_word(code: str) -> str:
    """How a record of a matching stands, or a turn of its history."""
    return matching_wording.words()[code][0]


@register.simple_tag
def match_badge(state: str) -> SafeString:
    """How a record of a matching stands."""
    return SafeString(badge_tag(*matching_wording.words()[state]))


@register.simple_tag
def differing(value: str, other: str) -> SafeString:
    """A value with what the other does not have marked; a dash for none."""
    if not value:
        return SafeString("—")
    parts = []
    for kind, begin, end, *_ in SequenceMatcher(None, value, other, autojunk=False).get_opcodes():
        if begin < end:
            parts.append(format_html("{}" if kind == "equal" else "<mark>{}</mark>", value[begin:end]))
    return SafeString("".join(parts))


@register.simple_tag
def data_badge(state: str) -> SafeString:
    """The state of a resource, a version, a need, a request, a grant or a key."""
    return SafeString(badge_tag(*data_wording.states()[state]))


@register.simple_tag
def run_badge(state: str) -> SafeString:
    """The state of a delivery of data."""
    return SafeString(badge_tag(*connector_wording.run_states()[state]))


@register.simple_tag
def api_badge(state: str) -> SafeString:
    """The state of a department's own API."""
    return SafeString(badge_tag(*federation_wording.api_states()[state]))


@register.simple_tag
def exchange_badge(state: str) -> SafeString:
    """How a call through the house ended."""
    return SafeString(badge_tag(*federation_wording.exchange_states()[state]))


@register.simple_tag
def harvest_badge(state: str) -> SafeString:
    """The state of a harvest."""
    return SafeString(badge_tag(*federation_wording.harvest_states()[state]))


@register.simple_tag
def node_badge(node: Neighbour) -> SafeString:
    """How the line to a neighbouring node stands."""
    state = node.state if node.state != "active" else "silent" if node.failing_since else "active"
    unheard = state == "active" and node.heard_at is None and node.told_at is None
    return SafeString(badge_tag(*federation_wording.node_states()["unheard" if unheard else state]))


@register.simple_tag
def ask_badge(state: str) -> SafeString:
    """How what was asked of a node stands."""
    return SafeString(badge_tag(*federation_wording.ask_states().get(state, (state, ""))))


@register.simple_tag
def open_badge(opening: Opening) -> SafeString:
    """The state of an opening; one that is open and whose description is graded against it is held back."""
    state = "held" if opening.state == "open" and not opening.is_public else opening.state
    return SafeString(badge_tag(*data_wording.open_states()[state]))


@register.simple_tag
def version_badge(state: str) -> SafeString:
    """The state of an open version."""
    return SafeString(badge_tag(*data_wording.open_states()[state]))


@register.simple_tag
def gate_badge(report: Sequence[Finding]) -> SafeString:
    """Whether the privacy gate lets it through."""
    failed = sum(not one.passed for one in report)
    if not failed:
        return SafeString(badge_tag(pgettext("gate", "Passes"), "camphor", "shield-check"))
    said = ngettext("%(n)s fault", "%(n)s faults", failed) % {"n": failed}
    return SafeString(badge_tag(said, "azalea", "octagon-alert"))


@register.filter
def words_of(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


@register.simple_tag
def finding_badge(state: str) -> SafeString:
    """The state of a ticket of quality."""
    return SafeString(badge_tag(*quality_wording.finding_states()[state]))


@register.simple_tag
def import_badge(outcome: str) -> SafeString:
    """What came of one resource of an import."""
    return SafeString(badge_tag(*data_wording.outcomes()[outcome]))


@register.simple_tag
def fresh_badge(state: str) -> SafeString:
    """How young the data of a resource is."""
    return SafeString(badge_tag(*data_wording.freshness()[state]))


@register.filter
def nth(values: Sequence[int], place: int) -> int:
    """One of several numbers."""
    return values[place]


@register.simple_tag
def percent(part: int, whole: int) -> str:
    """A share with one decimal; a dash of nothing."""
    return f"{100 * part / whole:.1f}%" if whole else "—"


@register.simple_tag
def rows_url(asked: Mapping[str, str], opens: Mapping[str, str], level: object) -> str:
    """The reviews behind a number: the filter of the page, the row, the level of the column."""
    kept = {name: asked[name] for name in ("since", "until", "channel") if asked.get(name)}
    return f"{reverse('office:review_rows')}?{urlencode({**kept, **opens, 'level': level})}"


@register.simple_tag
def thing_badge(state: str) -> SafeString:
    """Where a thing stands in its life."""
    return SafeString(badge_tag(*sensing_wording.thing_states()[state]))


@register.simple_tag
def alarm_badge(state: str) -> SafeString:
    """Where an alarm stands."""
    return SafeString(badge_tag(*sensing_wording.alarm_states()[state]))


@register.simple_tag
def severity_badge(severity: str) -> SafeString:
    """How grave an alarm is."""
    return SafeString(badge_tag(*sensing_wording.severities()[severity]))


@register.filter
def unit(code: str) -> str:
    """A UCUM unit as people write it."""
    return sensing_wording.unit(code)


@register.filter
def plain(number: float) -> str:
    """A number as people write it."""
    return sensing_wording.plain(number)


@register.filter
def duration(seconds: float) -> str:
    """A span of time as people say it."""
    return sensing_wording.duration(seconds)


@register.filter
def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()
