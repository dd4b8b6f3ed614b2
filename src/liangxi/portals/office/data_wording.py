"""The words of the data zone's pages for its codes."""

from django.utils.translation import gettext, pgettext

Words = dict[str, str]


def kinds() -> Words:
    """Classes of resources."""
    return {
        "base": pgettext("data", "Base"),
        "theme": pgettext("data", "Theme"),
        "department": pgettext("data", "Departmental"),
    }


def registers() -> Words:
    """The base registers."""
    return {
        "population": pgettext("data", "Population"),
        "firm": pgettext("data", "Legal entities"),
        "space": pgettext("data", "Natural resources and geography"),
        "credit": pgettext("data", "Social credit"),
        "licence": pgettext("data", "Electronic licences"),
    }


def sharing() -> Words:
    """Sharing attributes."""
    return {
        "unconditional": pgettext("data", "Shared without condition"),
        "conditional": pgettext("data", "Shared on a condition"),
        "not-shared": pgettext("data", "Not shared"),
    }


def opening() -> Words:
    """Opening attributes."""
    return {
        "unconditional": pgettext("data", "Open without condition"),
        "conditional": pgettext("data", "Open on a condition"),
        "not-open": pgettext("data", "Not open"),
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


def frequencies() -> Words:
    """How often a need reads."""
    return {
        "once": pgettext("data", "Once"),
        "on-demand": pgettext("data", "When a case needs it"),
        "realtime": pgettext("data", "In real time"),
        "daily": pgettext("data", "Daily"),
        "weekly": pgettext("data", "Weekly"),
        "monthly": pgettext("data", "Monthly"),
    }


def formats() -> Words:
    """Formats of resources."""
    return {
        "database": pgettext("data", "Database"),
        "spreadsheet": pgettext("data", "Spreadsheet"),
        "file": pgettext("data", "Electronic file"),
        "graphics": pgettext("data", "Graphics"),
        "media": pgettext("data", "Streaming media"),
        "self-describing": pgettext("data", "Self-describing format"),
    }


def origins() -> Words:
    """The level from which a resource comes."""
    return {
        "nation": pgettext("data", "Nation"),
        "province": pgettext("data", "Province"),
        "city": pgettext("data", "City"),
        "district": pgettext("data", "District"),
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


def grades() -> Words:
    """Grades of GB/T 43697."""
    return {
        "general-1": pgettext("data", "General 1"),
        "general-2": pgettext("data", "General 2"),
        "general-3": pgettext("data", "General 3"),
        "general-4": pgettext("data", "General 4"),
        "important": pgettext("data", "Important"),
        "core": pgettext("data", "Core"),
    }


def ways() -> Words:
    """Ways of sharing."""
    return {
        "interface": pgettext("data", "Interface"),
        "table": pgettext("data", "Table"),
        "file": pgettext("data", "File"),
    }


def relations() -> Words:
    """How one resource stands to another."""
    return {
        "mirror": pgettext("data", "copy of"),
        "derived": pgettext("data", "derived from"),
        "part": pgettext("data", "part of"),
        "related": pgettext("data", "related to"),
    }


def freshness() -> dict[str, tuple[str, str, str]]:
    """Word, tone and icon of how young the data is."""
    return {
        "fresh": (pgettext("data", "Up to date"), "camphor", "circle-check"),
        "stale": (pgettext("data", "Out of date"), "azalea", "triangle-alert"),
        "never": (pgettext("data", "Never delivered"), "amber", "circle-alert"),
        "irregular": (pgettext("data", "No fixed cycle"), "", ""),
    }


def states() -> dict[str, tuple[str, str]]:
    """Word and tone of the states of resources, versions, needs, requests, grants and keys."""
    return {
        "draft": (pgettext("data", "Draft"), "amber"),
        "submitted": (pgettext("data", "Being reviewed"), "lake"),
        "published": (pgettext("data", "Published"), "camphor"),
        "replaced": (pgettext("data", "Replaced"), ""),
        "withdrawn": (pgettext("data", "Withdrawn"), ""),
        "checking": (pgettext("data", "Conformity check"), "lake"),
        "answering": (pgettext("data", "Providers answer"), "lake"),
        "answered": (pgettext("data", "Answered"), "camphor"),
        "asked": (pgettext("data", "Waits for the provider"), "lake"),
        "granted": (pgettext("data", "Granted"), "camphor"),
        "refused": (pgettext("data", "Refused"), "azalea"),
        "mediating": (pgettext("data", "In mediation"), "amber"),
        "closed": (pgettext("data", "Closed"), ""),
        "active": (pgettext("data", "In force"), "camphor"),
        "suspended": (pgettext("data", "Suspended"), "amber"),
        "revoked": (pgettext("data", "Revoked"), "azalea"),
        "waiting": (pgettext("data", "Not begun"), ""),
        "expired": (pgettext("data", "Expired"), ""),
        "lapsed": (pgettext("data", "Lapsed"), "azalea"),
        "held": (pgettext("data", "In force"), "camphor"),
    }


def steps() -> Words:
    """What happened to a grant."""
    return {
        "given": pgettext("data", "Granted"),
        "suspended": pgettext("data", "Suspended"),
        "resumed": pgettext("data", "Resumed"),
        "revoked": pgettext("data", "Revoked"),
        "confirmed": pgettext("data", "Confirmed for another year"),
        "reported": pgettext("data", "Usage report"),
    }


def masks() -> dict[str, tuple[str, dict[str, object] | None]]:
    """The ways of masking that the answer page offers: word and what the terms then say."""
    return {
        "": (gettext("As it is"), None),
        "ends": (gettext("First 6 and last 4 characters"), {"kind": "keep", "prefix": 6, "suffix": 4}),
        "phone": (gettext("First 3 and last 4 characters"), {"kind": "keep", "prefix": 3, "suffix": 4}),
        "first": (gettext("First character"), {"kind": "keep", "prefix": 1, "suffix": 0}),
        "token": (gettext("A stable token"), {"kind": "token"}),
        "null": (gettext("Empty"), {"kind": "null"}),
    }


def outcomes() -> dict[str, tuple[str, str]]:
    """What came of a row of an import."""
    return {
        "added": (gettext("Added as a draft"), "camphor"),
        "changed": (gettext("Draft changed"), "lake"),
        "unchanged": (gettext("As it was"), ""),
        "refused": (pgettext("import", "Refused"), "azalea"),
    }
