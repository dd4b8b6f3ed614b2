"""What applicants of the sample city write: the answers of a package's own first examples, and a form without gaps."""

import io
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import segno

from liangxi.core.forms.shapes import Field
from liangxi.core.people import face as people
from liangxi.kit import actor
from liangxi.systems.onething import face as onething

HOUSE = actor.system("sample")
_USCC = "91320200MA00000A1"


@cache
def examples(package: str, version: str) -> tuple[Mapping[str, Any], ...]:
    """The situations that a package names itself."""
    found = onething.definition(by=HOUSE, package=package, version=version)
    return tuple(one["answers"] for one in found["package"]["examples"])


def value(field: Field, number: str, day: date) -> Any:
    """Something that a field takes, said to be a sample; `number` is the applicant's citizen id."""
    low = int(field.minimum) if field.minimum is not None and not isinstance(field.minimum, date) else 1
    first = field.options[0].code if field.options else ""
    text = "无锡市滨湖区样例路1号" if "address" in field.id else "样例"
    return {"text": text, "textarea": "样例内容，供演示。", "number": low, "money": max(low, 1000), "bool": True,
            "date": day.isoformat(), "choice": first, "multi": [first], "citizen_id": number,
            "uscc": _USCC + people.uscc_check(_USCC), "phone": "15400000000"}[field.type]  # fmt: skip


@cache
def picture(text: str) -> bytes:
    """A small picture that stands for a scan."""
    out = io.BytesIO()
    segno.make(f"SAMPLE {text}").save(out, kind="png", scale=8, border=4)
    return out.getvalue()
