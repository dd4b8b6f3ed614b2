"""Words of acting for another."""

from collections.abc import Iterable, Mapping

from django.template import Library
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from liangxi.core.forms import face as forms
from liangxi.core.people.shapes import Mandate, Proxy
from liangxi.portals.design.templatetags.design import badge_tag

register = Library()


def _roles() -> dict[str, str]:
    return {
        "legal_representative": pgettext("proxy", "Legal representative"),
        "agent": pgettext("proxy", "Agent"),
        "preparer": pgettext("proxy", "Preparer"),
        "signer": pgettext("proxy", "Signer"),
        "viewer": pgettext("proxy", "Viewer"),
        "relative": pgettext("proxy", "Relative"),
        "guardian": pgettext("proxy", "Parent"),
    }


@register.simple_tag
def proxy_role(role: str) -> str:
    """The name of a role."""
    return _roles().get(role, role)


@register.simple_tag
def proxy_roles(held: Iterable[str]) -> str:
    """The names of several roles."""
    return gettext(", ").join(proxy_role(role) for role in held)


@register.simple_tag
def proxy_may(role: str) -> str:
    """What a role allows, in a sentence."""
    return {
        "agent": gettext("Begins, fills in, submits, corrects, withdraws, receives certificates; signs no promises."),
        "preparer": gettext("Begins and fills in; a signer submits."),
        "signer": gettext("Checks, signs promises, submits, withdraws, receives certificates; begins nothing."),
        "viewer": gettext("Reads applications and cases, and no more."),
        "relative": gettext("Does everything in your name but let others act for you."),
    }.get(role, "")


@register.simple_tag
def proxy_badge(state: str) -> SafeString:
    """How a role stands."""
    words = {
        "asked": (pgettext("proxy", "Not answered yet"), "amber"),
        "held": (pgettext("proxy", "In force"), "camphor"),
        "expired": (pgettext("proxy", "Expired"), ""),
        "declined": (pgettext("proxy", "Declined"), ""),
        "revoked": (pgettext("proxy", "Revoked"), "azalea"),
        "returned": (pgettext("proxy", "Given back"), ""),
    }
    return SafeString(badge_tag(*words[state]))


@register.simple_tag
def matters_of(proxy: Proxy, titles: Mapping[str, Mapping[str, str]]) -> str:
    """For which things a role holds."""
    if not proxy.matters:
        return gettext("For everything")
    names = [forms.say(titles[one]) for one in proxy.matters if one in titles]
    return gettext("Only for: ") + gettext(", ").join(names)


@register.filter
def subject_key(mandate: Mandate) -> str:
    """For whom, as the pages post it."""
    return f"{mandate.kind}:{mandate.subject}"


@register.simple_tag
def deed_word(action: str) -> str:
    """What was done, in words."""
    return {
        "onething.draft.started": gettext("began an application"),
        "onething.draft.saved": gettext("filled in an application"),
        "onething.draft.sign_asked": gettext("asked for a signature"),
        "onething.material.added": gettext("added a material"),
        "cases.opened": gettext("submitted an application"),
        "cases.answer_supplement": gettext("sent corrections"),
        "cases.fill_gap": gettext("sent materials that were to follow"),
        "cases.withdraw": gettext("withdrew a case"),
        "cases.urge": gettext("urged a case"),
        "cases.rated": gettext("rated the service"),
        "data.consented": gettext("consented to the registers being read"),
        "data.fetch": gettext("had registers read"),
        "data.licences.fetch": gettext("had e-licences read"),
        "data.disputed": gettext("objected to a register"),
        "window.opened": gettext("came to the window"),
        "people.proxy.asked": gettext("gave a role"),
        "people.proxy.revoked": gettext("revoked a role"),
    }.get(action, gettext("acted"))


@register.simple_tag
def deed_case(object: str) -> str:
    """The number of the whole case that a deed was about, or nothing."""
    kind, _, no = object.partition(":")
    return no.partition("-")[0] if kind == "case" else ""
