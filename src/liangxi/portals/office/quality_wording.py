"""The words of the pages about quality."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

Words = dict[str, str]


def dimensions() -> Words:
    """The six dimensions of GB/T 36344."""
    return {
        "normative": pgettext("quality", "Normative"),
        "complete": pgettext("quality", "Complete"),
        "accurate": pgettext("quality", "Accurate"),
        "consistent": pgettext("quality", "Consistent"),
        "timely": pgettext("quality", "Timely"),
        "accessible": pgettext("quality", "Accessible"),
    }


def finding_states() -> dict[str, tuple[str, str]]:
    """The word and the tone of the state of a ticket."""
    return {
        "open": (pgettext("finding", "Open"), "azalea"),
        "answered": (pgettext("finding", "Answered"), ""),
        "mended": (pgettext("finding", "Mended"), "camphor"),
    }


def alarm(one: Mapping[str, Any]) -> str:
    """What moved too far since the measurement before."""
    said = {
        "rows": gettext("The number of rows changed by a share of %(value)s."),
        "drift": gettext("The values are spread differently: stability index %(value)s."),
        "nulls": gettext("More values are missing: a share of %(value)s."),
    }
    return said[one["what"]] % {"value": one["value"]}
