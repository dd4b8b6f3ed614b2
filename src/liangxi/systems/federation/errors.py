"""What may go wrong between nodes and with a department's own API, beside the common errors."""

from liangxi.kit.errors import HouseError


class BusyError(HouseError):
    """As many calls as the API may have are under way; nothing was asked."""

    status = 503


class ProviderError(HouseError):
    """The provider cannot be reached, or does not answer as HTTP does."""

    status = 502


class SlowProviderError(HouseError):
    """The provider did not answer in time."""

    status = 504


class ReplayError(HouseError):
    """A message of a node that was heard already, or whose time is past."""

    status = 409
