"""What callers send. Each kind of command is a type of its own, so that the description says what it takes."""

from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop as _n
from ninja import Schema
from pydantic import Base64Bytes, ConfigDict, Field

from liangxi.kit.errors import InvalidError

Note = Annotated[str, Field(min_length=1, max_length=2000)]
MaybeNote = Annotated[str, Field(max_length=2000)]
Code = Annotated[str, Field(max_length=60)]
Keyed = dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=2000)]]


class _Body(Schema):
    model_config = ConfigDict(extra="forbid")


class Accept(_Body):
    """受理: the window takes the case on; the departments' clocks begin."""

    action: Literal["accept"]


class Refuse(_Body):
    """不予受理, with the reason that the applicant reads."""

    action: Literal["refuse"]
    reason: Note
    reason_code: Code = ""


class Supplement(_Body):
    """补正: every field and material that must be corrected, each with its reason, told once."""

    action: Literal["supplement"]
    fields: Keyed = Field(default={})
    materials: Keyed = Field(default={})
    note: Note


class Decide(_Body):
    """决定 of one matter; a denial gives its reason."""

    action: Literal["decide"]
    outcome: Literal["approve", "deny"]
    reason: MaybeNote = ""
    reason_code: Code = ""


class Issue(_Body):
    """The certificate that an approved matter ends in, when the department made it itself."""

    action: Literal["issue"]
    certificate: Annotated[str, Field(min_length=1, max_length=100)]


class HandOut(_Body):
    """统一出件; at the window `taker` and `proof` say who took the results and what proved it."""

    action: Literal["hand_out"]
    how: Literal["window", "online", "post"]
    taker: Annotated[str, Field(max_length=100)] = ""
    proof: Code = ""


class Withdraw(_Body):
    """The applicant takes the application back."""

    action: Literal["withdraw"]
    reason: MaybeNote = ""


Command = Annotated[Accept | Refuse | Supplement | Decide | Issue | HandOut | Withdraw, Field(discriminator="action")]


class Answers(_Body):
    """Answers to the questions of a package by question id; leave out what is not answered yet."""

    answers: dict[str, Any] = Field(default={})


class Start(_Body):
    """A new application. With `consent` the registers are read to fill the form, and the reads are on record."""

    package: Annotated[str, Field(max_length=60)]
    answers: dict[str, Any] = Field(default={})
    consent: bool = False


class Values(_Body):
    """Answers to the form by field id; `complete` also asks for everything that is required."""

    values: dict[str, Any]
    complete: bool = False


class Upload(_Body):
    """A file: its name and its content in base64 (PDF, JPEG, PNG or WebP; 10 MB at most)."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    content: Base64Bytes


class Corrections(_Body):
    """Everything that a case waits for: fields by id, files by material."""

    values: dict[str, Any] = Field(default={})
    files: dict[str, Upload] = Field(default={})


def body_of(command: Command) -> dict[str, Any]:
    """The body of a command as the engine takes it; InvalidError names what a hand-out at the window lacks."""
    if isinstance(command, HandOut) and command.how == "window":
        why = _n("Say who takes the results and what proves it.")
        lacking = {name: why for name in ("taker", "proof") if not getattr(command, name).strip()}
        if lacking:
            raise InvalidError("rest.hand_out", why, fields=lacking)
    return command.model_dump(exclude={"action"})
