"""Small words of the desk."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template import Context, Library
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from liangxi.core.calendar import face as calendar
from liangxi.core.calendar.shapes import local
from liangxi.core.cases.shapes import CaseView, HistoryEntry
from liangxi.core.forms import face as forms
from liangxi.kit import time
from liangxi.kit.errors import InvalidError
from liangxi.portals.design.templatetags.casework import history
from liangxi.portals.design.templatetags.design import badge_tag
from liangxi.portals.workbench.notices import form_of
from liangxi.portals.workbench.papers import Answer, Link, Paper
from liangxi.portals.workbench.wording import sources, task_kinds
from liangxi.systems.onething.shapes import Law

register = Library()


@register.simple_tag(takes_context=True)
def narrowed(context: Context, **changes: str | None) -> str:
    """The address of the list with other filters; None takes one away. It serves the renewed part as well."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag
def days_left(due: datetime | None) -> str:
    """Working days to the promised day, or how late it is; "" when it is not known."""
    if due is None:
        return ""
    try:
        days = calendar.working_days_between(start=time.today(), end=local(due))
    except InvalidError:  # beyond the published years
        return ""
    if days > 0:
        return ngettext("%(n)d working day left", "%(n)d working days left", days) % {"n": days}
    if local(due) >= time.today():
        return gettext("today")
    return ngettext("%(n)d working day late", "%(n)d working days late", max(-days, 1)) % {"n": max(-days, 1)}


@register.filter
def of_typed(typed: Mapping[str, str], name: str) -> str:
    """What was typed into a field of the form, kept when it comes back."""
    return typed.get(name, "")


@register.simple_tag
def minutes_since(since: datetime) -> str:
    """How long somebody has been reading."""
    minutes = int((time.now() - since).total_seconds() // 60)
    return (
        ngettext("for %(n)d minute", "for %(n)d minutes", minutes) % {"n": minutes} if minutes else gettext("just now")
    )


@register.filter
def listed(titles: Sequence[str]) -> str:
    """Titles in one line."""
    return gettext(", ").join(titles)


@register.filter
def law_words(law: Law) -> str:
    """A law with its article, as it is written: 《...》第一条."""
    return f"《{law.name}》{law.article}"


@register.filter
def and_items(case: CaseView) -> list[CaseView]:
    """A case and its matters."""
    return [case, *case.items]


@register.simple_tag
def repeat(text: str, times: int) -> str:
    """The text so many times, one less than the depth."""
    return text * (times - 1)


@register.simple_tag
def waits_for(case: CaseView, chain: Sequence[Link]) -> str:
    """The matters that this one still waits for."""
    return listed(next((link.waits_for for link in chain if link.case.no == case.no), []))


@register.simple_tag
def others(lines: Sequence[Answer | Paper]) -> list[Answer | Paper]:
    """What the matter on the page does not need."""
    return [line for line in lines if not line.is_mine]


@register.simple_tag
def label_in(lines: Sequence[Answer | Paper], key: str) -> str:
    """The label of an answer or a material; the key when the page does not have it."""
    return next((line.label if isinstance(line, Answer) else line.title for line in lines if line.id == key), key)


@register.simple_tag
def source_badge(how: str) -> SafeString:
    """How a material is satisfied."""
    word, tone, icon = sources()[how]
    return SafeString(badge_tag(word, tone, icon))


@register.simple_tag
def turn(case: CaseView, whole: CaseView, names: Mapping[str, Mapping[str, str]]) -> str:
    """Why there is nothing to press: whose turn it is."""
    open_tasks = [task for task in whole.tasks if not case.parent_no or task.case_no == case.no]
    if any(task.holder for task in open_tasks):
        return gettext("It is the applicant's turn.")
    if not open_tasks:
        return gettext("Nothing to do here now.")
    task = open_tasks[0]
    said = {
        "org": forms.say(names[task.org]) if task.org in names else task.org,
        "task": task_kinds().get(task.kind, ""),
    }
    return gettext("It is the turn of %(org)s: %(task)s.") % said


@register.simple_tag
def latest_first(case: CaseView, titles: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """The history with the newest entry on top, each with its notice and the files of its note."""
    told = history(case.history, titles)
    for shown, entry in zip(told, case.history, strict=True):
        shown["links"] = list(_links(case, entry))
    return list(reversed(told))


def _links(case: CaseView, entry: HistoryEntry) -> Iterator[tuple[str, str, str]]:
    """Address, word and icon of what can be opened from an entry."""
    form = form_of(entry)
    if form is not None:
        yield reverse("workbench:notice", args=[case.no, entry.seq]), gettext(form.title), "printer"
    for one in entry.params.get("files", ()):
        yield reverse("workbench:attachment", args=[case.no, one["id"]]), one["name"], "paperclip"


@register.simple_tag(takes_context=True)
def typed_line(context: Context, kind: str, key: str) -> str:
    """What was typed beside an answer or a material, kept when the form comes back."""
    return str(context["typed"].get(f"{kind}.{key}", ""))
