"""Reading packages and drafts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django.db.models import Count, Q

from liangxi.core.cases.shapes import Way
from liangxi.core.forms import face as forms
from liangxi.core.forms.shapes import Form
from liangxi.core.search import face as search
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError
from liangxi.systems.onething import shapes
from liangxi.systems.onething.models import Draft, PackageVersion
from liangxi.systems.onething.rules import compiling, situation
from liangxi.systems.onething.shapes.cards import POPULAR_DAYS, PackageCard


@lru_cache(maxsize=512)
def compiled(hash: str) -> shapes.Package:
    """The package of a version's hash; versions never change, so it is compiled once a process."""
    return compiling.compile_package(PackageVersion.objects.get(hash=hash).definition)


def form_for(package: shapes.Package, answers: shapes.Answers) -> Form:
    """The compiled form of one situation."""
    return forms.compile_form(compiling.form_of(package, answers))


def version_in_force(package: str, on: date | None = None) -> PackageVersion | None:
    """The newest version by date of effect that is not in the future; None before the first."""
    rows = PackageVersion.objects.filter(package=package, effective__lte=on or time.today())
    return rows.order_by("-effective", "-loaded_at").first()


def current_version(package: str, on: date | None = None) -> PackageVersion:
    """The version in force; NotFoundError."""
    row = version_in_force(package, on)
    if row is None:
        raise NotFoundError("onething.package", "There is no package called %(package)s.", {"package": package})
    return row


def version(package: str, version: str) -> PackageVersion:
    """One published version; NotFoundError."""
    row = PackageVersion.objects.filter(package=package, version=version).first()
    if row is None:
        raise NotFoundError("onething.version", "There is no version %(version)s of %(package)s.",
                            {"package": package, "version": version})  # fmt: skip
    return row


def current_versions(on: date | None = None) -> list[PackageVersion]:
    """The version in force of every package."""
    return list(
        PackageVersion.objects.filter(effective__lte=on or time.today())
        .order_by("package", "-effective", "-loaded_at")
        .distinct("package")
    )


def cards(audience: str | None, category: str | None, org: str | None) -> tuple[PackageCard, ...]:
    """The packages in force, the most used first."""
    lately = Draft.objects.filter(case_no__isnull=False, updated_at__gte=time.now() - timedelta(days=POPULAR_DAYS))
    used = dict(lately.values_list("package__package").annotate(count=Count("id")))
    found = []
    for row in current_versions():
        card = _card(package := compiled(row.hash), used.get(package.id, 0))
        if audience in {None, card.audience} and category in {None, card.category} and org in {None, *card.orgs}:
            found.append(card)
    return tuple(sorted(found, key=lambda card: (-card.popularity, card.id)))


def found(cards: tuple[PackageCard, ...], query: str) -> tuple[PackageCard, ...]:
    """Those among `cards` that a search finds, the best hit first; all of them without words."""
    if not query.strip():
        return cards
    hits = search.find(kind="package", query=query, limit=50)
    known = {card.id: card for card in cards}
    return tuple(replace(known[hit.key], snippet=hit.snippet) for hit in hits if hit.key in known)


def _card(package: shapes.Package, popularity: int) -> PackageCard:
    return PackageCard(
        id=package.id,
        title=package.title,
        summary=package.summary,
        audience=package.audience,
        category=package.category,
        category_title=package.category_title,
        matters=len(package.items),
        departments=len({item.matter.org for item in package.items}),
        popularity=popularity,
        lead=package.lead,
        orgs=tuple(dict.fromkeys((package.lead, *(item.matter.org for item in package.items)))),
    )


def version_rows(package: str | None) -> tuple[shapes.VersionRow, ...]:
    """Every loaded version, the newest first."""
    current = {row.hash for row in current_versions()}
    rows = PackageVersion.objects.filter(Q(package=package) if package else Q())
    counted = rows.annotate(cases=Count("draft", filter=Q(draft__case_no__isnull=False)))
    return tuple(
        shapes.VersionRow(
            id=row.package,
            version=row.version,
            hash=row.hash,
            title=row.definition["package"]["title"],
            status=row.definition["package"]["status"],
            effective=row.effective,
            loaded_at=row.loaded_at,
            is_current=row.hash in current,
            cases=row.cases,
        )
        for row in counted.order_by("package", "-effective", "-loaded_at")
    )


