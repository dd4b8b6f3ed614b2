"""Words of the studio: states, faults, answers, what a change adds and takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template import Context, Library
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from liangxi.core.forms import face as forms
from liangxi.portals.design.templatetags.design import badge_tag
from liangxi.systems.onething.shapes import REDUCTIONS, FileFinding, Package, Question, Saving
from liangxi.systems.onething.shapes.studio import Choice, Effect

register = Library()
TO_BE_CONFIRMED = "to be confirmed by the city"


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str) -> bool:
    """Whether the reader holds a permission somewhere."""
    return bool(context["request"].actor.may(permission))


@register.simple_tag
def copy_badge(state: str) -> SafeString:
    """Where a working copy stands."""
    words = {
        "editing": (pgettext("copy", "Being written"), "lake"),
        "submitted": (pgettext("copy", "Waits for approval"), "amber"),
        "published": (pgettext("copy", "Published"), "camphor"),
        "discarded": (pgettext("copy", "Put aside"), ""),
    }
    return SafeString(badge_tag(*words[state]))


@register.simple_tag
def package_status(status: str) -> SafeString | str:
    """Whether the city has confirmed a package."""
    if status == TO_BE_CONFIRMED:
        return SafeString(badge_tag(gettext("To be confirmed by the city"), "amber"))
    return status


@register.simple_tag
def provenance_word(kind: str) -> str:
    """How surely the content of a package is known."""
    words = {
        "law": pgettext("provenance", "from the law"),
        "seen": pgettext("provenance", "seen at its source"),
        "derived": pgettext("provenance", "derived"),
        "recall": pgettext("provenance", "from memory, to be checked"),
        "design": pgettext("provenance", "drafted here"),
    }
    return words.get(kind, kind)


@register.simple_tag
def finding_words(finding: FileFinding) -> tuple[str, str]:
    """Reason and hint of a fault in the reader's language."""
    return finding.in_words(gettext)


@register.simple_tag
def choice_key(choice: Choice) -> str:
    """An answer as the address carries it."""
    return str(choice.value).lower() if isinstance(choice.value, bool) else str(choice.value)


@register.simple_tag
def choice_words(question: Question, choice: Choice) -> str:
    """An answer, or the span of answers that no condition tells apart."""
    value = choice.value
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if question.type == "choice":
        return next((forms.say(title) for code, title in question.options if code == value), str(value))
    unit = forms.say(question.unit) if question.unit else ""
    return f"{_span(choice)} {unit}".strip()


def _span(choice: Choice) -> str:
    if choice.low is None and choice.high is None:
        return gettext("any number")
    if choice.low == choice.high:
        return f"{choice.low}"
    if choice.low is None:
        return f"< {choice.high}"
    return f"> {choice.low}" if choice.high is None else f"{choice.low} – {choice.high}"


@register.simple_tag
def situation_words(
    package: Package, choices: Mapping[str, Sequence[Choice]], answers: Mapping[str, Any]
) -> SafeString | str:
    """The answers that make a situation."""
    if not answers:
        return gettext("The only situation")
    return format_html_join(" ", '<span class="answer"><span class="hint">{}</span> {}</span>', (
        (forms.say(question.q), choice_words(question, _choice(choices.get(question.id, ()), answers[question.id])))
        for question in package.questions if question.id in answers
    ))  # fmt: skip


def _choice(choices: Sequence[Choice], value: Any) -> Choice:
    return next((one for one in choices if one.value == value), Choice(value, value, value))


def _costs() -> dict[str, str]:
    return {
        "steps": pgettext("cost", "Steps"),
        "materials": pgettext("cost", "Materials to bring"),
        "days": pgettext("cost", "Working days"),
        "trips": pgettext("cost", "Trips"),
        "fields": pgettext("cost", "Fields"),
    }


@dataclass(frozen=True, slots=True)
class Reduced:
    """One of the four reductions: alone, together, percent saved."""

    name: str
    before: int
    after: int
    percent: int


@register.simple_tag
def four_reductions(saving: Saving) -> list[Reduced]:
    """环节, 材料, 时限, 跑动 against the recorded baseline."""
    names = _costs()
    return [
        Reduced(names[one], getattr(saving.alone, one), getattr(saving.together, one), saving.reduction(one))
        for one in REDUCTIONS
    ]


@register.simple_tag
def way_word(how: str) -> str:
    """How a material is satisfied."""
    words = {
        "elicence": pgettext("material", "From your e-licences"),
        "data": pgettext("material", "Checked in the register"),
        "result": pgettext("material", "Comes from this application"),
        "commitment": pgettext("material", "Your signed word is enough"),
        "upload": pgettext("material", "Please bring"),
    }
    return words[how]


@register.simple_tag
def field_label(package: Package, id: str) -> str:
    """The label of a field of the form."""
    return next(forms.say(field.definition["label"]) for field in package.fields if field.id == id)


@register.simple_tag
def audience_word(audience: str) -> str:
    """Whom a package is for."""
    return gettext("Persons") if audience == "person" else gettext("Firms")


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a change: kind in, out or new value; the sign before it, what it is about, the words."""

    kind: str
    mark: str
    what: str
    text: str


@register.simple_tag
def effect_lines(effect: Effect, titles: Mapping[str, Mapping[str, Any]]) -> list[Told]:
    """What a change adds, takes away and makes different, a line each."""
    return [*_moved(effect, titles), *_numbers(effect, titles)] or [
        Told("same", "=", "", gettext("only the order or the words"))
    ]


def _moved(effect: Effect, titles: Mapping[str, Mapping[str, Any]]) -> Iterator[Told]:
    kinds = {"matters": gettext("Matter"), "materials": gettext("Material to bring"), "fields": gettext("Field")}
    for kind, what in kinds.items():
        added, removed = getattr(effect, kind)
        yield from (Told("in", "+", what, forms.say(titles[kind][one])) for one in added)
        yield from (Told("out", "−", what, forms.say(titles[kind][one])) for one in removed)


def _numbers(effect: Effect, titles: Mapping[str, Mapping[str, Any]]) -> Iterator[Told]:
    for matter, before, after in effect.limits:
        days = gettext("%(before)s → %(after)s working days") % {"before": before, "after": after}
        yield Told("value", "≠", gettext("Limit"), f"{forms.say(titles['matters'][matter])}: {days}")
    names = _costs()
    for name, before, after in effect.costs:
        yield Told("value", "≠", names[name], f"{before} → {after}")
