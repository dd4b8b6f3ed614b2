"""What happens to cases, for other rooms; the subject of each is the number of the parent case."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSubmitted:
    """A case was opened and waits at the window."""

    case_no: str
    plan_id: str
    plan_hash: str
    subject: str
    items: tuple[str, ...]
    applicant_person: str
    applicant_firm: str | None
    applicant_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAccepted:
    """Accepted by the window, or `deemed` accepted because nobody told the applicant in time (许可法 art. 32)."""

    case_no: str
    plan_id: str
    deemed: bool
    due: datetime | None
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRefused:
    """Not accepted, with the reason."""

    case_no: str
    plan_id: str
    reason: str
    reason_code: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRequested:
    """The applicant is asked, once and completely, to correct fields or materials; the clock stands still."""

    case_no: str
    parent_no: str
    item: str
    org: str
    fields: tuple[str, ...]
    materials: tuple[str, ...]
    note: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementAnswered:
    """The applicant answered and the clock runs on."""

    case_no: str
    parent_no: str
    item: str
    org: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterDecided:
    """A department approved or denied its matter; `result` is the licence type to issue, if any."""

    case_no: str
    parent_no: str
    plan_id: str
    plan_hash: str
    item: str
    outcome: str
    org: str
    result: str | None
    reason: str
    applicant_person: str
    applicant_firm: str | None
    applicant_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReadyForHandOut:
    """Every matter has ended; `outcome` is approved when at least one was granted, else denied."""

    case_no: str
    plan_id: str
    outcome: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed:
    """Results were handed out."""

    case_no: str
    plan_id: str
    outcome: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWithdrawn:
    """The applicant took the case back before any decision."""

    case_no: str
    plan_id: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRated:
    """The applicant rated the service: 5 very satisfied ... 1 very dissatisfied."""

    case_no: str
    plan_id: str
    stars: int
    text: str
    tags: tuple[str, ...]
    applicant_person: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFilled:
    """The materials that were to follow an acceptance (容缺受理) are there."""

    case_no: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterTransferred:
    """Another organisation is competent and took over."""

    case_no: str
    parent_no: str
    item: str
    org: str
    reason: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialProcedureOpened:
    """A hearing, testing, review ... began; its time does not count (许可法 art. 45); `days` is how long it takes."""

    case_no: str
    parent_no: str
    item: str
    org: str
    procedure: str
    days: int
    reason: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialProcedureEnded:
    """The special procedure ended with a finding, and the clock runs on."""

    case_no: str
    parent_no: str
    item: str
    org: str
    finding: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitExtended:
    """The head of the organ (for the whole case the government) approved `days` more, for a reason."""

    case_no: str
    parent_no: str
    item: str
    org: str
    days: int
    reason: str
    due: datetime | None
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterTerminated:
    """A matter, or the whole case when `item` is empty, ended without a decision."""

    case_no: str
    parent_no: str
    item: str
    org: str
    reason: str
    reason_code: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCorrected:
    """Answers were corrected by staff; `fields` are their ids."""

    case_no: str
    parent_no: str
    item: str
    org: str
    fields: tuple[str, ...]
    reason: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRevoked:
    """A grant was taken back; its certificate, if it had one, falls with it."""

    case_no: str
    parent_no: str
    item: str
    org: str
    certificate: str | None
    reason: str
    reason_code: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterReopened:
    """A matter (or a case that was not accepted) is looked at once more."""

    case_no: str
    parent_no: str
    item: str
    org: str
    reason: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentRejected:
    """A commitment (告知承诺) was found false after the grant: a fact for the credit record."""

    case_no: str
    parent_no: str
    item: str
    org: str
    reason: str
    applicant_person: str
    applicant_firm: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionRaised:
    """Something that supervision (电子监察) looks into."""

    case_no: str
    parent_no: str
    item: str
    org: str
    trigger: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionAnswered:
    """Supervision answered what `trigger` had raised: `finding` is in-order, explained, corrected or violation."""

    case_no: str
    parent_no: str
    item: str
    org: str
    trigger: str
    finding: str
    text: str
    at: datetime
