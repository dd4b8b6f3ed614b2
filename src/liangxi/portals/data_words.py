"""Words of the data zone that pages of several audiences say."""

from django.utils.translation import pgettext

Words = dict[str, str]


def kinds() -> Words:
    """Classes of resources."""
    return {
        "base": pgettext("data", "Base"),
        "theme": pgettext("data", "Theme"),
        "department": pgettext("data", "Departmental"),
    }


def cycles() -> Words:
    """Update cycles."""
    return {
        "realtime": pgettext("data", "In real time"),
        "daily": pgettext("data", "Daily"),
        "weekly": pgettext("data", "Weekly"),
        "monthly": pgettext("data", "Monthly"),
        "quarterly": pgettext("data", "Quarterly"),
        "half-yearly": pgettext("data", "Twice a year"),
        "yearly": pgettext("data", "Yearly"),
        "irregular": pgettext("data", "Now and then"),
    }


def types() -> Words:
    """Types of fields."""
    return {
        "text": pgettext("data", "Text"),
        "integer": pgettext("data", "Whole number"),
        "number": pgettext("data", "Number"),
        "boolean": pgettext("data", "Yes or no"),
        "date": pgettext("data", "Date"),
        "datetime": pgettext("data", "Date and time"),
        "code": pgettext("data", "Code"),
        "geometry": pgettext("data", "Geometry"),
        "attachment": pgettext("data", "Attachment"),
    }


def freshness() -> dict[str, tuple[str, str, str]]:
    """Word, tone and icon of how young the data is."""
    return {
        "fresh": (pgettext("data", "Up to date"), "camphor", "circle-check"),
        "stale": (pgettext("data", "Out of date"), "azalea", "triangle-alert"),
        "never": (pgettext("data", "Never delivered"), "amber", "circle-alert"),
        "irregular": (pgettext("data", "No fixed cycle"), "", ""),
    }
