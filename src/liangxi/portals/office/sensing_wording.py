"""Words of the pages of things and alarms."""

from typing import Any

from django.utils.translation import get_language, gettext, pgettext

from liangxi.systems.sensing.shapes import Property


def thing_states() -> dict[str, tuple[str, str]]:
    """The word and the tone of each state of a thing."""
    return {
        "planned": (pgettext("thing", "Planned"), ""),
        "in_service": (pgettext("thing", "In service"), "camphor"),
        "maintenance": (pgettext("thing", "In maintenance"), "amber"),
        "retired": (pgettext("thing", "Retired"), ""),
    }


def thing_words() -> dict[str, str]:
    """The word of each state of a thing."""
    return {code: word for code, (word, _) in thing_states().items()}


def alarm_states() -> dict[str, tuple[str, str]]:
    """The word and the tone of each state of an alarm."""
    return {
        "unacknowledged": (pgettext("alarm", "New"), "azalea"),
        "acknowledged": (pgettext("alarm", "Acknowledged"), "amber"),
        "returned": (pgettext("alarm", "Back to normal, not seen"), "lake"),
        "shelved": (pgettext("alarm", "Shelved"), ""),
        "suppressed": (pgettext("alarm", "Quiet during work"), ""),
        "normal": (pgettext("alarm", "Over"), "camphor"),
    }


def severities() -> dict[str, tuple[str, str]]:
    """The word and the tone of each severity."""
    return {
        "critical": (pgettext("severity", "Critical"), "azalea"),
        "high": (pgettext("severity", "High"), "azalea"),
        "medium": (pgettext("severity", "Medium"), "amber"),
        "low": (pgettext("severity", "Low"), "lake"),
    }


def severity_words() -> dict[str, str]:
    """The word of each severity."""
    return {code: word for code, (word, _) in severities().items()}


def kinds() -> dict[str, str]:
    """The kinds of rules."""
    return {
        "threshold": pgettext("rule", "Threshold"),
        "rate": pgettext("rule", "Change per second"),
        "absence": pgettext("rule", "No reading"),
        "group": pgettext("rule", "Many at one place"),
        "offline": pgettext("rule", "Offline"),
    }


def deeds() -> dict[str, str]:
    """What stands in the history of an alarm."""
    return {
        "raised": pgettext("alarm", "Raised"),
        "returned": pgettext("alarm", "Came back"),
        "cleared": pgettext("alarm", "Ended"),
        "suppressed": pgettext("alarm", "Raised, kept quiet"),
        "unsuppressed": pgettext("alarm", "No longer quiet"),
        "acknowledge": pgettext("alarm", "Acknowledged"),
        "assign": pgettext("alarm", "Taken over"),
        "shelve": pgettext("alarm", "Shelved"),
        "unshelve": pgettext("alarm", "Taken from the shelf"),
        "comment": pgettext("alarm", "Note"),
    }


_UNITS = {"Cel": "°C", "ug/m3": "µg/m³", "deg": "°", "m3/s": "m³/s", "1/h": "辆/h", "dB[A]": "dB(A)"}


def unit(code: str) -> str:
    """A UCUM unit as people write it."""
    return _UNITS.get(code, code)


def plain(number: float) -> str:
    """A number with up to three digits behind the point."""
    return f"{round(number, 3):,.3f}".rstrip("0").rstrip(".")


def duration(seconds: float) -> str:
    """A span of time in its largest whole unit."""
    whole = round(seconds)
    if whole and whole % 3600 == 0:
        return gettext("%(n)s h") % {"n": whole // 3600}
    return gettext("%(n)s min") % {"n": whole // 60} if whole and whole % 60 == 0 else f"{plain(seconds)} s"


def value(kind: Property, result: Any) -> str:
    """A result as people read it."""
    if result is None:
        return "—"
    if kind.type == "boolean":
        return gettext("yes") if result else gettext("no")
    if kind.type == "category":
        title = kind.options.get(result, {})
        return title.get("zh" if (get_language() or "zh").startswith("zh") else "en", str(result))
    if kind.type == "geometry":
        spot = result.get("coordinates", []) if isinstance(result, dict) else []
        return ", ".join(f"{n:.5f}" for n in spot if isinstance(n, int | float)) or str(result.get("type", ""))
    return f"{plain(result)} {unit(kind.unit)}".strip() if kind.type == "number" else str(result)
