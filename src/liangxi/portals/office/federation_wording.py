"""The words of the pages about calls through the house, harvest and neighbouring nodes."""

from django.utils.translation import pgettext

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
