"""What the door of forms takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from liangxi.kit.conditions import Condition

FieldType = Literal[
    "text", "textarea", "number", "money", "bool", "date", "choice", "multi",
    "citizen_id", "uscc", "phone", "person", "address",
]  # fmt: skip
Titles = Mapping[str, str]  # {"zh": ..., "en": ...}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen."""

    code: str
    label: Titles


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form.

    `minimum` and `maximum` are lengths in characters for texts, values for numbers and money (yuan), days for
    dates, counts for multiple choices. `when` decides whether the question is asked at all. `source` names the
    register's field that can answer it; `items` are the keys of the matters that need the answer.
    """

    id: str
    type: FieldType
    label: Titles
    help: Titles = field(default_factory=dict)
    required: bool = False
    when: Condition | None = None
    minimum: Decimal | date | None = None
    maximum: Decimal | date | None = None
    decimals: int | None = None
    pattern: str = ""
    unit: Titles = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    source: str = ""
    items: tuple[str, ...] = ()
    autocomplete: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold between answers; the message stands beside `field`."""

    condition: Condition
    message: Titles
    field: str


@dataclass(frozen=True, slots=True)
class Form:
    """A compiled form: fields in the order of the page; `order` is that in which conditions can be decided."""

    id: str
    title: Titles
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    order: tuple[str, ...] = ()

    def field(self, id: str) -> Field:
        """The field of that id; KeyError."""
        for one in self.fields:
            if one.id == id:
                return one
        raise KeyError(id)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an answer is refused: a gettext msgid with its params, or the form's own words in `titles`."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    titles: Titles = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Validated:
    """The outcome of a check.

    `values` holds what is valid, converted (Decimal, date, bool, tuple, mapping for person and address); `answers`
    the same as JSON (dates ISO, money as text with two decimals), ready to be kept with a case; `errors` the
    refusals by field path (`father.citizen_id`) in the active language; `asked` the ids of the fields that apply.
    """

    values: Mapping[str, Any]
    answers: Mapping[str, Any]
    errors: Mapping[str, str]
    asked: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """True when nothing was refused."""
        return not self.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefill:
    """Where a value that stands in a field already came from, and where one says that it is wrong."""

    source: str  # in the page's language, such as 公安局户籍登记
    as_of: date | None = None
    dispute_url: str = ""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One line of "check your answers"."""

    field: str
    label: str
    text: str
    change_url: str = ""
