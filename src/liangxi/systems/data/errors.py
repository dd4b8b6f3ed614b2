"""What may go wrong in the data zone beside the common errors."""

from liangxi.kit.errors import ConflictError, ForbiddenError, HouseError


class QuotaError(ForbiddenError):
    """The grant's reads of the day are used up (RFC 6585)."""

    status = 429


class AwayError(HouseError):
    """The read store cannot answer now; nothing was read, and nothing was counted."""

    status = 503


class GoneError(ConflictError):
    """The place in a change feed is not kept any more: read the data set anew."""

    status = 410
