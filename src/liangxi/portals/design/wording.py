"""Words of all portals for what the house keeps as codes."""

from django.utils.translation import pgettext


def states() -> dict[str, tuple[str, str]]:
    """The word and the tone of each state of a case."""
    return {
        "submitted": (pgettext("state", "Received"), "lake"),
        "correction": (pgettext("state", "Waits for corrections"), "amber"),
        "accepted": (pgettext("state", "Accepted"), "lake"),
        "refused": (pgettext("state", "Not accepted"), "azalea"),
        "reviewing": (pgettext("state", "In review"), "lake"),
        "approved": (pgettext("state", "Approved"), "camphor"),
        "denied": (pgettext("state", "Denied"), "azalea"),
        "issued": (pgettext("state", "Issued"), "camphor"),
        "withdrawn": (pgettext("state", "Withdrawn"), ""),
        "terminated": (pgettext("state", "Ended"), ""),
    }


def roles() -> dict[str, str]:
    """The names of roles."""
    return {
        "clerk": pgettext("role", "Window clerk"),
        "approver": pgettext("role", "Approver"),
        "steward": pgettext("role", "Data steward"),
        "package_admin": pgettext("role", "Package editor"),
        "bureau_admin": pgettext("role", "Bureau administrator"),
        "auditor": pgettext("role", "Auditor"),
        "security_admin": pgettext("role", "Security administrator"),
        "system_admin": pgettext("role", "System administrator"),
    }
