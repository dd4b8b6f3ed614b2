"""A file looked at: which fields a resource with such data would have."""

from collections.abc import Callable

from liangxi.core.audit import face as audit
from liangxi.core.codes import face as codes
from liangxi.core.people import face as people
from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError
from liangxi.systems.data import tabular
from liangxi.systems.data.rules import inferring
from liangxi.systems.data.shapes import Proposal


def propose(by: Actor, name: str, content: bytes) -> Proposal:
    """The proposal; the file itself is not kept."""
    by.require("data.manage")
    table = tabular.read(name, content)
    checks = {
        "citizen_id": _valid(people.check_citizen_id),
        "uscc": _valid(people.check_uscc),
        "phone": _valid(people.check_phone),
    }
    fields = inferring.propose(table.headers, table.rows, elements(), checks)
    audit.record(by=by, action="data.file.proposed", object="catalogue:proposal", detail={"fields": len(fields)})
    return Proposal(
        name=name,
        format=table.format,
        encoding=table.encoding,
        rows=len(table.rows),
        is_whole=table.is_whole,
        fields=fields,
    )


def elements() -> tuple[inferring.Element, ...]:
    """The city's data elements (codes/data_element.csv)."""
    return tuple(
        inferring.Element(
            name=one.code,
            title=one.title,
            subject=one.attributes.get("subject", ""),
            type=one.attributes.get("type", "text"),
            grade=one.attributes.get("grade", "general-1"),
            is_personal=one.attributes.get("personal", "") == "1",
            words=tuple(one.attributes.get("words", "").split(";")),
        )
        for one in codes.entries(list_id="data_element")
    )


def _valid(check: Callable[[object], object]) -> Callable[[str], bool]:
    def holds(value: str) -> bool:
        try:
            check(value)
        except HouseError:
            return False
        return True

    return holds
