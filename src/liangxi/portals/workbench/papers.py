"""What lies in a case, ready to be read: answers with their sources, materials, the chain of matters, reasons."""

from dataclasses import dataclass

from liangxi.core.cases.shapes import CaseView
from liangxi.core.codes import face as codes
from liangxi.core.codes.shapes import Code
from liangxi.core.forms import face as forms
from liangxi.kit.errors import NotFoundError
from liangxi.systems.onething.shapes import Application, DraftMaterial, Item, Prefilled


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the form: `is_mine` when the matter on the page needs it, `can_ask` when it can be sent back."""

    id: str
    label: str
    text: str
    origin: Prefilled | None
    is_mine: bool
    can_ask: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """One material; `ref` is what satisfies it now, `result_of` the title of the matter that it comes from."""

    id: str
    title: str
    how: str
    ref: str
    name: str
    result_of: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A matter in the order of the chain, `depth` steps behind the first; titles of what it waits for and holds up."""

    case: CaseView
    depth: int
    waits_for: list[str]
    holds_up: list[str]


def answers(application: Application | None, whole: CaseView, item: str) -> list[Answer]:
    """The form as it stands; without a package the bare answers."""
    if application is None:
        return [Answer(key, key, str(value), None, True, True) for key, value in whole.form.items()]
    needs = {one.id: one.items for one in application.package.fields}
    return [
        Answer(
            id=row.field,
            label=row.label,
            text=row.text,
            origin=application.prefilled.get(row.field),
            is_mine=not item or item in needs.get(row.field, ()),
            can_ask=row.field in whole.form,
        )
        for row in forms.summary(application.form, whole.form)
    ]


def materials(application: Application | None, whole: CaseView, item: str) -> list[Paper]:
    """The materials as the case holds them now, each with the words of its package."""
    known = {one.material.id: one for one in application.materials} if application else dict[str, DraftMaterial]()
    titles = {one.item: forms.say(one.title) for one in whole.items}
    found = []
    for one in whole.materials:
        words = known.get(one.key)
        found.append(
            Paper(
                id=one.key,
                title=forms.say(words.material.title) if words else one.key,
                how=one.how,
                ref=one.ref,
                name=words.name if words else "",
                result_of=titles.get(one.ref, ""),
                is_mine=not item or words is None or item in words.material.items,
            )
        )
    return found


def matter(application: Application | None, item: str) -> Item | None:
    """The matter of the page with its law, when it is one of a package."""
    found = application.package.items if application else ()
    return next((one for one in found if one.matter.id == item), None)


def chain(whole: CaseView) -> list[Link]:
    """The matters in the order in which they can be done, with who waits for whom."""
    by_item = {one.item: one for one in whole.items}

    def depth(one: CaseView) -> int:
        return max((depth(by_item[key]) + 1 for key in one.after if key in by_item), default=0)

    def say(found: list[CaseView]) -> list[str]:
        return [forms.say(one.title) for one in found]

    return [
        Link(
            case=one,
            depth=depth(one),
            waits_for=say([by_item[key] for key in _waited(one) if key in by_item and not by_item[key].closed_at]),
            holds_up=say([o for o in whole.items if one.item in o.after and not one.closed_at and not o.closed_at]),
        )
        for one in sorted(whole.items, key=lambda one: (depth(one), one.no))
    ]


def _waited(one: CaseView) -> tuple[str, ...]:
    return () if one.closed_at else one.after


def reasons(kind: str) -> tuple[Code, ...]:
    """The reasons that the law knows for a refusal, a denial or a request for corrections."""
    try:
        return tuple(one for one in codes.entries(list_id="reason") if one.parent == kind) if kind else ()
    except NotFoundError:
        return ()
