"""What other rooms hear of persons."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyChanged:
    """A role to act for another was asked, accepted, declined, revoked or returned (`what`); `to_person` is told.

    `subject_name` is for whom, `agent_name` who acts, in the role `role` before the day `until`.
    """

    proxy: str
    what: str
    to_person: str
    subject_name: str
    agent_name: str
    role: str
    until: date
    at: datetime
