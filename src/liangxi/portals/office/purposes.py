"""Why somebody looks at personal data: said before it is opened, kept in the trail, shown to the person."""

from collections.abc import Mapping

from django.utils.translation import gettext

MIN_PURPOSE = 4  # characters of a reason that says something
MAX_PURPOSE = 200


def purpose_of(sent: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The purpose in a form, and the message for its field when it says too little or too much."""
    purpose = " ".join(sent.get("purpose", "").split())
    if not MIN_PURPOSE <= len(purpose) <= MAX_PURPOSE:
        said = gettext("Say in %(low)s to %(high)s characters why you look at personal data.")
        return "", {"purpose": said % {"low": MIN_PURPOSE, "high": MAX_PURPOSE}}
    return purpose, {}
