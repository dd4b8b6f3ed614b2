"""Commands at the window and by the applicant: from the submission to the hand-out."""

from liangxi.core.cases.rules.deciding.chain import waits
from liangxi.core.cases.rules.deciding.command import (
    Command,
    Rule,
    bad,
    form,
    materials,
    reason,
    reasons,
    text,
    whole_number,
)
from liangxi.core.cases.rules.plan import Plan
from liangxi.core.cases.rules.state import Event, Node, State
from liangxi.kit.errors import ConflictError

GAP_DAYS = 10  # design: within how many working days a deferred material follows, unless the window says less
SUPPLEMENT_DAYS = 15  # design: by when corrections are expected; what happens then is for a person to decide
FEE_LIMIT = 10_000_000  # yuan


def _accept(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """受理; with deferred materials 容缺受理: they are named, with the working days in which they follow."""
    return [Event(node.no, "accepted", _gap(state, command)), *_begun(state)]


def _deem_accepted(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """许可法第三十二条: who is not told within five days what is missing counts as accepted."""
    return [Event(node.no, "accepted", {"deemed": True} | _gap(state, command)), *_begun(state)]


def _gap(state: State, command: Command) -> dict[str, object]:
    if not state.gap:
        return {}
    return {"gap": state.gap, "days": whole_number(command.body, "days", 1, 60, default=GAP_DAYS)}


def _begun(state: State) -> list[Event]:
    return [Event(item.no, "started") for item in state.items if not waits(state, item)]


def _refuse(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    return [Event(node.no, "refused", reason(command.body))]


def _supplement(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    fields, wanted = reasons(command.body, "fields"), reasons(command.body, "materials")
    note = text(command.body, "note", required=True)
    if not fields and not wanted:
        raise bad("fields", "Name at least one field or material to correct.")
    unknown = set(fields) - state.form.keys()
    if unknown:
        raise bad(f"fields.{sorted(unknown)[0]}", "The form has no such field.")
    missing = set(wanted) - {material.key for material in state.materials}
    if missing:
        raise bad(f"materials.{sorted(missing)[0]}", "The case has no such material.")
    days = whole_number(command.body, "days", 1, 60, default=SUPPLEMENT_DAYS)
    return [
        Event(
            node.no,
            "supplement_requested",
            {"fields": fields, "materials": wanted, "note": note, "org": node.org, "days": days},
        )
    ]


def _answer(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    asked = node.supplement
    assert asked is not None
    answers, given = form(command.body), materials(command.body)
    for key in asked.fields:
        if key not in answers:
            raise bad(key, "Answer what was asked for.")
    for key in asked.materials:
        if key not in given:
            raise bad(key, "Add this material.")
    if extra := (set(answers) - asked.fields.keys()) | (set(given) - asked.materials.keys()):
        raise bad(sorted(extra)[0], "Only what was asked for can be corrected.")
    return [Event(node.no, "supplement_answered", {"form": answers, "materials": list(given.values())})]


def _fill_gap(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    given = materials(command.body)
    if not given:
        raise bad("materials", "Add this material.")
    for key, one in given.items():
        if key not in state.gap or one["how"] == "later":
            raise bad(key, "This material is not waited for.")
    return [Event(node.no, "gap_filled", {"materials": list(given.values())})]


def _hand_out(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    how = command.body.get("how", "window")
    if how not in ("window", "online", "post"):
        raise bad("how", "Choose window, online or post.")
    who = {name: said for name in ("taker", "proof") if (said := text(command.body, name))}
    return [Event(node.no, "handed_out", {"how": how, **who})]


def _withdraw(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    return [Event(node.no, "withdrawn", {"reason": text(command.body, "reason")})]


def _charge(plan: Plan, state: State, node: Node, command: Command) -> list[Event]:
    """A fee that is taken is written down; one that the list of fees does not know is for supervision to see."""
    amount = whole_number(command.body, "amount", 1, FEE_LIMIT)
    what = text(command.body, "what", required=True)
    if amount > plan.item(node.item).fee and not text(command.body, "ground"):
        raise ConflictError("cases.fee", "The list of fees does not know this fee; name its legal ground.",
                            {"item": node.item}, fields={"ground": "Name the legal ground."})  # fmt: skip
    return [Event(node.no, "charged", {"amount": amount, "what": what, "ground": text(command.body, "ground")})]


def _is_new(state: State, node: Node) -> bool:
    return node is state.root and node.state == "submitted"


def _may_withdraw(state: State, node: Node) -> bool:
    """Until the first decision (许可法 leaves it open; after a decision there is nothing to withdraw)."""
    decided = any(item.outcome for item in state.items)
    return (
        node is state.root
        and node.closed_at is None
        and not decided
        and node.state not in ("approved", "denied")
    )  # fmt: skip


COMMANDS = {
    "accept": Rule(_accept, _is_new, "case.accept"),
    "deem_accepted": Rule(_deem_accepted, _is_new, "system"),
    "refuse": Rule(_refuse, _is_new, "case.accept"),
    "supplement": Rule(
        _supplement, lambda s, n: n.state == ("submitted" if n is s.root else "reviewing"), "responsible"
    ),
    "answer_supplement": Rule(_answer, lambda s, n: n.supplement is not None, "applicant"),
    "fill_gap": Rule(
        _fill_gap,
        lambda s, n: n is s.root and n.closed_at is None and n.state == "accepted" and bool(s.gap),
        "applicant",
    ),
    "hand_out": Rule(
        _hand_out,
        lambda s, n: n is s.root and n.state in ("approved", "denied") and n.closed_at is None,
        "case.handout",
    ),
    "withdraw": Rule(_withdraw, _may_withdraw, "applicant"),
    "charge": Rule(_charge, lambda s, n: n is not s.root and n.outcome is None, "responsible"),
}
