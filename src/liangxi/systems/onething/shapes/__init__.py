"""What the room shows to others: packages, guides, drafts. Texts are mappings `{"zh": ..., "en": ...}`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from liangxi.core.cases.shapes import Way
from liangxi.core.files.shapes import Allow
from liangxi.core.forms.shapes import Form
from liangxi.kit.conditions import Condition

Text = Mapping[str, str]
Answers = Mapping[str, Any]
Upload = tuple[str, bytes]
"""A file as it was sent: its name and its content."""


@dataclass(frozen=True, slots=True)
class Law:
    """An article that a matter rests on; `provenance` says how surely it is known (law, seen, recall, design)."""

    name: str
    article: str
    provenance: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit in working days with its source; a promise may be in office `hours` instead."""

    days: int
    source: str
    hours: float = 0


@dataclass(frozen=True, slots=True)
class Alone:
    """The recorded baseline: what a matter costs a resident who does it without the package."""

    steps: int
    trips: int
    fields: tuple[str, ...]
    materials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The certificate a matter ends in: its type, the form field that names its holder, the fields it states."""

    type: str
    holder: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matter:
    """政务服务事项: one thing that one department handles under its own law and clock. `fee` is in yuan.

    `is_granted_by_silence`: the law lets the end of the limit grant it.
    """

    id: str
    title: Text
    org: str
    kind: Text
    law: tuple[Law, ...]
    statutory: Limit
    promised: Limit
    result: Result | None
    fee: int
    alone: Alone
    is_granted_by_silence: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    """Who decides an item together: `rule` all (会签), any (或签) or votes (票签, so many of `orgs`)."""

    rule: str
    orgs: tuple[str, ...]
    votes: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the situation guide (情形引导). `type` is bool, number or choice."""

    id: str
    q: Text
    why: Text
    type: str
    when: Condition
    unit: Text
    options: tuple[tuple[str, Text], ...]
    minimum: float | None
    maximum: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Item:
    """A matter inside a package: when it applies, what it waits for, its promise in special situations, who signs."""

    matter: Matter
    when: Condition
    after: tuple[str, ...]
    promised_when: tuple[tuple[Condition, int], ...]
    signs: Signs | None = None


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the one form: the matters that need it, the register that answers it, its definition for `forms`."""

    id: str
    items: tuple[str, ...]
    when: Condition
    source: str
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Material:
    """A material and the ways that satisfy it, tried in order: `elicence:<type>`, `data:<field>`, `commitment`,
    `result:<type>`, `upload`. `can_follow`: it is secondary and may come after the acceptance (容缺受理)."""

    id: str
    title: Text
    help: Text
    items: tuple[str, ...]
    when: Condition
    ways: tuple[str, ...]
    accept: Allow
    commitment: Text
    can_follow: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A situation with what must come out of it; every example runs as a test."""

    title: Text
    answers: Answers
    items: tuple[str, ...]
    uploads: tuple[str, ...]
    days: int


@dataclass(frozen=True, slots=True)
class Package:
    """一件事: one guide, one form, one set of materials, several matters."""

    id: str
    version: str
    hash: str
    title: Text
    summary: Text
    audience: str
    category: str
    category_title: Text
    lead: str
    keywords: tuple[str, ...]
    status: str
    provenance: str
    effective: date
    questions: tuple[Question, ...]
    items: tuple[Item, ...]
    fields: tuple[FormField, ...]
    materials: tuple[Material, ...]
    accept_org: str
    hand_out_org: str
    on_deny: str
    trips: Mapping[str, int]
    steps: int
    yellow: float
    examples: tuple[Example, ...]

    def item(self, matter_id: str) -> Item:
        """The item of one matter; KeyError when the package has none."""
        return next(item for item in self.items if item.matter.id == matter_id)


@dataclass(frozen=True, slots=True)
class Cost:
    """What an application costs a resident; `days` are working days."""

    steps: int
    materials: int
    days: int
    trips: int
    fields: int


@dataclass(frozen=True, slots=True)
class Saving:
    """四减: the same situation done matter by matter (days in series) and as one package (longest chain)."""

    alone: Cost
    together: Cost

    def reduction(self, what: str) -> int:
        """Percent saved of `steps`, `materials`, `days`, `trips` or `fields`, rounded; 0 when there was none."""
        before: int = getattr(self.alone, what)
        after: int = getattr(self.together, what)
        return round(100 * (before - after) / before) if before else 0


