"""What callers get where the shapes of a room say more than a program needs: packages, guides, applications."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from liangxi.core.cases.shapes import CaseRow
from liangxi.core.certificates.shapes import Certificate
from liangxi.core.forms import face as forms
from liangxi.core.messages.shapes import Message
from liangxi.core.people.shapes import Organisation
from liangxi.core.places.shapes import Division
from liangxi.core.webhooks.shapes import Sent, Subscription
from liangxi.systems.onething.shapes import (
    Cost,
    Draft,
    DraftMaterial,
    Guide,
    GuideMaterial,
    Law,
    Limit,
    Matter,
    Package,
    Question,
)
from liangxi.systems.onething.shapes.cards import PackageCard

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal (RFC 9457): `code` is stable, `errors` names each field that is wrong and why."""

    type: str
    title: str
    status: int
    code: str
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Packages:
    """Packages in force, the most used first; with a search the best hit first."""

    items: tuple[PackageCard, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """One's own cases, the newest first, 100 at most."""

    items: tuple[CaseRow, ...]


@dataclass(frozen=True, slots=True)
class Certificates:
    """One's own certificates, the newest first."""

    items: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class Messages:
    """A page of one's messages, the newest first; `next` is the address of the following page."""

    items: tuple[Message, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class EventTypes:
    """What can be subscribed to."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """One's own webhooks, the newest first."""

    items: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What was sent to a webhook or waits for it, the newest first."""

    items: tuple[Sent, ...]


@dataclass(frozen=True, slots=True)
class Divisions:
    """Divisions of one level in the order of the profile."""

    items: tuple[Division, ...]


@dataclass(frozen=True, slots=True)
class Organisations:
    """The tree of organisations, each after its parent."""

    items: tuple[Organisation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterDetail:
    """A matter: department, law, limits in working days, fee in yuan; `after` names what it waits for."""

    id: str
    title: Words
    department: str
    law: tuple[Law, ...]
    statutory: Limit
    promised: Limit
    fee: int
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDetail:
    """A question of the guide; `type` is bool, number or choice, `options` maps the codes of a choice to titles."""

    id: str
    question: Words
    why: Words
    type: str
    unit: Words
    options: Mapping[str, Words]
    minimum: float | None
    maximum: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageDetail:
    """A package as it is in force today."""

    id: str
    version: str
    title: Words
    summary: Words
    audience: str
    category: str
    status: str
    effective: date
    questions: tuple[QuestionDetail, ...]
    matters: tuple[MatterDetail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededMaterial:
    """A material of a situation; `how` is elicence, data, commitment, result or upload."""

    id: str
    title: Words
    how: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What answers lead to; `next` is the first open question, None when the situation is complete.

    `alone` and `together` are what it costs a resident matter by matter and as one package; days are working days.
    """

    package: str
    version: str
    answers: Mapping[str, Any]
    next: QuestionDetail | None
    matters: tuple[MatterDetail, ...]
    materials: tuple[NeededMaterial, ...]
    departments: tuple[str, ...]
    fee: int
    statutory_days: int
    alone: Cost
    together: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenMaterial:
    """A material of an application and how it is satisfied."""

    id: str
    title: Words
    how: str
    name: str
    is_satisfied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application: `form` is the JSON Schema of its complete `values`, `errors` what was refused just now.

    `prefilled` names the register that a value came from; `case_no` is set once it is submitted.
    """

    id: str
    package: str
    version: str
    title: Words
    form: Mapping[str, Any]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    prefilled: Mapping[str, str]
    materials: tuple[GivenMaterial, ...]
    updated_at: datetime
    case_no: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Self:
    """Who a key speaks for: kind public or staff, the firm or the organisation that it acts for, its permissions."""

    account: str
    name: str
    kind: str
    firm: str | None
    organisation: str | None
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Applications:
    """What one has begun and not submitted, the last touched first, 20 at most."""

    items: tuple[Application, ...]


def package_of(found: Package) -> PackageDetail:
    """A package with every question and matter that it may come to."""
    return PackageDetail(
        id=found.id,
        version=found.version,
        title=found.title,
        summary=found.summary,
        audience=found.audience,
        category=found.category,
        status=found.status,
        effective=found.effective,
        questions=tuple(_question(one) for one in found.questions),
        matters=tuple(_matter(item.matter, item.after, item.matter.promised.days) for item in found.items),
    )


def situation_of(found: Guide) -> Situation:
    """What a guide found out."""
    items = ((item.matter, tuple(one.id for one in item.after), item.promised_days) for item in found.items)
    return Situation(
        package=found.package.id,
        version=found.package.version,
        answers=found.answers,
        next=_question(found.next) if found.next else None,
        matters=tuple(_matter(*item) for item in items),
        materials=tuple(_needed(one) for one in found.materials),
        departments=found.departments,
        fee=found.fee,
        statutory_days=found.statutory_days,
        alone=found.saving.alone,
        together=found.saving.together,
    )


def application_of(found: Draft) -> Application:
    """An application with the schema of its form in the caller's language."""
    return Application(
        id=found.id,
        package=found.guide.package.id,
        version=found.guide.package.version,
        title=found.guide.package.title,
        form=forms.json_schema(found.form),
        values=found.values,
        errors=found.errors,
        prefilled={field: origin.source for field, origin in found.prefilled.items()},
        materials=tuple(_given(one) for one in found.materials),
        updated_at=found.updated_at,
        case_no=found.case_no,
    )


def _question(found: Question) -> QuestionDetail:
    return QuestionDetail(
        id=found.id,
        question=found.q,
        why=found.why,
        type=found.type,
        unit=found.unit,
        options=dict(found.options),
        minimum=found.minimum,
        maximum=found.maximum,
    )


def _matter(found: Matter, after: tuple[str, ...], promised: int) -> MatterDetail:
    return MatterDetail(
        id=found.id,
        title=found.title,
        department=found.org,
        law=found.law,
        statutory=found.statutory,
        promised=Limit(promised, found.promised.source),
        fee=found.fee,
        after=after,
    )


def _needed(found: GuideMaterial) -> NeededMaterial:
    return NeededMaterial(id=found.material.id, title=found.material.title, how=found.how, via=found.via)


def _given(found: DraftMaterial) -> GivenMaterial:
    return GivenMaterial(
        id=found.material.id,
        title=found.material.title,
        how=found.how,
        name=found.name,
        is_satisfied=found.is_satisfied,
    )
