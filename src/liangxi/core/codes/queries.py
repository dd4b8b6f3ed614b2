"""Reads of code lists."""

from datetime import date

from django.db.models import Q, QuerySet

from liangxi.core.codes.models import CodeEntry, CodeList
from liangxi.core.codes.shapes import Code
from liangxi.kit import time
from liangxi.kit.errors import NotFoundError


def entries(list_id: str, on: date | None) -> tuple[Code, ...]:
    """The codes of a list on a day."""
    found = tuple(_shape(row) for row in _on(list_id, on).order_by("position"))
    if not found and not CodeList.objects.filter(pk=list_id).exists():
        raise NotFoundError("codes.list.unknown", "There is no code list %(list)s.", {"list": list_id})
    return found


def code(list_id: str, code: str, on: date | None) -> Code:
    """One code on a day."""
    row = _on(list_id, on).filter(code=code).first()
    if row is None:
        raise NotFoundError(
            "codes.code.unknown", "%(code)s is not in the list %(list)s on that day.", {"code": code, "list": list_id}
        )
    return _shape(row)


def _on(list_id: str, on: date | None) -> "QuerySet[CodeEntry]":
    day = on or time.today()
    holds = (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(valid_to=None) | Q(valid_to__gt=day))
    return CodeEntry.objects.filter(holds, list_id=list_id)


def _shape(row: CodeEntry) -> Code:
    return Code(
        code=row.code,
        title={"zh": row.title_zh, "en": row.title_en or row.title_zh},
        parent=row.parent,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        attributes=row.attributes,
    )
