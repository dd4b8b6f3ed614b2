"""What may go wrong with an engine."""

from liangxi.kit.errors import HouseError


class EngineError(HouseError):
    """The engine cannot be reached or could not answer; nothing was changed, the work may be tried again."""

    status = 503
