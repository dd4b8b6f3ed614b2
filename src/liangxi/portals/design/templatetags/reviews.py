"""Words of reviews of the service, for every audience."""

from collections.abc import Iterable

from django.template import Library
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from liangxi.portals.design.templatetags.design import badge_tag
from liangxi.portals.words import indicators, levels, review_kinds
from liangxi.systems.reviews.shapes import Rectification

register = Library()


@register.simple_tag
def level_choices() -> list[tuple[int, str]]:
    """The five legal levels, the best first."""
    return list(levels().items())


@register.simple_tag
def indicator_choices(channel: str) -> list[tuple[str, str]]:
    """The fixed indicators of one channel."""
    return list(indicators()[channel].items())


@register.simple_tag
def kind_choices() -> list[tuple[str, str]]:
    """What a department may say of a bad review."""
    return list(review_kinds().items())


@register.simple_tag
def level_badge(stars: int) -> SafeString:
    """One level, as a word."""
    return SafeString(badge_tag(levels()[stars], "camphor" if stars > 3 else "lake" if stars == 3 else "azalea"))


@register.simple_tag
def tag_words(tags: Iterable[str], channel: str) -> str:
    """The indicators that were ticked."""
    known = indicators()[channel]
    return gettext(", ").join(known[tag] for tag in tags if tag in known)


@register.simple_tag
def kind_word(kind: str) -> str:
    """What the department said of it."""
    return review_kinds().get(kind, "")


@register.simple_tag
def channel_word(channel: str) -> str:
    """Where the service was given."""
    return gettext("At a window") if channel == "window" else gettext("Online")


@register.simple_tag
def round_badge(one: Rectification) -> SafeString:
    """How far a rectification is."""
    if one.is_accepted is not None:
        done = (gettext("Verified"), "camphor") if one.is_accepted else (pgettext("review", "Sent back"), "azalea")
        return SafeString(badge_tag(*done))
    if one.answered_at is not None:
        return SafeString(badge_tag(gettext("Waits for supervision"), "lake"))
    return SafeString(badge_tag(gettext("Being put right"), "amber"))
