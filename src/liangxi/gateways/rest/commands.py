"""Every command that a caller may give: a type of its own, so that the description says what it takes.

What an applicant gives (corrections, materials that follow) has addresses of its own, where it is checked like the
first answers. The engine alone decides who may give which command, and when.
"""

from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop as _n
from pydantic import Field

from liangxi.gateways.rest.bodies import Body
from liangxi.kit.errors import InvalidError

Note = Annotated[str, Field(min_length=1, max_length=2000)]
MaybeNote = Annotated[str, Field(max_length=2000)]
Code = Annotated[str, Field(max_length=60)]
Account = Annotated[str, Field(pattern="^[0-9]{1,18}$", description="The id of a member of staff's account.")]
Days = Annotated[int, Field(ge=1, le=365, description="Working days.")]
Seat = Annotated[int, Field(ge=0, le=99)]
Keyed = dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=2000)]]


class Hand(Body):
    """To whom something is passed on: an organisation by its code, a member of staff by account, or both."""

    org: Code | None = None
    account: Account | None = None


class Accept(Body):
    """受理; `days` in which materials follow that were put off (容缺受理)."""

    action: Literal["accept"]
    days: Days | None = None


class Refuse(Body):
    """不予受理, with the reason that the applicant reads."""

    action: Literal["refuse"]
    reason: Note
    reason_code: Code = ""


class Supplement(Body):
    """补正: every field and material that must be corrected, each with its reason, told once."""

    action: Literal["supplement"]
    fields: Keyed = Field(default={})
    materials: Keyed = Field(default={})
    note: Note
    days: Days | None = None


class HandOut(Body):
    """统一出件; at the window `taker` and `proof` say who took the results and what proved it."""

    action: Literal["hand_out"]
    how: Literal["window", "online", "post"]
    taker: Annotated[str, Field(max_length=100)] = ""
    proof: Code = ""


class Withdraw(Body):
    """The applicant takes the application back."""

    action: Literal["withdraw"]
    reason: MaybeNote = ""


class Charge(Body):
    """A fee in yuan that was taken; one that the list of fees does not know names its legal ground."""

    action: Literal["charge"]
    amount: Annotated[int, Field(ge=1, le=10_000_000)]
    what: Note
    ground: MaybeNote = ""


class Decide(Body):
    """决定 of one matter, or one signature of several; a denial gives its reason."""

    action: Literal["decide"]
    outcome: Literal["approve", "deny"]
    reason: MaybeNote = ""
    reason_code: Code = ""
    seat: Seat | None = None


class Issue(Body):
    """The certificate that an approved matter ends in, when the department made it itself."""

    action: Literal["issue"]
    certificate: Annotated[str, Field(min_length=1, max_length=100)]


class PassOn(Body):
    """转办 (transfer) for good, or 委派 (delegate) for an opinion."""

    action: Literal["transfer", "delegate"]
    to: Hand
    reason: MaybeNote = ""
    seat: Seat | None = None


class GiveBack(Body):
    """退回: back to the hand that it came from, with an opinion or the reason."""

    action: Literal["return"]
    reason: Note
    seat: Seat | None = None


class Plain(Body):
    """拿回 (take_back) what one passed on and is not signed; read: what was copied to one has been read."""

    action: Literal["take_back", "read"]


class AddApprover(Body):
    """加签: somebody more signs."""

    action: Literal["add_approver"]
    to: Hand
    reason: Note


class RemoveApprover(Body):
    """减签: a seat that was added and has not signed."""

    action: Literal["remove_approver"]
    seat: Seat
    reason: MaybeNote = ""


class Suspend(Body):
    """A special procedure of 许可法第四十五条, whose time does not count."""

    action: Literal["suspend"]
    kind: Literal["hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert-review"]
    days: Days
    reason: Note


class Resume(Body):
    """The special procedure has ended with this finding."""

    action: Literal["resume"]
    finding: Note


class AskExtension(Body):
    """延期 of 许可法第四十二条."""

    action: Literal["ask_extension"]
    days: Days | None = None
    reason: Note


class AnswerExtension(Body):
    """The head's answer to it."""

    action: Literal["answer_extension"]
    outcome: Literal["approve", "deny"]
    reason: MaybeNote = ""


class End(Body):
    """终止 (terminate) of what runs, 撤销 (revoke) of what was granted."""

    action: Literal["terminate", "revoke"]
    reason: Note
    reason_code: Code = ""


class Correct(Body):
    """更正 on the spot: fields by id with what is right, and why."""

    action: Literal["correct"]
    fields: dict[Annotated[str, Field(max_length=100)], Any]
    reason: Note


class Reopen(Body):
    """A second look, as after a review by the higher authority."""

    action: Literal["reopen"]
    reason: Note


class PostCheck(Body):
    """告知承诺: whether the commitment was kept; a broken one costs the grant."""

    action: Literal["post_check"]
    outcome: Literal["kept", "broken"]
    reason: MaybeNote = ""
    reason_code: Code = ""


class Copy(Body):
    """抄送: others are to read it."""

    action: Literal["copy"]
    to: Annotated[list[Account], Field(min_length=1, max_length=20)]
    text: MaybeNote = ""


class Urge(Body):
    """催办, once a day."""

    action: Literal["urge"]
    text: MaybeNote = ""


class Remark(Body):
    """A note among staff; who is mentioned finds it in the inbox."""

    action: Literal["note"]
    text: Note
    to: Annotated[list[Account], Field(max_length=20)] | None = None


class AnswerSupervision(Body):
    """电子监察: the answer to one of its questions."""

    action: Literal["answer_supervision"]
    flag: Seat
    finding: Literal["in-order", "explained", "corrected", "violation"]
    text: Note


_Window = Accept | Refuse | Supplement | HandOut | Withdraw | Charge
_Review = Decide | Issue | PassOn | GiveBack | Plain | AddApprover | RemoveApprover
_Course = Suspend | Resume | AskExtension | AnswerExtension | End | Correct | Reopen | PostCheck
_Beside = Copy | Urge | Remark | AnswerSupervision
Command = Annotated[_Window | _Review | _Course | _Beside, Field(discriminator="action")]


def body_of(command: Command) -> dict[str, Any]:
    """The body of a command as the engine takes it; InvalidError names what a hand-out at the window lacks."""
    if isinstance(command, HandOut) and command.how == "window":
        why = _n("Say who takes the results and what proves it.")
        lacking = {name: why for name in ("taker", "proof") if not getattr(command, name).strip()}
        if lacking:
            raise InvalidError("rest.hand_out", why, fields=lacking)
    return command.model_dump(exclude={"action"}, exclude_none=True)
