"""What follows a decision: the certificate, and word to the applicant. All are handlers; all may come twice."""

from typing import Any

from liangxi.core.cases import events as case_events
from liangxi.core.cases import face as cases
from liangxi.core.certificates import face as certificates
from liangxi.core.certificates.shapes import Holder
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.kit import actor
from liangxi.systems.onething import queries
from liangxi.systems.onething.shapes import Package

Told = (
    case_events.CaseSubmitted
    | case_events.CaseAccepted
    | case_events.CaseRefused
    | case_events.SupplementRequested
    | case_events.MatterDecided
    | case_events.CaseReadyForHandOut
    | case_events.CaseClosed
    | case_events.CaseCorrected
    | case_events.DecisionRevoked
    | case_events.LimitExtended
    | case_events.MatterReopened
    | case_events.MatterTerminated
    | case_events.MatterTransferred
    | case_events.SpecialProcedureOpened
    | case_events.SpecialProcedureEnded
    | case_events.CaseWithdrawn
    | case_events.SupplementAnswered
    | case_events.GapFilled
)
HOUSE = actor.system("onething")
TOLD: dict[type, str] = {  # the template of the message that each event sends to the applicant
    case_events.CaseSubmitted: "case.submitted",
    case_events.CaseAccepted: "case.accepted",
    case_events.CaseRefused: "case.refused",
    case_events.SupplementRequested: "case.supplement",
    case_events.MatterDecided: "case.decided",
    case_events.CaseReadyForHandOut: "case.ready",
    case_events.CaseClosed: "case.closed",
    case_events.CaseCorrected: "case.corrected",
    case_events.DecisionRevoked: "case.revoked",
    case_events.LimitExtended: "case.extended",
    case_events.MatterReopened: "case.reopened",
    case_events.MatterTerminated: "case.terminated",
    case_events.MatterTransferred: "case.transferred",
    case_events.SpecialProcedureOpened: "case.special",
    case_events.SpecialProcedureEnded: "case.resumed",
    case_events.CaseWithdrawn: "case.withdrawn",
    case_events.SupplementAnswered: "case.supplemented",
    case_events.GapFilled: "case.gap_filled",
}
_NOTES = ("note", "reason", "finding")  # what an event says in words


def issue_result(event: case_events.MatterDecided) -> None:
    """Issue the certificate of an approved matter and tell the case; the case number is the key of both."""
    draft = queries.draft_if_of_case(event.parent_no)
    if event.outcome != "approve" or not event.result or draft is None:
        return
    package = queries.compiled(draft.package.hash)
    matter = package.item(event.item).matter
    if matter.result is None:
        return
    form = cases.case(by=HOUSE, no=event.parent_no).form
    certificate = certificates.issue(
        by=HOUSE,
        type=matter.result.type,
        holder=Holder(person=event.applicant_person, firm=event.applicant_firm, name=str(form[matter.result.holder])),
        fields={field: _shown(package, field, form[field]) for field in matter.result.fields if form.get(field)},
        labels={f.id: f.definition["label"] for f in package.fields if f.id in matter.result.fields},
        issuer_org=matter.org,
        source=event.case_no,
        key=f"{event.case_no}:{matter.result.type}",
        valid_from=event.at.date(),
        matter=package.id,
    )
    cases.command(
        by=HOUSE,
        case=event.case_no,
        action="issue",
        key=f"issue:{event.case_no}",
        body={"certificate": certificate.number},
    )


def revoke_result(event: case_events.DecisionRevoked) -> None:
    """With the grant its certificate falls; what was revoked already stays so."""
    if not event.certificate:
        return
    if certificates.certificate(by=HOUSE, number=event.certificate).revoked_at is None:
        certificates.revoke(by=HOUSE, number=event.certificate, reason=event.reason)


def _note(event: Told) -> str:
    return next((str(getattr(event, name)) for name in _NOTES if hasattr(event, name)), "")


def _shown(package: Package, field: str, value: Any) -> str:
    """The words of an answer as a certificate prints them (in Chinese: certificates are Chinese documents)."""
    definition = next(f.definition for f in package.fields if f.id == field)
    words = {option["code"]: option["label"]["zh"] for option in definition.get("options", ())}
    values = value if isinstance(value, (list, tuple)) else [value]
    unit: str = definition.get("unit", {}).get("zh", "")
    return "、".join(words.get(v, str(v)) for v in values) + unit


def tell_applicant(event: Told) -> None:
    """One message about what happened to the case to everybody whom it concerns, once per happening.

    Cases that did not begin with a package tell their applicants in their own words.
    """
    case_no: str = getattr(event, "parent_no", event.case_no)
    item: str = getattr(event, "item", "")
    draft = queries.draft_if_of_case(case_no)
    if draft is None:  # a case of another system, which tells its people itself
        return
    package = queries.compiled(draft.package.hash)
    title = package.item(item).matter.title if item else package.title
    template = TOLD[type(event)]
    if isinstance(event, case_events.MatterDecided) and event.outcome != "approve":
        template = "case.denied"
    told = people.hearers(by=HOUSE, person=event.applicant_person, firm=event.applicant_firm, matter=package.id)
    for person in told:
        messages.send(
            by=HOUSE,
            to_person=person,
            template=template,
            params={"case": case_no, "title": dict(title), "note": _note(event), "days": getattr(event, "days", 0)},
            key=f"{template}:{event.case_no}:{event.at.isoformat()}:{person}",
            link=f"/cases/{case_no}/",
        )
