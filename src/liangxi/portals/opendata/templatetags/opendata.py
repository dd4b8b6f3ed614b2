"""Small words of the pages of open data."""

from typing import Any

from django.template import Library
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from liangxi.portals.design.templatetags.design import badge_tag
from liangxi.portals.opendata import wording
from liangxi.portals.opendata.one import file_url
from liangxi.systems.data.shapes.opening import OpenCard

register = Library()
_LISTS = {"cycle": wording.cycles, "kind": wording.kinds}


@register.filter
def word(code: str, list_name: str) -> str:
    """The word for a code; the code itself when it has none."""
    return _LISTS[list_name]().get(code, code)


@register.filter
def unlocal(value: float) -> str:
    """A number as SVG writes it, whatever the reader's language."""
    return f"{value:g}"


@register.filter
def short(value: Any) -> str:
    """A bound of a column."""
    return wording.value(value)


@register.filter
def format_name(format: str) -> str:
    """The name of a format of files."""
    return wording.FORMATS[format][0]


@register.simple_tag
def file_of(card: OpenCard, format: str, version: int | None = None) -> str:
    """The address of a version as a file."""
    return file_url(card.id, version or card.version, format)


@register.simple_tag
def fresh(state: str) -> SafeString:
    """How young the data is."""
    return SafeString(badge_tag(*wording.freshness()[state]))


@register.simple_tag
def request_badge(state: str) -> SafeString:
    """What became of a request."""
    return SafeString(badge_tag(*wording.request_states()[state]))


@register.simple_tag
def stars(count: int | str) -> SafeString:
    """One to five stars, said in words for those who do not see them."""
    number = int(count)
    said = gettext("%(n)s of 5 stars") % {"n": number}
    return SafeString(f'<span class="stars" role="img" aria-label="{said}">{"★" * number}{"☆" * (5 - number)}</span>')
