"""What other rooms hear of reviews."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReviewed:
    """Somebody reviewed a case (`channel` online) or a visit (window): 5 very satisfied ... 1 very dissatisfied."""

    review: str
    channel: str
    org: str
    stars: int
    at: datetime
