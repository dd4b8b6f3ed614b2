"""Words of all portals: refusals in the reader's language, and what the house keeps as codes."""

from django.utils.translation import gettext, pgettext

from liangxi.kit.errors import HouseError


def in_words(error: HouseError) -> dict[str, str]:
    """The messages of an error by field; the whole page's message stands under `__all__` when no field is named."""
    if not error.fields:
        return {"__all__": sentence(error)}
    return {field: gettext(message) for field, message in error.fields.items()}


def sentence(error: HouseError) -> str:
    """The error as one sentence."""
    return error.sentence(gettext)


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
        "special": (pgettext("state", "Special procedure"), "amber"),
        "revoked": (pgettext("state", "Revoked"), "azalea"),
        "withdrawn": (pgettext("state", "Withdrawn"), ""),
        "terminated": (pgettext("state", "Ended"), ""),
    }


def objections() -> dict[str, tuple[str, str]]:
    """The word and the tone of what became of an objection to a register."""
    return {
        "open": (pgettext("objection", "Being checked"), "amber"),
        "corrected": (pgettext("objection", "Corrected"), "camphor"),
        "upheld": (pgettext("objection", "Confirmed as it was"), ""),
    }


def roles() -> dict[str, str]:
    """The names of roles."""
    return {
        "clerk": pgettext("role", "Window clerk"),
        "approver": pgettext("role", "Approver"),
        "leader": pgettext("role", "Head of the organ"),
        "supervisor": pgettext("role", "Supervisor"),
        "steward": pgettext("role", "Data steward"),
        "data_reviewer": pgettext("role", "Data bureau reviewer"),
        "package_admin": pgettext("role", "Package editor"),
        "package_approver": pgettext("role", "Package approver"),
        "bureau_admin": pgettext("role", "Bureau administrator"),
        "auditor": pgettext("role", "Auditor"),
        "security_admin": pgettext("role", "Security administrator"),
        "system_admin": pgettext("role", "System administrator"),
    }


def procedures() -> dict[str, str]:
    """The special procedures of 许可法第四十五条."""
    return {
        "hearing": gettext("Hearing"),
        "tender": gettext("Tender"),
        "auction": gettext("Auction"),
        "inspection": gettext("Inspection"),
        "testing": gettext("Testing"),
        "quarantine": gettext("Quarantine"),
        "appraisal": gettext("Appraisal"),
        "expert-review": gettext("Expert review"),
    }


def triggers() -> dict[str, str]:
    """What supervision looks into."""
    return {
        "no-ground": gettext("A refusal without a legal ground"),
        "overrun": gettext("The limit of the law has passed"),
        "unlisted-fee": gettext("A fee that the list does not know"),
        "already-held": gettext("A material was asked for that the platform holds"),
        "repeated-supplement": gettext("Corrections were asked for more than once"),
        "review": gettext("The answer to a bad review"),
    }


def findings() -> dict[str, str]:
    """What supervision may find."""
    return {
        "in-order": gettext("In order"),
        "explained": gettext("Explained"),
        "corrected": gettext("Put right"),
        "violation": gettext("Against the rules"),
    }


def levels() -> dict[int, str]:
    """The five legal levels of satisfaction (政务服务"好差评"), the best first, each with its word."""
    return {
        5: pgettext("rating", "Very satisfied"),
        4: pgettext("rating", "Satisfied"),
        3: pgettext("rating", "Basically satisfied"),
        2: pgettext("rating", "Dissatisfied"),
        1: pgettext("rating", "Very dissatisfied"),
    }


def indicators() -> dict[str, dict[str, str]]:
    """What a review may point at: fixed, and different online and at a window."""
    efficiency = pgettext("rating", "Efficiency")
    return {
        "online": {
            "efficiency": efficiency,
            "guide": pgettext("rating", "Correctness of the guide"),
            "convenience": pgettext("rating", "Convenience"),
            "platform": pgettext("rating", "The platform"),
        },
        "window": {
            "efficiency": efficiency,
            "skill": pgettext("rating", "Competence"),
            "attitude": pgettext("rating", "Attitude"),
        },
    }


def review_kinds() -> dict[str, str]:
    """What a department may say of a bad review."""
    return {
        "rectified": gettext("It was put right"),
        "mistaken": gettext("Appeal: the review is mistaken"),
        "malicious": gettext("Appeal: the review is malicious"),
    }


def happenings() -> dict[str, str]:
    """The word for each event of a case that a program may hear of."""
    return {
        "data.DatasetChanged": pgettext("event", "Granted data changed"),
        "cases.CaseSubmitted": pgettext("event", "Submitted"),
        "cases.CaseAccepted": pgettext("event", "Accepted"),
        "cases.CaseRefused": pgettext("event", "Not accepted"),
        "cases.SupplementRequested": pgettext("event", "Correction asked for"),
        "cases.SupplementAnswered": pgettext("event", "Correction given"),
        "cases.GapFilled": pgettext("event", "Materials followed"),
        "cases.MatterDecided": pgettext("event", "Matter decided"),
        "cases.MatterTransferred": pgettext("event", "Matter transferred"),
        "cases.MatterTerminated": pgettext("event", "Ended without a decision"),
        "cases.MatterReopened": pgettext("event", "Looked at once more"),
        "cases.DecisionRevoked": pgettext("event", "Grant revoked"),
        "cases.CommitmentRejected": pgettext("event", "Commitment found false"),
        "cases.SpecialProcedureOpened": pgettext("event", "Special procedure begun"),
        "cases.SpecialProcedureEnded": pgettext("event", "Special procedure ended"),
        "cases.LimitExtended": pgettext("event", "Limit extended"),
        "cases.CaseCorrected": pgettext("event", "Answers corrected"),
        "cases.CaseReadyForHandOut": pgettext("event", "Ready for hand-out"),
        "cases.CaseClosed": pgettext("event", "Handed out"),
        "cases.CaseWithdrawn": pgettext("event", "Withdrawn"),
        "cases.CaseRated": pgettext("event", "Rated"),
        "cases.SupervisionRaised": pgettext("event", "Supervision raised"),
        "webhooks.Ping": pgettext("event", "Trial event"),
    }


def window_purposes() -> dict[str, str]:
    """Why a clerk looks for somebody at the window; the codes go into the trail as `window:<code>`."""
    return {
        "apply": gettext("Apply for somebody who stands at the window"),
        "ask": gettext("Answer a question about a running case"),
        "hand-out": gettext("Hand out results"),
        "correct": gettext("Add corrections at the window"),
    }


def purpose(code: str) -> str:
    """Why personal data was read: the words of what the house keeps as a code, or what somebody wrote, as it is."""
    kind, _, of = code.partition(":")
    if kind == "window":
        return window_purposes().get(of, code)
    if kind == "case" and of:
        return gettext("Handling of case %(no)s") % {"no": of}
    return {
        "case": gettext("Handling of a case"),
        "onething": gettext("Filling in a form with what the registers know"),
        "message": gettext("Sending you a message"),
        "self": gettext("Your own look"),
        "review-call-back": gettext("A call about your review"),
    }.get(kind, code)


def undelivered(why: str) -> str:
    """Why a delivery did not arrive, for who reads no names of errors; what has no word here stays as it is."""
    kind = why.partition(":")[0]
    return {
        "gaierror": gettext("The name of the receiver is not known."),
        "PermissionError": gettext("The address lies in a network that is closed to us."),
        "TimeoutError": gettext("The receiver did not answer in time."),
        "ConnectionRefusedError": gettext("Nobody listens at the address."),
        "SSLCertVerificationError": gettext("The certificate of the receiver does not hold."),
    }.get(kind, why)
