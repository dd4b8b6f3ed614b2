"""Words of the matching of records: how one stands, and the turns of its history."""

from django.utils.translation import pgettext

Words = tuple[str, str, str]


def words() -> dict[str, Words]:
    """(word, tone, icon) of each state and each turn."""
    return {
        "review": (pgettext("match", "In doubt"), "amber", "circle-help"),
        "linked": (pgettext("match", "Linked"), "camphor", "check"),
        "new": (pgettext("match", "New"), "lake", "plus"),
        "gone": (pgettext("match", "Gone from its source"), "", "x"),
        "queued": (pgettext("match", "Put into the queue"), "amber", "circle-help"),
        "accepted": (pgettext("match", "Said to be the same"), "camphor", "check"),
        "rejected": (pgettext("match", "Said to be another"), "azalea", "x"),
        "split": (pgettext("match", "Split"), "azalea", "x"),
    }
