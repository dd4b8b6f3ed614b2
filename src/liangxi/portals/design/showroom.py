"""Sample values for the style page: every state of every component."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import segno
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from liangxi.kit import time

BASES: Mapping[str, str] = {
    "citizen": "design/page.html",
    "desk": "design/desk.html",
    "office": "design/office.html",
    "screen": "design/screen.html",
}
ICONS = (
    "search",
    "inbox",
    "upload",
    "shield-check",
    "award",
    "map",
    "printer",
    "building-2",
    "circle-check",
    "calendar",
)
COLOURS = ("lake", "camphor", "azalea", "amber", "ink", "ink-2", "ink-3", "paper-2", "line-strong")

_CHECKED_AT = "https://example.org/verify/JY2320211000001X"


def examples() -> dict[str, Any]:
    """What the page shows, in the reader's language."""
    return {
        "colours": COLOURS,
        "icons": ICONS,
        "points": (12, 15, 11, 18, 22, 19, 26),
        "errors": {"demo_id": _("The last digit of the citizen id does not fit. Please check it.")},
        "labels": {"demo_id": _("Citizen id")},
        "entries": _entries(),
        "facts": _facts(),
        "rows": _rows(),
        "certificate": _certificate(),
        "revoked": _certificate() | {"revoked_at": time.now()},
        "qr": SafeString(segno.make_qr(_CHECKED_AT).svg_inline(border=0, omitsize=True)),
        "today": time.today(),
    }


def skins() -> dict[str, str]:
    """The skins by name, as the reader calls them."""
    return {"citizen": _("Residents"), "desk": _("Workbench"), "office": _("Office"), "screen": _("Wall")}


def _entries() -> list[dict[str, Any]]:
    now = time.now()
    return [
        {"title": _("Application submitted"), "at": now - timedelta(days=3), "by": _("Chen Jing"), "state": "done"},
        {
            "title": _("Asked for a correction"),
            "at": now - timedelta(days=2),
            "by": _("Service centre"),
            "text": _("The floor plan does not show the second exit."),
            "state": "stop",
        },
        {"title": _("Under review"), "at": now - timedelta(hours=2), "state": "now"},
        {"title": _("Results handed out together"), "at": None, "state": "next"},
    ]


def _facts() -> list[dict[str, str]]:
    source = _("From the register of firms, 23 Nov")
    return [
        {"label": _("Name of the shop"), "value": _("Taihu Noodles"), "source": source, "url": "#facts"},
        {"label": _("Floor area"), "value": "120 ㎡", "url": "#facts"},
        {"label": _("Remarks"), "value": "", "url": "#facts"},
    ]


def _rows() -> list[dict[str, Any]]:
    today = time.today()
    titles = (_("Food business licence"), _("Fire safety inspection"), _("Outdoor sign"), _("Birth certificate"))
    lights = ("red", "yellow", "green", "paused")
    return [
        {"no": f"WX20261123{n:06d}", "title": title, "light": light, "due": today + timedelta(days=n * 2)}
        for n, (title, light) in enumerate(zip(titles, lights, strict=True), 1)
    ]


def _certificate() -> dict[str, Any]:
    return {
        "title": _("Food business licence"),
        "number": "JY2320211000001X",
        "holder": {"name": _("Taihu Noodles")},
        "issuer": _("Market Supervision Administration"),
        "issued_at": time.today(),
        "valid_to": time.today() + timedelta(days=5 * 365),
        "revoked_at": None,
    }
