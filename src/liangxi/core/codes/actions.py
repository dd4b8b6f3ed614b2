"""Loading code lists."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction

from liangxi.core.codes.models import CodeEntry, CodeList
from liangxi.core.codes.shapes import Code
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError


def load(by: Actor, list_id: str, title: Mapping[str, str], entries: Iterable[Code]) -> int:
    """Replace the list as a whole, so that a code taken out of the file is gone."""
    by.require("codes.manage")
    listed = list(entries)
    _check_periods(listed)
    with transaction.atomic():
        found, _ = CodeList.objects.update_or_create(
            pk=list_id, defaults={"title_zh": title["zh"], "title_en": title["en"]}
        )
        found.entries.all().delete()
        CodeEntry.objects.bulk_create(
            CodeEntry(
                list=found,
                code=one.code,
                position=position,
                title_zh=one.title["zh"],
                title_en=one.title.get("en", ""),
                parent=one.parent,
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                attributes=dict(one.attributes),
            )
            for position, one in enumerate(listed)
        )
    return len(listed)


def _check_periods(listed: list[Code]) -> None:
    spans: dict[str, list[tuple[date, date]]] = {}
    for one in listed:
        span = (one.valid_from or date.min, one.valid_to or date.max)
        if any(span[0] < end and start < span[1] for start, end in spans.get(one.code, ())):
            why = "The periods of this code overlap."
            raise InvalidError(
                "codes.overlap", "%(code)s: %(why)s", {"code": one.code, "why": why}, fields={one.code: why}
            )
        spans.setdefault(one.code, []).append(span)
