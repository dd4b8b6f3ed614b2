"""All wires of the house on one page: which event goes to which handler."""

from liangxi.core.cases.events import MatterDecided
from liangxi.core.certificates.events import CertificateIssued, CertificateRevoked
from liangxi.core.events import face as events
from liangxi.core.messages import face as messages
from liangxi.core.messages.events import MessageSent
from liangxi.systems.data import face as data
from liangxi.systems.onething import face as onething


def connect() -> None:
    """Connect every event with its handlers; called once when a process starts."""
    events.wire(MatterDecided, onething.issue_result, name="onething.issue_result")
    events.wire(CertificateIssued, data.record_licence, name="data.record_licence")
    events.wire(CertificateRevoked, data.revoke_licence, name="data.revoke_licence")
    events.wire(MessageSent, messages.post, name="messages.post")
    for event in onething.TOLD:
        events.wire(event, onething.tell_applicant, name=f"onething.tell.{event.__name__}")
