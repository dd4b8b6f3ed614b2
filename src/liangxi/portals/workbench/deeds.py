"""What staff can do from the page of a case: the letter of each, and how its form becomes a command."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_noop as _n

from liangxi.core.cases.shapes import CaseView
from liangxi.kit.errors import InvalidError
from liangxi.portals.workbench.wording import proofs, ways

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """One command on the keyboard. `body` reads the form; `reasons` names the part of the list of reasons."""

    name: str
    action: str
    letter: str
    tone: str
    icon: str
    body: Callable[[QueryDict], Body]
    reasons: str = ""


def _nothing(sent: QueryDict) -> Body:
    return {}


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


DEEDS: Mapping[str, Deed] = {
    deed.name: deed
    for deed in (
        Deed("accept", "accept", "a", "primary", "check", _nothing),
        Deed("approve", "decide", "a", "primary", "check", _approve),
        Deed("issue", "issue", "c", "primary", "award", _issue),
        Deed("hand_out", "hand_out", "h", "primary", "package-check", _hand_out),
        Deed("supplement", "supplement", "s", "", "list-plus", _supplement, reasons="supplement"),
        Deed("refuse", "refuse", "d", "danger", "ban", _reason, reasons="refuse"),
        Deed("deny", "decide", "d", "danger", "ban", _deny, reasons="deny"),
    )
}


def deeds_for(view: CaseView) -> list[Deed]:
    """The deeds that the reader of a case may do now, what moves the case on last, where the hand expects it."""
    return [deed for deed in reversed(tuple(DEEDS.values())) if deed.action in view.actions]
