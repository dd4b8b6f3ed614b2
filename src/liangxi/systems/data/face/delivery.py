"""Delivery: the read store that follows the lake, and every way in which a grant is read."""

from liangxi.systems.data.actions import serving


def keep_serving() -> int:
    """Bring every granted resource in the read store to the newest state of the lake; how many moved.

    Called by workers; each state becomes visible whole, with its part of the change feed. Announces DatasetChanged.
    """
    return serving.keep()


def forget_changes() -> int:
    """Forget what the change feeds keep for more than 30 days; how many images. Called by workers."""
    return serving.trim()
