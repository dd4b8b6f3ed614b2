"""What happens in the data zone, for other rooms."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePublished:
    """A version of a resource is in force in the catalogue; the subject is the resource's id."""

    resource: str
    code: str
    version: int
    org: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceWithdrawn:
    """A resource is in the catalogue no more; nothing of it is delivered from now on."""

    resource: str
    org: str
    reason: str
    at: datetime
