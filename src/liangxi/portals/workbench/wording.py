"""The words of the desk for what the house keeps as codes."""

from django.utils.translation import gettext, pgettext


def task_kinds() -> dict[str, str]:
    """What a task asks for."""
    return {
        "accept": pgettext("task", "Accept"),
        "decide": pgettext("task", "Decide"),
        "hand_out": pgettext("task", "Hand out"),
    }


def purposes() -> dict[str, str]:
    """Why a clerk looks for somebody at the window; the words go into the trail."""
    return {
        "apply": gettext("Apply for somebody who stands at the window"),
        "ask": gettext("Answer a question about a running case"),
        "hand-out": gettext("Hand out results"),
        "correct": gettext("Add corrections at the window"),
    }


def ways() -> dict[str, str]:
    """How results reach the applicant."""
    return {
        "window": gettext("At the window"),
        "post": gettext("By post"),
        "online": gettext("Electronically"),
    }


def proofs() -> dict[str, str]:
    """What proves who takes the results."""
    return {
        "own-card": gettext("The applicant, with the identity card"),
        "own-ecard": gettext("The applicant, with the electronic identity card"),
        "proxy": gettext("Somebody else, with a signed authorisation and both identity cards"),
    }


def sources() -> dict[str, tuple[str, str, str]]:
    """How a material is satisfied: word, tone, icon."""
    return {
        "elicence": (gettext("E-licence"), "camphor", "shield-check"),
        "data": (gettext("Checked in the register"), "camphor", "database"),
        "result": (gettext("Result of this case"), "camphor", "check"),
        "commitment": (gettext("Signed commitment"), "lake", "pen-line"),
        "upload": (gettext("Uploaded"), "", "upload"),
    }


def deeds() -> dict[str, tuple[str, str]]:
    """What staff can do to a case: the verb, and what is said when it is done."""
    return {
        "accept": (pgettext("task", "Accept"), gettext("Accepted. The departments have their tasks.")),
        "refuse": (gettext("Do not accept"), gettext("Not accepted. The applicant has been told why.")),
        "supplement": (gettext("Ask for corrections"), gettext("Asked. The clock stands until the applicant answers.")),
        "approve": (gettext("Approve"), gettext("Approved.")),
        "deny": (gettext("Deny"), gettext("Denied. The applicant has been told why and how to appeal.")),
        "issue": (gettext("Enter the certificate"), gettext("The certificate stands in the case.")),
        "hand_out": (pgettext("task", "Hand out"), gettext("Handed out. The case is closed.")),
    }
