"""The five legal levels, the fixed indicators, the plan of a rectification, what may be published.

政务服务“好差评”: 国办发〔2019〕51号; five levels from 5 stars (very satisfied) to 1; 一次一评 at a window, 一事一评
online; the two lowest levels are bad reviews. Levels and indicators are fixed for the whole country; no city
changes them.
"""

import re
from collections.abc import Mapping
from typing import Any

from liangxi.systems.reviews.shapes import PLAN

TAGS: Mapping[str, tuple[str, ...]] = {
    "online": ("efficiency", "guide", "convenience", "platform"),
    "window": ("efficiency", "skill", "attitude"),
}
CALL_DAYS = 1  # working days until the call-back
RECTIFY_DAYS = 15  # working days until the answer
VISIT_DAYS = 30  # design: days in which the code of a slip opens a review
KINDS = ("rectified", "mistaken", "malicious")
LONGEST = 500
_DIGITS = re.compile(r"[0-9０-９Xx]{5,}")
_NAMED = re.compile(r"[\u4e00-\u9fff](?:先生|女士|小姐|师傅|老师|主任|科长)")


def is_bad(stars: int) -> bool:
    """True for dissatisfied and very dissatisfied."""
    return stars <= 2


def masked(text: str) -> str:
    """A first proposal for publishing: runs of five and more digits and surnames before a form of address are hidden.

    It finds no full names; that is why a supervisor releases every text.
    """
    return _NAMED.sub(lambda found: "某" + found.group()[1:], _DIGITS.sub("***", text))


def plan(org: str, government: str, *, is_named: bool) -> dict[str, Any]:
    """The plan of a rectification at the department that handled the matter: call back, put right.

    Nobody is called back whom nobody knows. Supervision verifies by the engine's own task; the house closes the case.
    """
    call = _item("call-back", {"zh": "差评回访", "en": "Call the reviewer back"}, org, CALL_DAYS)
    rectify = _item("rectify", {"zh": "差评整改", "en": "Put the bad review right"}, org, RECTIFY_DAYS)
    return {
        "id": PLAN,
        "version": "1",
        "title": {"zh": "差评核实整改", "en": "Rectification of a bad review"},
        "accept": {"org": org},
        "hand_out": {"org": government},
        "on_deny": "collect",
        "yellow": 0.6,
        "items": [call, rectify] if is_named else [rectify],
    }


def _item(key: str, title: Mapping[str, str], org: str, days: int) -> dict[str, Any]:
    limit = {"days": days}
    return {"key": key, "title": dict(title), "org": org, "after": [], "result": None, "statutory": limit,
            "promised": limit, "approve": "reason"}  # fmt: skip
