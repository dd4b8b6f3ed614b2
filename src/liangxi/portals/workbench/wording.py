"""The words of the desk for what the house keeps as codes."""

from django.utils.translation import gettext, pgettext


def task_kinds() -> dict[str, str]:
    """What a task asks for."""
    return {
        "accept": pgettext("task", "Accept"),
        "decide": pgettext("task", "Decide"),
        "hand_out": pgettext("task", "Hand out"),
        "resume": pgettext("task", "Special procedure"),
        "extension": pgettext("task", "Longer limit"),
        "post_check": pgettext("task", "Check a commitment"),
        "supervise": pgettext("task", "Supervision"),
        "read": pgettext("task", "Read"),
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
        "later": (gettext("To follow"), "amber", "hourglass"),
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
        **_further(),
    }


def _further() -> dict[str, tuple[str, str]]:
    done = gettext("Done.")
    return {
        "transfer": (gettext("Pass on"), gettext("Passed on.")),
        "delegate": (gettext("Ask for an opinion"), gettext("Lent; it comes back with an opinion.")),
        "return": (gettext("Give back"), gettext("Given back.")),
        "take_back": (gettext("Take back"), gettext("It lies with you again.")),
        "add_approver": (gettext("Ask for a further signature"), gettext("The further signature is asked for.")),
        "remove_approver": (gettext("Remove a signature"), done),
        "suspend": (gettext("Begin a special procedure"), gettext("The clock stands; the applicant has been told.")),
        "resume": (gettext("End the special procedure"), gettext("The clock runs again.")),
        "ask_extension": (gettext("Ask for a longer limit"), gettext("Asked; the head of the organ answers.")),
        "answer_extension": (gettext("Answer about the limit"), done),
        "correct": (gettext("Correct answers"), gettext("Corrected; the applicant has been told.")),
        "terminate": (gettext("End without a decision"), gettext("Ended; the applicant has been told why.")),
        "revoke": (gettext("Revoke the grant"), gettext("Revoked; the certificate is void.")),
        "reopen": (gettext("Look at it once more"), gettext("It is in review again.")),
        "post_check": (gettext("Check the commitment"), gettext("The check is written down.")),
        "charge": (gettext("Write down a fee"), gettext("Written down.")),
        "copy": (gettext("Send to read"), gettext("It lies in their inbox.")),
        "read": (gettext("I have read it"), done),
        "urge": (gettext("Urge"), gettext("Those who hold it up see it first.")),
        "note": (gettext("Note"), gettext("The note stands in the history.")),
        "answer_supervision": (gettext("Answer supervision"), gettext("The answer stands in the history.")),
    }
