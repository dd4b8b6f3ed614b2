"""The words of the pages about calls through the house, harvest and neighbouring nodes."""

from django.utils.translation import pgettext

Words = dict[str, str]
Badges = dict[str, tuple[str, str]]


def api_states() -> Badges:
    """The word and the tone of the state of an API."""
    return {
        "draft": (pgettext("api", "Waits to be allowed"), "amber"),
        "open": (pgettext("api", "Open under grants"), "camphor"),
        "closed": (pgettext("api", "Closed"), ""),
    }


def exchange_states() -> Badges:
    """The word and the tone of how an exchange ended."""
    return {
        "asked": (pgettext("exchange", "Under way"), "lake"),
        "answered": (pgettext("exchange", "Answered"), "camphor"),
        "failed": (pgettext("exchange", "Not answered"), "azalea"),
        "broken": (pgettext("exchange", "Broken off"), "azalea"),
        "withheld": (pgettext("exchange", "Withheld"), "amber"),
    }


def harvest_states() -> Badges:
    """The word and the tone of the state of a harvest."""
    return {
        "waiting": (pgettext("harvest", "Waiting"), "lake"),
        "running": (pgettext("harvest", "Being read"), "lake"),
        "done": (pgettext("harvest", "Taken"), "camphor"),
        "partial": (pgettext("harvest", "Taken in part"), "amber"),
        "failed": (pgettext("harvest", "Failed"), "azalea"),
    }


def levels() -> Words:
    """Levels of nodes."""
    return {
        "nation": pgettext("federation", "Nation"),
        "province": pgettext("federation", "Province"),
        "city": pgettext("federation", "City"),
        "district": pgettext("federation", "District"),
    }


def node_states() -> Badges:
    """The word and the tone of how the line to a node stands."""
    return {
        "active": (pgettext("federation", "In touch"), "camphor"),
        "silent": (pgettext("federation", "Does not answer"), "azalea"),
        "unheard": (pgettext("federation", "Not heard yet"), "lake"),
        "suspended": (pgettext("federation", "Suspended"), "amber"),
    }


def ask_states() -> Badges:
    """The word and the tone of how what was asked of a node stands."""
    return {
        "sent": (pgettext("federation", "On its way"), "lake"),
        "open": (pgettext("federation", "Being decided"), "lake"),
        "active": (pgettext("federation", "Granted"), "camphor"),
        "waiting": (pgettext("federation", "Granted from a later day"), "lake"),
        "refused": (pgettext("federation", "Refused"), "azalea"),
        "suspended": (pgettext("federation", "Suspended"), "amber"),
        "revoked": (pgettext("federation", "Revoked"), "azalea"),
        "expired": (pgettext("federation", "Expired"), ""),
        "lapsed": (pgettext("federation", "Lapsed"), ""),
        "withdrawn": (pgettext("federation", "Resource withdrawn"), ""),
    }
