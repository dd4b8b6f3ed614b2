"""Where the built files of `frontend/` are: names with a hash, found through the manifest of the build."""

import json
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static

UNBUILT = {"design.css": "design/css/design.css"}


@lru_cache(maxsize=4)
def _manifest(path: str, _changed: float) -> dict[str, str]:
    return dict(json.loads(Path(path).read_text(encoding="utf-8")))


def asset_url(name: str) -> str:
    """The address of a built file, its source where that serves as well (CSS), or "" when it was never built."""
    found = finders.find("dist/manifest.json")
    if isinstance(found, str):
        built = _manifest(found, Path(found).stat().st_mtime).get(name)
        if built:
            return static(f"dist/{built}")
    return static(UNBUILT[name]) if name in UNBUILT else ""
