"""Refusals in the reader's language, the same way in every portal."""

from django.utils.translation import gettext

from liangxi.kit.errors import HouseError


def in_words(error: HouseError) -> dict[str, str]:
    """The messages of an error by field; the whole page's message stands under `__all__` when no field is named."""
    if not error.fields:
        return {"__all__": sentence(error)}
    return {field: gettext(message) for field, message in error.fields.items()}


def sentence(error: HouseError) -> str:
    """The error as one sentence."""
    text = gettext(error.message)
    return text % error.params if error.params else text
