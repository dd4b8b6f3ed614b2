"""All wires of the house on one page: which event goes to which handler."""

from liangxi.core.cases.events import (
    CaseAccepted,
    CaseClosed,
    CaseCorrected,
    CaseRated,
    CaseReadyForHandOut,
    CaseRefused,
    CaseSubmitted,
    CaseWithdrawn,
    CommitmentRejected,
    DecisionRevoked,
    GapFilled,
    LimitExtended,
    MatterDecided,
    MatterReopened,
    MatterTerminated,
    MatterTransferred,
    SpecialProcedureEnded,
    SpecialProcedureOpened,
    SupervisionAnswered,
    SupervisionRaised,
    SupplementAnswered,
    SupplementRequested,
)
from liangxi.core.certificates.events import CertificateIssued, CertificateRevoked
from liangxi.core.events import face as events
from liangxi.core.messages import face as messages
from liangxi.core.messages.events import MessageSent
from liangxi.core.people.events import ProxyChanged
from liangxi.core.webhooks import face as webhooks
from liangxi.core.webhooks.shapes import Topic
from liangxi.systems.data import face as data
from liangxi.systems.data.events import (
    DatasetChanged,
    DatasetClosed,
    DatasetOpened,
    GrantEnded,
    GrantGiven,
    NeedAnswered,
    OpenVersionRefused,
    ResourceDelivered,
    ResourcePublished,
    ResourceWithdrawn,
)
from liangxi.systems.onething import face as onething
from liangxi.systems.reviews import face as reviews
from liangxi.systems.reviews.events import ServiceReviewed
from liangxi.systems.sensing.events import AlarmCleared, AlarmRaised

FOR_THE_OUTSIDE = (
    AlarmCleared,
    AlarmRaised,
    CommitmentRejected,
    DatasetChanged,
    DatasetClosed,
    DatasetOpened,
    GrantEnded,
    GrantGiven,
    NeedAnswered,
    OpenVersionRefused,
    ResourceDelivered,
    ResourcePublished,
    ResourceWithdrawn,
    SupervisionRaised,
)
"""No room here acts on these; they leave as CloudEvents."""


CHANGED_DATA = Topic(
    type="data.DatasetChanged",
    permission="data.request",
    reaches=lambda org, resources: data.open_grants(org=org, resources=resources),
    told=("resource", "version", "batch", "seq", "rows", "changes", "at"),
    path="/data/v1/{resource}/changes",
)
"""A department hears that what it was granted has changed, and reads the changes itself, under its grant."""


def connect() -> None:
    """Connect every event with its handlers; called once when a process starts."""
    webhooks.open_topic(topic=CHANGED_DATA)
    events.wire(MatterDecided, onething.issue_result, name="onething.issue_result")
    events.wire(DecisionRevoked, onething.revoke_result, name="onething.revoke_result")
    events.wire(CertificateIssued, data.record_licence, name="data.record_licence")
    events.wire(CertificateRevoked, data.revoke_licence, name="data.revoke_licence")
    events.wire(CaseReadyForHandOut, data.close_case, name="data.close_case")
    events.wire(MessageSent, messages.post, name="messages.post")
    events.wire(ProxyChanged, messages.tell_proxy, name="messages.tell_proxy")
    events.wire(CaseSubmitted, onething.tell_applicant, name="onething.tell.CaseSubmitted")
    events.wire(CaseAccepted, onething.tell_applicant, name="onething.tell.CaseAccepted")
    events.wire(CaseRefused, onething.tell_applicant, name="onething.tell.CaseRefused")
    events.wire(SupplementRequested, onething.tell_applicant, name="onething.tell.SupplementRequested")
    events.wire(MatterDecided, onething.tell_applicant, name="onething.tell.MatterDecided")
    events.wire(CaseReadyForHandOut, onething.tell_applicant, name="onething.tell.CaseReadyForHandOut")
    events.wire(CaseClosed, onething.tell_applicant, name="onething.tell.CaseClosed")
    events.wire(CaseCorrected, onething.tell_applicant, name="onething.tell.CaseCorrected")
    events.wire(DecisionRevoked, onething.tell_applicant, name="onething.tell.DecisionRevoked")
    events.wire(LimitExtended, onething.tell_applicant, name="onething.tell.LimitExtended")
    events.wire(MatterReopened, onething.tell_applicant, name="onething.tell.MatterReopened")
    events.wire(MatterTerminated, onething.tell_applicant, name="onething.tell.MatterTerminated")
    events.wire(MatterTransferred, onething.tell_applicant, name="onething.tell.MatterTransferred")
    events.wire(SpecialProcedureOpened, onething.tell_applicant, name="onething.tell.SpecialProcedureOpened")
    events.wire(SpecialProcedureEnded, onething.tell_applicant, name="onething.tell.SpecialProcedureEnded")
    events.wire(CaseWithdrawn, onething.tell_applicant, name="onething.tell.CaseWithdrawn")
    events.wire(SupplementAnswered, onething.tell_applicant, name="onething.tell.SupplementAnswered")
    events.wire(GapFilled, onething.tell_applicant, name="onething.tell.GapFilled")
    events.wire(CaseRated, reviews.record_review, name="reviews.record_review")
    events.wire(ServiceReviewed, reviews.open_rectification, name="reviews.open_rectification")
    events.wire(MatterDecided, reviews.note_decision, name="reviews.note_decision")
    events.wire(SupervisionAnswered, reviews.note_supervision, name="reviews.note_supervision")
    events.wire(CaseReadyForHandOut, reviews.note_ready, name="reviews.note_ready")
