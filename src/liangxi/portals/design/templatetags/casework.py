"""Words and marks that all portals of staff share: titles, states, histories, navigation."""

from collections.abc import Mapping
from typing import Any

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from liangxi.core.cases.shapes import HistoryEntry
from liangxi.core.forms import face as forms
from liangxi.portals.design.templatetags.design import badge_tag, icon
from liangxi.portals.words import roles, states

register = Library()


@register.filter
def say(titles: Mapping[str, str] | str | None) -> str:
    """The words of a `{"zh": ..., "en": ...}` in the page's language; text as it is."""
    if isinstance(titles, str):
        return titles
    return forms.say(titles) if titles else ""


@register.filter
def role_word(role: str) -> str:
    """The name of a role."""
    return roles().get(role, role)


@register.filter
def of(values: Mapping[str, Any], key: str) -> Any:
    """The value of a key, or the key."""
    return values.get(key, key)


@register.filter
def error(errors: Mapping[str, str], name: str) -> str:
    """The message for a field, or ""."""
    return errors.get(name, "")


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """The state of a case as a badge."""
    text, tone = states().get(state, (state, ""))
    return SafeString(badge_tag(text, tone))


@register.simple_tag
def history(entries: tuple[HistoryEntry, ...], titles: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """The history as entries of a timeline, each with the matter it is about."""
    return [
        {
            "title": gettext(one.message) % {name: say_if(value) for name, value in one.params.items()},
            "at": one.at,
            "by": one.actor,
            "text": say(titles.get(one.case_no)),
            "state": {"refused": "late", "deny": "late", "supplement_requested": "stop"}.get(one.kind, "done"),
        }
        for one in entries
    ]


def say_if(value: Any) -> Any:
    """A bilingual text in the page's language; other values as they are."""
    return forms.say(value) if isinstance(value, Mapping) and "zh" in value else value


@register.simple_tag(takes_context=True)
def nav(context: dict[str, Any], url: str, title: str, icon_name: str, *permissions: str) -> SafeString | str:
    """A line of the navigation, for those who hold one of `permissions` (none named: everybody)."""
    request = context["request"]
    if permissions and not any(request.actor.may(permission) for permission in permissions):
        return ""
    is_below = url.count("/") > 2 and request.path.startswith(url)  # the portal's own home is only itself
    is_here = request.path == url or is_below
    current = SafeString(' aria-current="page"') if is_here else ""
    return format_html('<a href="{}"{}>{}<span>{}</span></a>', url, current, icon(icon_name), title)