@dataclass(frozen=True, slots=True)
class GuideItem:
    """One matter of a situation with its days in it; `after` names the matters it waits for here."""

    matter: Matter
    promised_days: int
    after: tuple[Matter, ...]


@dataclass(frozen=True, slots=True)
class GuideMaterial:
    """A material of a situation; `how` is elicence, data, commitment, result or upload, `via` its detail."""

    material: Material
    how: str
    via: str


@dataclass(frozen=True, slots=True)
class Guide:
    """What the answers so far lead to. `next` is the first open question; when None the situation is complete."""

    package: Package
    answers: Answers
    questions: tuple[Question, ...]
    next: Question | None
    items: tuple[GuideItem, ...]
    possible: tuple[Matter, ...]
    materials: tuple[GuideMaterial, ...]
    departments: tuple[str, ...]
    fee: int
    statutory_days: int
    saving: Saving

    @property
    def asked(self) -> tuple[GuideMaterial, ...]:
        """The materials that the applicant must bring."""
        return tuple(m for m in self.materials if m.how == "upload")


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One loaded version of a package."""

    id: str
    version: str
    hash: str
    title: Text
    status: str
    effective: date
    loaded_at: datetime
    is_current: bool
    cases: int


EARLIER_ANSWER = "earlier"
"""The source of a value that the applicant gave in another application; there is no register to object to."""


@dataclass(frozen=True, slots=True)
class Prefilled:
    """Where a prefilled value came from: a field of a register, or `EARLIER_ANSWER`."""

    field: str
    source: str
    subject: str
    org: str
    org_title: Text
    as_of: datetime | date | None


@dataclass(frozen=True, slots=True)
class DraftMaterial:
    """A material of a draft and how it is satisfied; `ref` names the licence, fact, matter or stored file."""

    material: Material
    how: Way
    ref: str
    name: str
    is_satisfied: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """An application that is not yet submitted; it can be left and taken up on another device.

    `version` grows with every change of an answer; `sign_asked_at` is when a signer was asked to check and submit it.
    """

    id: str
    guide: Guide
    form: Form
    person: str
    firm: str | None
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    prefilled: Mapping[str, Prefilled]
    materials: tuple[DraftMaterial, ...]
    updated_at: datetime
    case_no: str | None
    version: int = 0
    sign_asked_at: datetime | None = None

    @property
    def step(self) -> str:
        """Where its applicant goes on: form, materials or check."""
        asked = [field.id for field in self.form.fields if field.required and field.when is None]
        has_gaps = any(self.values.get(id) in (None, "", []) for id in asked)
        return "form" if has_gaps or self.errors else "materials" if self.missing else "check"

    @property
    def missing(self) -> tuple[DraftMaterial, ...]:
        """The materials that still have to be added."""
        return tuple(m for m in self.materials if not m.is_satisfied)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the applicant takes away after submitting."""

    case_no: str
    check: str
    title: Text
    submitted_at: datetime
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Application:
    """What stands behind a case: the package it began with, its one form, its materials and where values came from."""

    package: Package
    answers: Answers
    form: Form
    values: Mapping[str, Any]
    prefilled: Mapping[str, Prefilled]
    materials: tuple[DraftMaterial, ...]


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A fault in a file of a package: what is wrong at which line, and how to mend it.

    `reason` and `hint` are English msgids; `params` fill their `%(name)s`.
    """

    file: str
    line: int
    reason: str
    hint: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Reason and hint in one English line."""
        reason, hint = self.in_words(str)
        return f"{reason} ({hint})" if hint else reason

    def in_words(self, say: Callable[[str], str]) -> tuple[str, str]:
        """Reason and hint in the words of `say` (gettext), filled in."""
        texts = (say(text) if text else "" for text in (self.reason, self.hint))
        reason, hint = (text % self.params if self.params else text for text in texts)
        return reason, hint


@dataclass(frozen=True, slots=True)
class LoadedPackages:
    """The outcome of loading a profile: how many versions were new, how many stood already."""

    added: int
    unchanged: int


REDUCTIONS = ("steps", "materials", "days", "trips")
"""四减: 减环节、减材料、减时限、减跑动."""


@dataclass(frozen=True, slots=True)
class PackageSummary:
    """A checked package: its size, and for each of `REDUCTIONS` the least and the best percentage of its situations."""

    id: str
    title: Text
    matters: int
    situations: int
    reductions: Mapping[str, tuple[int, int]]
