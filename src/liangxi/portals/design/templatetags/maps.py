"""The map of the city with its list twin: `{% load maps %}{% city_map %}`, or include `design/parts/map.html`."""

import json
from typing import Any

from django.conf import settings
from django.template import Library
from django.utils.translation import get_language, gettext

from liangxi.portals.design import places

register = Library()


@register.inclusion_tag("design/parts/city_map.html")
def city_map(kind: str = "") -> dict[str, Any]:
    """The districts and towns on a map and in a list that follow each other; `kind="page"` fills its container."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    notice = map_notice()
    return {
        "kind": kind,
        "language": language,
        "districts": [
            {"id": one.division.id, "name": one.division.name[language], "towns": _names(one, language)}
            for one in places.districts()
        ],
        "notice": notice,
        "notice_text": notice.notice.get(language, ""),
        "attribution": notice.attribution.get(language, ""),
        "words": json.dumps(_words(), ensure_ascii=False),
    }


@register.simple_tag
def map_notice() -> places.MapNotice:
    """What must stand on every map: whether its outlines are generated, and the number of its review."""
    return places.map_notice(settings.CONFIG.city_root / "profile.toml")


def _names(district: places.District, language: str) -> list[dict[str, str]]:
    return [{"id": town.id, "name": town.name[language]} for town in district.towns]


def _words() -> dict[str, str]:
    """What the map's own controls say."""
    return {
        "Map.Title": gettext("Map of the city; the list beside it says the same"),
        "NavigationControl.ZoomIn": gettext("Zoom in"),
        "NavigationControl.ZoomOut": gettext("Zoom out"),
        "CooperativeGesturesHandler.WindowsHelpText": gettext("Hold Ctrl and scroll to zoom"),
        "CooperativeGesturesHandler.MacHelpText": gettext("Hold ⌘ and scroll to zoom"),
        "CooperativeGesturesHandler.MobileHelpText": gettext("Use two fingers to move the map"),
    }
