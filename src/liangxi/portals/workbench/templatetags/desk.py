"""Small words of the desk."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.template import Context, Library
from django.utils.translation import gettext, pgettext

register = Library()


@register.filter
def split(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


@register.filter
def get(values: Mapping[str, Any], key: str) -> Any:
    """The value of a key, or None."""
    return values.get(key)


@register.filter
def waits(titles: Sequence[str] | str) -> str:
    """Titles in one line; a dash when nothing is waited for."""
    return gettext(", ").join(titles) if titles and not isinstance(titles, str) else "—"


@register.filter
def task_word(kind: str) -> str:
    """What a task asks for."""
    return {
        "accept": pgettext("task", "Accept"),
        "decide": pgettext("task", "Decide"),
        "supplement": pgettext("task", "Correct"),
        "issue": pgettext("task", "Issue"),
        "hand_out": pgettext("task", "Hand out"),
    }.get(kind, kind)


@register.filter
def way_word(how: str) -> str:
    """How a material is satisfied, as an office says it."""
    return {
        "elicence": pgettext("way", "E-licence, checked"),
        "data": pgettext("way", "Checked in the register"),
        "commitment": pgettext("way", "Signed commitment"),
        "result": pgettext("way", "Result of this case"),
        "upload": pgettext("way", "Not there"),
    }.get(how, how)


@register.simple_tag(takes_context=True)
def typed_why(context: Context, kind: str, key: str) -> str:
    """The reason that was typed beside a box, kept when the page comes back."""
    return str(context["typed"].get(f"why-{kind}-{key}", ""))
