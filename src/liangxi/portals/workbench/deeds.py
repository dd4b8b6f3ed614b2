"""What staff can do from the page of a case: the letter of each, and how its form becomes a command."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_noop as _n

from liangxi.core.cases.shapes import CaseView
from liangxi.kit.errors import InvalidError
from liangxi.portals.workbench.asks import Ask, body
from liangxi.portals.workbench.wording import proofs, ways

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """One command on the keyboard. `body` reads the form; `reasons` names the part of the list of reasons.

    A deed with `asks` has its form drawn from them and stands in the menu of further deeds.
    """

    name: str
    action: str
    letter: str
    tone: str
    icon: str
    body: Callable[[QueryDict], Body]
    reasons: str = ""
    asks: tuple[Ask, ...] = ()
    law: str = ""


def _accept(sent: QueryDict) -> Body:
    days = sent.get("days", "").strip()
    return {"days": int(days) if days.isascii() and days.isdecimal() and len(days) < 4 else days} if days else {}


def _reason(sent: QueryDict) -> Body:
    return {"reason": sent.get("reason", "").strip(), "reason_code": sent.get("reason_code", "")}


def _approve(sent: QueryDict) -> Body:
    return {"outcome": "approve", "reason": sent.get("reason", "").strip()}


def _deny(sent: QueryDict) -> Body:
    return {"outcome": "deny", **_reason(sent)}


def _supplement(sent: QueryDict) -> Body:
    """A field or material is asked for when its line says why."""
    return {
        "fields": _whys(sent, "fields."),
        "materials": _whys(sent, "materials."),
        "note": sent.get("note", "").strip(),
    }


def _whys(sent: QueryDict, prefix: str) -> dict[str, str]:
    lines = ((name.removeprefix(prefix), sent.get(name, "").strip()) for name in sent if name.startswith(prefix))
    return {key: why[:200] for key, why in lines if why}


def _issue(sent: QueryDict) -> Body:
    return {"certificate": sent.get("certificate", "").strip()}


def _hand_out(sent: QueryDict) -> Body:
    """At the window somebody's identity is checked; who it was and what proved it stays in the case."""
    how, taker, proof = (sent.get(name, "").strip() for name in ("how", "taker", "proof"))
    if how not in ways():
        raise _missing("how", _n("Say how the results reach the applicant."))
    if how != "window":
        return {"how": how}
    if proof not in proofs():
        raise _missing("proof", _n("Say who takes the results and what proves it."))
    if not taker:
        raise _missing("taker", _n("Enter the name on the identity card."))
    return {"how": how, "taker": taker[:100], "proof": proof}


def _missing(field: str, why: str) -> InvalidError:
    return InvalidError("workbench.hand_out", why, fields={field: why})


def _further(name: str, icon: str, *asks: Ask, action: str = "", reasons: str = "", law: str = "") -> Deed:
    def read(sent: QueryDict) -> Body:
        ground = {"reason_code": sent.get("reason_code", "")} if reasons else {}
        return body(asks, sent) | ground

    return Deed(name, action or name, "", "", icon, read, reasons=reasons, asks=asks, law=law)


def _post_check(sent: QueryDict) -> Body:
    said = body(_CHECK, sent)
    return {"outcome": said.pop("commitment", ""), **said, "reason_code": sent.get("reason_code", "")}


_WHY = Ask("reason", "area", _n("Reason"))
_CHECK = (
    Ask("commitment", "choice", _n("What the check showed")),
    Ask("reason", "area", _n("What was found"), optional=True),
)
_ART42 = _n("Administrative Licensing Law, article 42: once, approved by the head of the organ, with the reason told.")
_ART45 = _n(
    "Administrative Licensing Law, article 45: this time does not count; the applicant is told how long it takes."
)
_ART69 = _n("Administrative Licensing Law, article 69: the grant falls, and its certificate with it.")

