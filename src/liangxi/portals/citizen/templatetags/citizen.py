"""Small words of the citizen's pages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from liangxi.core.codes import face as codes
from liangxi.core.forms import face as forms
from liangxi.core.people import face as people
from liangxi.core.people.shapes import Organisation
from liangxi.portals import words
from liangxi.portals.design.templatetags.design import badge_tag
from liangxi.systems.onething.shapes import DraftMaterial, Guide, Material, Matter, Question

register = Library()


@register.filter
def say(titles: Mapping[str, str] | None) -> str:
    """The words of a `{"zh": ..., "en": ...}` in the page's language."""
    return forms.say(titles) if titles else ""


@register.filter
def law(name: str) -> str:
    """The name of a law as it is written: 《...》."""
    return f"《{name}》"


@register.filter
def marked(text: str, query: str) -> SafeString:
    """A text with the words of a query marked in it."""
    wanted = "|".join(re.escape(word) for word in sorted(query.split(), key=len, reverse=True))
    pieces = re.split(f"({wanted})", text, flags=re.IGNORECASE) if wanted else [text]
    return pieces_marked([(piece, n % 2 == 1) for n, piece in enumerate(pieces)])


@register.filter
def pieces_marked(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    """Pieces of a text, those that a search met marked."""
    return format_html_join("", "{}", ((format_html("<mark>{}</mark>", one) if met else one,) for one, met in pieces))


@register.filter
def plain_number(value: Any) -> str:
    """A number for an input field: a point, no thousands."""
    return "" if value is None else f"{value:g}"


@register.filter
def as_query(answers: Mapping[str, Any]) -> str:
    """Answers as the query of an address."""
    return urlencode({key: str(value).lower() if isinstance(value, bool) else value for key, value in answers.items()})


@register.filter
def status_word(status: str) -> str:
    """Whether the city has confirmed the content."""
    return gettext("content to be confirmed by the city") if status == "to be confirmed by the city" else status


@register.simple_tag
def question_labels(questions: Sequence[Question]) -> dict[str, str]:
    """The questions by id, for the summary of errors."""
    return {question.id: forms.say(question.q) for question in questions}


@register.simple_tag
def answer_of(guide: Guide, question: Question) -> Any:
    """The answer given to a question, or None."""
    return guide.answers.get(question.id)


@register.simple_tag
def error_of(errors: Mapping[str, str] | None, key: str) -> str:
    """The message for a field, translated, or ""."""
    message = (errors or {}).get(key, "")
    return gettext(message) if message else ""


@register.simple_tag
def org_name(organisations: Iterable[Organisation] | Mapping[str, Organisation], code: str) -> str:
    """The name of an organisation among those that the page knows; its code when it is unknown."""
    known = organisations.values() if isinstance(organisations, Mapping) else organisations
    return next((forms.say(one.name) for one in known if one.code == code), code)


def _ways() -> dict[str, tuple[str, str, str]]:
    """How a material is satisfied: word, tone, icon."""
    return {
        "elicence": (pgettext("material", "From your e-licences"), "camphor", "shield-check"),
        "data": (pgettext("material", "Checked in the register"), "camphor", "database"),
        "result": (pgettext("material", "Comes from this application"), "camphor", "check"),
        "commitment": (pgettext("material", "Your signed word is enough"), "lake", "pen-line"),
        "upload": (pgettext("material", "Please bring"), "amber", "upload"),
    }


@register.simple_tag
def how_badge(how: str) -> SafeString:
    """How a material is satisfied, as a short word."""
    return SafeString(badge_tag(*_ways()[how]))


@register.simple_tag
def how_word(how: str) -> str:
    """The same without its dress, for paper."""
    return _ways()[how][0]


@register.simple_tag
def results_of(matters: Sequence[Matter]) -> list[str]:
    """The titles of the certificates that matters end in, each once."""
    titles = {one.code: forms.say(one.title) for one in codes.entries(list_id="licence_type")}
    wanted = dict.fromkeys(matter.result.type for matter in matters if matter.result)
    return [titles.get(type, type) for type in wanted]


@register.simple_tag
def promised_in(guide: Guide, matter: Matter) -> int:
    """The working days promised for a matter in a situation; those of the matter itself where it is open."""
    return next((item.promised_days for item in guide.items if item.matter.id == matter.id), matter.promised.days)


@register.simple_tag
def trips_words(trips: Mapping[str, int]) -> str:
    """How often one must come: online and at the window."""
    online, window = trips.get("online", 0), trips.get("window", 0)
    return gettext("online %(online)d, at the window %(window)d") % {"online": online, "window": window}


@register.simple_tag
def situation_of(guide: Guide) -> list[tuple[str, str]]:
    """The questions that were answered, with the answers as people say them."""
    return [
        (forms.say(question.q), _answer_words(question, guide.answers[question.id]))
        for question in guide.questions
        if question.id in guide.answers
    ]


def _answer_words(question: Question, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if question.type == "number":
        return f"{value:g} {forms.say(question.unit) if question.unit else ''}".strip()
    return forms.say(dict(question.options)[value])


@register.simple_tag
def done_badge(how: str) -> SafeString:
    """How a material of an application was satisfied: what the applicant did himself is not asked for again."""
    own = {
        "commitment": (gettext("Signed commitment"), "camphor", "pen-line"),
        "upload": (gettext("Uploaded"), "camphor", "check"),
        "later": (gettext("Follows later"), "amber", "hourglass"),
    }
    return SafeString(badge_tag(*own[how])) if how in own else how_badge(how)


@register.simple_tag
def dispute_badge(state: str) -> SafeString:
    """What became of an objection."""
    return SafeString(badge_tag(*words.objections()[state]))


@register.simple_tag
def material_labels(materials: Sequence[DraftMaterial]) -> dict[str, str]:
    """The titles of materials by id, for the summary of errors."""
    return {one.material.id: forms.say(one.material.title) for one in materials}


@register.simple_tag
def material_titles(materials: Sequence[Material]) -> dict[str, str]:
    """The same for the materials of a package."""
    return {one.id: forms.say(one.title) for one in materials}


@register.simple_tag
def file_field(material: Material) -> str:
    """The name of the upload field of a material."""
    return f"file-{material.id}"


@register.simple_tag
def label_of(labels: Mapping[str, str], key: str) -> str:
    """The label of a field by its id."""
    return labels.get(key, key)


@register.simple_tag
def link_of(links: Mapping[str, str], key: str) -> str:
    """Where a place to mend is mended; the declaration of the same page for what is not in the form."""
    return links.get(key.partition(".")[0], "#id_declared")


@register.filter
def purpose(code: str) -> str:
    """Why somebody's data was read, in words."""
    return words.purpose(code)


@register.filter
def masked_id(value: str) -> str:
    """A citizen id with its middle hidden."""
    return people.mask_citizen_id(value)


@register.filter
def masked_phone(value: str) -> str:
    """A mobile number with its middle hidden."""
    return people.mask_phone(value)
