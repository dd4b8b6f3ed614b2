"""Words of the page about the API."""

from collections.abc import Mapping
from typing import Any

from django.template import Library
from django.utils.translation import gettext, pgettext

from liangxi.gateways.rest.service import REFUSALS

register = Library()


@register.filter
def first_words(description: str) -> str:
    """The first sentence of an operation, in the reader's language."""
    return gettext(description.strip().partition("\n")[0].strip())


@register.filter
def status_words(status: int) -> str:
    """What a status means here."""
    return gettext(REFUSALS[status]) if status in REFUSALS else pgettext("answer", "Done.")


@register.filter
def room_title(tag: str) -> str:
    """The title of a group of operations."""
    titles = {
        "packages": gettext("Packages"),
        "certificates": gettext("Certificates"),
        "cases": gettext("Cases"),
        "city": gettext("The city"),
        "me": gettext("The owner of the key"),
        "tasks": gettext("Tasks"),
        "applications": gettext("Applications"),
        "catalogue": gettext("Data catalogue"),
        "deliveries": gettext("Deliveries of data"),
        "subscriptions": gettext("Subscriptions"),
    }
    return titles[tag]


@register.filter
def fields_of(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields of a type: name, type in one word, whether it must be given, the type that it leads to."""
    required = schema.get("required", ())
    return [
        {"name": name, "required": name in required, **_typed(said)}
        for name, said in schema.get("properties", {}).items()
    ]


def _typed(said: Mapping[str, Any]) -> dict[str, str]:
    """A schema in one word, and the name of the type in it."""
    if "$ref" in said:
        name = said["$ref"].rpartition("/")[2]
        return {"type": name, "link": name}
    if "anyOf" in said:
        parts = [_typed(one) for one in said["anyOf"]]
        return {
            "type": " | ".join(part["type"] for part in parts),
            "link": next((part["link"] for part in parts if part["link"]), ""),
        }
    if "const" in said or "enum" in said:
        return {"type": " | ".join(str(one) for one in said.get("enum", [said.get("const")])), "link": ""}
    if said.get("type") == "array":
        inner = _typed(said.get("items", {}))
        return {"type": f"[{inner['type']}]", "link": inner["link"]}
    kind = said.get("type", "any")
    return {"type": f"{kind} ({said['format']})" if "format" in said else str(kind), "link": ""}
