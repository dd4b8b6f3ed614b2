"""The words of the data zone's pages for its codes."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from liangxi.portals import data_words
from liangxi.portals.data_words import Words

cycles, freshness, kinds, types = data_words.cycles, data_words.freshness, data_words.kinds, data_words.types


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


def mask_names() -> Words:
    """Kinds of masks, as a delivery names them."""
    return {
        "keep": gettext("Only first and last characters"),
        "token": gettext("A stable token"),
        "bucket": gettext("Rounded down"),
        "nothing": gettext("Empty"),
    }


def condition(said: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Which rows a grant lets out, as a sentence."""
    for word, joined in (("all", pgettext("data", " and ")), ("any", pgettext("data", " or "))):
        if word in said:
            return joined.join(f"({condition(part, titles)})" for part in said[word])
    name, value = titles.get(said["column"], said["column"]), said["value"]
    told = pgettext("data", ", ").join(map(str, value)) if isinstance(value, list) else value
    if said["op"] == "is_null":
        return (gettext("%(name)s is missing") if value else gettext("%(name)s is given")) % {"name": name}
    signs = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥", "in": "∈"}
    if said["op"] == "prefix":
        return gettext("%(name)s begins with %(value)s") % {"name": name, "value": told}
    return f"{name} {signs[said['op']]} {told}"


def outcomes() -> dict[str, tuple[str, str]]:
    """What came of a row of an import."""
    return {
        "added": (gettext("Added as a draft"), "camphor"),
        "changed": (gettext("Draft changed"), "lake"),
        "unchanged": (gettext("As it was"), ""),
        "refused": (pgettext("import", "Refused"), "azalea"),
    }


def checks() -> Words:
    """What the privacy gate looks at."""
    return {
        "attribute": pgettext("gate", "Opening attribute of the catalogue"),
        "terms": pgettext("gate", "Terms fit the description"),
        "grade": pgettext("gate", "Grade of the field"),
        "personal": pgettext("gate", "Personal field"),
        "name": pgettext("gate", "Named like an identifier"),
        "content": pgettext("gate", "Holds numbers of persons"),
        "group": pgettext("gate", "Small groups"),
        "cell": pgettext("gate", "Small cells"),
        "rows": pgettext("gate", "Rows"),
        "table": pgettext("gate", "Data fits the description"),
    }


def looked_for() -> Words:
    """Kinds of numbers that the gate knows, and grades."""
    return grades() | {
        "citizen-id": pgettext("gate", "citizen ids"),
        "phone": pgettext("gate", "telephone numbers"),
        "bank-card": pgettext("gate", "bank cards"),
        "plate": pgettext("gate", "plate numbers"),
    }


def open_states() -> dict[str, tuple[str, str]]:
    """The state of an opening, and of a version that went through the gate."""
    return {
        "asked": (pgettext("open data", "Asked for"), "amber"),
        "open": (pgettext("open data", "Open"), "camphor"),
        "returned": (pgettext("open data", "Returned"), "azalea"),
        "withdrawn": (pgettext("open data", "Closed"), ""),
        "held": (pgettext("open data", "Held back by the catalogue"), "azalea"),
        "public": (pgettext("open data", "Public"), "camphor"),
        "refused": (pgettext("open data", "Did not pass"), "azalea"),
        "closed": (pgettext("open data", "Closed by other terms"), ""),
    }
