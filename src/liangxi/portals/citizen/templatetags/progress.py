"""Words about the state of a case, as an applicant understands them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template import Library
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from liangxi.core.cases.shapes import CaseView
from liangxi.core.forms import face as forms
from liangxi.portals.design.templatetags.design import badge_tag
from liangxi.portals.words import procedures, states

register = Library()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    title: str
    at: datetime
    by: str
    text: str
    state: str


def _words() -> dict[str, tuple[str, str]]:
    """The word and the tone of each state (`case_state` in the code lists), as an applicant says it."""
    return states() | {
        "correction": (pgettext("state", "Waits for your correction"), "amber"),
        "waiting": (pgettext("state", "Waits for another matter"), ""),
        "archived": (pgettext("state", "Closed"), ""),
    }


@register.simple_tag
def case_state(state: str) -> str:
    """The word for a state."""
    return _words().get(state, (state, ""))[0]


@register.simple_tag
def procedure(kind: str) -> str:
    """The word for a special procedure."""
    return procedures().get(kind, kind)


@register.simple_tag
def state_badge(case: Any) -> SafeString:
    """The state of a case, a matter or a public status as a badge."""
    word, tone = _words().get(case.state, (case.state, ""))
    return SafeString(badge_tag(word, tone))


@register.simple_tag
def next_step(case: CaseView) -> str:
    """What happens next, in one sentence."""
    sentences = {
        "submitted": gettext("The window looks at your application and tells you within five working days."),
        "correction": gettext("Please correct what is named below; the clock stands still meanwhile."),
        "accepted": gettext("The departments work on your matters side by side."),
        "reviewing": gettext("The departments work on your matters side by side."),
        "approved": gettext("All results are there and are handed out together."),
        "refused": gettext("Your application was not accepted: %(reason)s") % {"reason": case.reason},
        "denied": gettext("Your application was denied. The reasons stand with each matter."),
        "issued": gettext("Everything is done. Your certificates are below."),
        "withdrawn": gettext("You took the application back."),
        "terminated": gettext("The application ended without a decision."),
    }
    return sentences.get(case.state, "")


@register.simple_tag
def waits_for(case: CaseView, item: CaseView) -> str:
    """The matters that a matter still waits for, by title."""
    titles = {other.item: other for other in case.items}
    waiting = [titles[key] for key in item.after if key in titles and titles[key].closed_at is None]
    if item.closed_at is not None:
        return ""
    return gettext(", ").join(forms.say(other.title) for other in waiting)


@register.simple_tag
def history_entries(case: CaseView) -> list[Entry]:
    """What happened, newest first; the newest is now unless the case has ended."""
    titles = {one.no: forms.say(one.title) for one in case.items}
    entries = []
    for index, one in enumerate(reversed(case.history)):
        message = gettext(one.message)
        state = "now" if index == 0 and case.closed_at is None else "done"
        entries.append(
            Entry(
                title=message % one.params if one.params else message,
                at=one.at,
                by=one.actor,
                text=titles.get(one.case_no, ""),
                state=state,
            )
        )
    return entries
