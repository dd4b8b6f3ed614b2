"""What follows a decision: the certificate, and word to the applicant. Both are handlers; both may come twice."""

from typing import Any

from liangxi.core.cases import events as case_events
from liangxi.core.cases import face as cases
from liangxi.core.certificates import face as certificates
from liangxi.core.certificates.shapes import Holder
from liangxi.core.messages import face as messages
from liangxi.kit import actor
from liangxi.systems.onething import queries
from liangxi.systems.onething.shapes import Matter, Package

HOUSE = actor.system("onething")


def issue_result(event: case_events.MatterDecided) -> None:
    """Issue the certificate of an approved matter and tell the case; the case number is the key of both."""
    if event.outcome != "approve":
        return
    row = queries.draft_of_case(event.parent_no)
    package = queries.compiled(row.package.hash)
    matter = package.item(event.item).matter
    if matter.result is None:
        return
    form = cases.case(by=HOUSE, no=event.parent_no).form
    certificate = certificates.issue(
        by=HOUSE,
        type=matter.result.type,
        holder=Holder(person=event.applicant_person, firm=event.applicant_firm, name=str(form[matter.result.holder])),
        fields={field: _shown(package, field, form.get(field)) for field in matter.result.fields if form.get(field)},
        issuer_org=matter.org,
        source=event.case_no,
        key=f"{event.case_no}:{matter.result.type}",
    )
    cases.command(
        by=HOUSE,
        case=event.case_no,
        action="issue",
        key=f"issue:{event.case_no}",
        body={"certificate": certificate.number},
    )


def _shown(package: Package, field: str, value: Any) -> str:
    """The words of an answer as a certificate prints them (in Chinese: certificates are Chinese documents)."""
    definition = next(f.definition for f in package.fields if f.id == field)
    words = {option["code"]: option["label"]["zh"] for option in definition.get("options", ())}
    values = value if isinstance(value, (list, tuple)) else [value]
    unit = definition.get("unit", {}).get("zh", "")
    return "、".join(words.get(v, str(v)) for v in values) + unit


def tell_applicant(template: str, case_no: str, person: str, key: str, matter: Matter | None = None) -> None:
    """One message about a case, once per key."""
    params = {"case": case_no, "matter": matter.title["zh"] if matter else ""}
    messages.send(by=HOUSE, to_person=person, template=template, params=params, key=key, link=f"/cases/{case_no}/")