FURTHER: tuple[Deed, ...] = (
    _further("transfer", "arrow-right-left",
             Ask("account", "colleague", _n("To a colleague (or to yourself)"), optional=True),
             Ask("org", "office", _n("Or to the department that is competent"), optional=True), _WHY),
    _further("delegate", "user-plus", Ask("to", "colleague", _n("Whose opinion you need")), _WHY),
    _further("return", "undo-2", Ask("reason", "area", _n("Your opinion, or why you give it back"))),
    _further("take_back", "undo-2"),
    _further("add_approver", "user-check", Ask("to", "colleague", _n("Who is to sign too"), optional=True),
             Ask("org", "office", _n("Or which office"), optional=True), _WHY),
    _further("remove_approver", "user-x", Ask("seat", "choice", _n("Whose signature is not needed"))),
    _further("suspend", "circle-pause", Ask("kind", "choice", _n("Special procedure")),
             Ask("days", "number", _n("Working days that it takes")), _WHY, law=_ART45),
    _further("resume", "circle-play", Ask("finding", "area", _n("What came of it"))),
    _further("ask_extension", "calendar-plus",
             Ask("days", "number", _n("Working days"), hint=_n("At most 10; for the whole case 15.")), _WHY,
             law=_ART42),
    _further("answer_extension", "calendar-check", Ask("outcome", "choice", _n("Answer")),
             Ask("reason", "area", _n("Reason, when you deny"), optional=True), law=_ART42),
    _further("correct", "pencil", Ask("fields", "answers", _n("What is right")), _WHY),
    _further("terminate", "circle-stop", _WHY, reasons="terminate"),
    _further("revoke", "file-x", _WHY, reasons="revoke", law=_ART69),
    _further("reopen", "rotate-ccw", _WHY),
    Deed("post_check", "post_check", "", "", "search-check", _post_check, reasons="revoke", asks=_CHECK),
    _further("charge", "receipt", Ask("amount", "number", _n("Yuan")), Ask("what", "line", _n("What for")),
             Ask("ground", "line", _n("Legal ground, when the list does not know it"), optional=True)),
    _further("copy", "send", Ask("to", "readers", _n("Who is to read it")),
             Ask("text", "area", _n("What they should know"), optional=True)),
    _further("read", "check"),
    _further("urge", "bell-ring", Ask("text", "area", _n("What is urgent"), optional=True)),
    _further("note", "sticky-note", Ask("text", "area", _n("Note, for staff only")),
             Ask("to", "readers", _n("Whom it mentions"), optional=True),
             Ask("files", "file", _n("File"), optional=True)),
    _further("answer_supervision", "eye", Ask("flag", "choice", _n("Question")),
             Ask("finding", "choice", _n("Finding")), Ask("text", "area", _n("In words"))),
)  # fmt: skip
DEEDS: Mapping[str, Deed] = {
    deed.name: deed
    for deed in (
        Deed("accept", "accept", "a", "primary", "check", _accept),
        Deed("approve", "decide", "a", "primary", "check", _approve),
        Deed("issue", "issue", "c", "primary", "award", _issue),
        Deed("hand_out", "hand_out", "h", "primary", "package-check", _hand_out),
        Deed("supplement", "supplement", "s", "", "list-plus", _supplement, reasons="supplement"),
        Deed("refuse", "refuse", "d", "danger", "ban", _reason, reasons="refuse"),
        Deed("deny", "decide", "d", "danger", "ban", _deny, reasons="deny"),
        *FURTHER,
    )
}


def deeds_for(view: CaseView) -> list[Deed]:
    """The deeds that the reader of a case may do now, what moves the case on last, where the hand expects it."""
    return [deed for deed in reversed(tuple(DEEDS.values())) if deed.action in view.actions and deed not in FURTHER]


def further_for(view: CaseView) -> list[Deed]:
    """The deeds of the menu: what bends the course of a case, and what stands beside it."""
    return [deed for deed in FURTHER if deed.action in view.actions]
