"""What a handler may raise to steer its delivery."""

from datetime import datetime


class PostponeError(Exception):
    """Raised by a handler that must not act before `until` (aware); the delivery waits and no try is counted."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"not before {until.isoformat()}")