def _own(by: Actor) -> Q:
    """The drafts of the firm, or of the person, for whom `by` speaks."""
    return Q(firm=by.firm) if by.firm else Q(person=by.person or "", firm=None)


def own_draft(by: Actor, id: str, *, lock: bool = False) -> Draft:
    """The draft of `by`; NotFoundError when it is somebody else's or does not exist."""
    rows = Draft.objects.select_for_update() if lock else Draft.objects.select_related("package")
    try:
        row = rows.filter(_own(by), pk=UUID(id)).first()
    except ValueError:
        row = None
    if row is None or not by.may("case.own", matter=row.package.package):
        raise NotFoundError("onething.draft", "You have no such application.")
    return row


def draft_view(row: Draft, errors: dict[str, str] | None = None) -> shapes.Draft:
    """A draft as pages show it."""
    package = compiled(row.package.hash)
    found = situation.guide(package, row.answers)
    return shapes.Draft(
        id=str(row.pk),
        guide=found,
        form=form_for(package, row.answers),
        person=row.person,
        firm=row.firm,
        values=row.values,
        errors=errors or {},
        prefilled={key: _prefilled(key, kept) for key, kept in row.prefilled.items()},
        materials=tuple(_material(m, row.materials.get(m.material.id)) for m in found.materials),
        updated_at=row.updated_at,
        case_no=row.case_no,
        version=row.version,
        sign_asked_at=row.sign_asked_at,
    )


def _prefilled(field: str, kept: dict[str, str]) -> shapes.Prefilled:
    as_of = date.fromisoformat(kept["as_of"]) if kept["as_of"] else None
    return shapes.Prefilled(field, kept["source"], kept["subject"], kept["org"], kept["org_title"], as_of)  # type: ignore[arg-type]


def _material(expected: shapes.GuideMaterial, kept: dict[str, str] | None) -> shapes.DraftMaterial:
    if kept is None:  # nothing that the city knows satisfies it: the applicant signs or uploads
        how: Way = "commitment" if "commitment" in expected.material.ways else "upload"
        return shapes.DraftMaterial(expected.material, how, "", "", is_satisfied=False)
    return shapes.DraftMaterial(expected.material, cast(Way, kept["how"]), kept["ref"], kept["name"], is_satisfied=True)


def drafts_of(by: Actor) -> tuple[shapes.Draft, ...]:
    """The applications of `by` that are not submitted yet, the last touched first."""
    rows = Draft.objects.filter(_own(by), case_no=None).select_related("package").order_by("-updated_at")[:20]
    return tuple(draft_view(row) for row in rows if by.may("case.own", matter=row.package.package))


def application(row: Draft, values: Mapping[str, Any]) -> shapes.Application:
    """What stands behind a case whose form now holds `values`."""
    view = draft_view(row)
    kept = {field: origin for field, origin in view.prefilled.items() if values.get(field) == row.values.get(field)}
    return shapes.Application(view.guide.package, view.guide.answers, view.form, values, kept, view.materials)


def own_draft_of_case(by: Actor, case_no: str) -> Draft:
    """The locked draft of `by` that became a case; NotFoundError."""
    row = Draft.objects.select_for_update().filter(_own(by), case_no=case_no).first()
    if row is None:
        raise NotFoundError("onething.draft", "You have no such application.")
    by.require("case.submit", matter=row.package.package)
    return row


def draft_if_of_case(case_no: str) -> Draft | None:
    """The draft that became a case, None for a case that did not begin with a package."""
    return Draft.objects.select_related("package").filter(case_no=case_no).first()


def draft_of_case(case_no: str) -> Draft:
    """The draft that became a case; NotFoundError."""
    row = draft_if_of_case(case_no)
    if row is None:
        raise NotFoundError("onething.case", "The case %(case)s did not begin with a package.", {"case": case_no})
    return row
