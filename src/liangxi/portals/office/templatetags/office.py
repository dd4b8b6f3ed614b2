"""Small words of the office's pages."""

from django.template import Library
from django.utils.safestring import SafeString

from liangxi.portals.design.templatetags.design import badge_tag
from liangxi.portals.office import wording
from liangxi.portals.words import objections, roles

register = Library()
_LISTS = {
    "role": roles,
    "permission": wording.permissions,
    "kind": wording.kinds,
    "relation": wording.relations,
    "deed": wording.deeds,
    "decision": wording.decisions,
}


@register.filter
def word(code: str, list_name: str) -> str:
    """The word for a code of a list of `wording`; the code itself when it has none."""
    return _LISTS[list_name]().get(code, code)


@register.simple_tag
def objection_badge(state: str) -> SafeString:
    """What became of an objection."""
    return SafeString(badge_tag(*objections()[state]))
