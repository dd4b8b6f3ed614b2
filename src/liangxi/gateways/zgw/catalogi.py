"""The catalogue of types: each published version of a package, its statuses, results and roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import ceil
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from liangxi.gateways.rest.face import ApiKey
from liangxi.gateways.zgw.naming import unknown, uuid_for
from liangxi.gateways.zgw.paging import Numbered, page_of
from liangxi.gateways.zgw.shapes import Choice, PackageDocument, Page
from liangxi.kit import actor
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.shapes import VersionRow

router = Router(auth=ApiKey("read"))
HOUSE = actor.system("zgw")
ROOT = "/zgw/catalogi/api/v1/"
_ENDED = ("afgehandeld", True)


@dataclass(frozen=True, slots=True)
class Kind:
    """A status, result or role: its name here, the generic word of the standard, whether a case ends with it."""

    name: str
    generic: str
    is_end: bool = False


STATUSES: Mapping[str, Kind] = {
    "submitted": Kind("已收到", "ontvangen"),
    "correction": Kind("待补正", "aanvulling gevraagd"),
    "accepted": Kind("已受理", "in behandeling genomen"),
    "reviewing": Kind("审查中", "in behandeling"),
    "special": Kind("特别程序", "opgeschort"),
    "approved": Kind("准予", "besloten"),
    "denied": Kind("不予许可", "besloten"),
    "revoked": Kind("已撤销", "besloten"),
    "refused": Kind("不予受理", *_ENDED),
    "issued": Kind("已出证", *_ENDED),
    "withdrawn": Kind("已撤回", *_ENDED),
    "terminated": Kind("已终止", *_ENDED),
}
RESULTS: Mapping[str, Kind] = {
    "approved": Kind("准予", "Toegekend"),
    "denied": Kind("不予许可", "Afgewezen"),
    "refused": Kind("不予受理", "Niet ontvankelijk"),
    "withdrawn": Kind("撤回", "Ingetrokken"),
    "terminated": Kind("终止", "Afgebroken"),
    "revoked": Kind("撤销", "Ingetrokken"),
}
ROLES: Mapping[str, Kind] = {
    "initiator": Kind("申请人", "initiator"),
    "behandelaar": Kind("办理部门", "behandelaar"),
}
_KINDS = {"statustypen": STATUSES, "resultaattypen": RESULTS, "roltypen": ROLES}
OfType = Annotated[str, Query(max_length=400, description="The address of a zaaktype.")]
Name = Annotated[str, Query(max_length=60, description="The id of a package.")]


@router.get("/zaaktypen", response=Page[PackageDocument], by_alias=True, tags=["zaaktypen"])
def zaaktype_list(request: HttpRequest, page: Numbered = 1, identificatie: Name = "") -> Page[PackageDocument]:
    """Package versions, those in force, earlier ones and those that come."""
    rows = [row for row in onething.versions(by=HOUSE) if identificatie in ("", row.id)]
    return page_of(request, rows, page, lambda row: _zaaktype(request, row))


@router.get("/zaaktypen/{uuid:uuid}", response=PackageDocument, by_alias=True, tags=["zaaktypen"])
def zaaktype_read(request: HttpRequest, uuid: UUID) -> PackageDocument:
    """One version of a package."""
    for row in onething.versions(by=HOUSE):
        if uuid_for("zaaktypen", row.id, row.version) == uuid:
            return _zaaktype(request, row)
    raise unknown()


@router.get("/statustypen", response=Page[Choice], by_alias=True, tags=["typen"])
def statustype_list(request: HttpRequest, page: Numbered = 1, zaaktype: OfType = "") -> Page[Choice]:
    """What a case can become."""
    return _types(request, "statustypen", page, zaaktype)


@router.get("/statustypen/{uuid:uuid}", response=Choice, by_alias=True, tags=["typen"])
def statustype_read(request: HttpRequest, uuid: UUID) -> Choice:
    """One type of status."""
    return _type(request, "statustypen", uuid)


@router.get("/resultaattypen", response=Page[Choice], by_alias=True, tags=["typen"])
def resultaattype_list(request: HttpRequest, page: Numbered = 1, zaaktype: OfType = "") -> Page[Choice]:
    """How a case can end."""
    return _types(request, "resultaattypen", page, zaaktype)


@router.get("/resultaattypen/{uuid:uuid}", response=Choice, by_alias=True, tags=["typen"])
def resultaattype_read(request: HttpRequest, uuid: UUID) -> Choice:
    """One type of result."""
    return _type(request, "resultaattypen", uuid)


@router.get("/roltypen", response=Page[Choice], by_alias=True, tags=["typen"])
def roltype_list(request: HttpRequest, page: Numbered = 1, zaaktype: OfType = "") -> Page[Choice]:
    """Who can take part in a case."""
    return _types(request, "roltypen", page, zaaktype)


@router.get("/roltypen/{uuid:uuid}", response=Choice, by_alias=True, tags=["typen"])
def roltype_read(request: HttpRequest, uuid: UUID) -> Choice:
    """One type of role."""
    return _type(request, "roltypen", uuid)


def address_of(request: HttpRequest, kind: str, *parts: str) -> str:
    """The address of a type: of package id and version, and for a status, result or role its name."""
    return request.build_absolute_uri(f"{ROOT}{kind}/{uuid_for(kind, *parts)}")


def _zaaktype(request: HttpRequest, row: VersionRow) -> PackageDocument:
    package, days, limit = _content(row.id, row.version)

    def all_of(kind: str) -> list[str]:
        return [address_of(request, kind, row.id, row.version, one) for one in _KINDS[kind]]

    return PackageDocument(
        url=address_of(request, "zaaktypen", row.id, row.version),
        identificatie=row.id,
        omschrijving=row.title["zh"],
        omschrijving_generiek=row.title["en"],
        toelichting=limit,
        doel=package["summary"]["zh"],
        onderwerp=row.title["zh"],
        doorlooptijd=f"P{days}D",
        trefwoorden=[str(one) for one in package.get("keywords", ())],
        verantwoordelijke=package["lead"],
        begin_geldigheid=row.effective,
        einde_geldigheid=_last_day(row),
        versiedatum=row.effective,
        statustypen=all_of("statustypen"),
        resultaattypen=all_of("resultaattypen"),
        roltypen=all_of("roltypen"),
    )


def _last_day(row: VersionRow) -> date | None:
    """The day before the next version holds."""
    later = [one.effective for one in onething.versions(by=HOUSE, package=row.id) if one.effective > row.effective]
    return min(later) - timedelta(days=1) if later else None


@lru_cache(maxsize=256)
def _content(package: str, version: str) -> tuple[Mapping[str, Any], int, str]:
    """What was published, which never changes, with the longest limit of its matters: calendar days, and in words.

    The standard counts calendar days; five working days are a week here, without holidays.
    """
    whole = onething.definition(by=HOUSE, package=package, version=version)
    kept = {item["matter"] for item in whole["package"]["items"]}
    limits = [one["statutory"] for one in whole["matters"] if one["id"] in kept]
    longest = max(limits, key=_calendar_days)
    unit = "工作日" if longest["unit"] == "working-day" else "日"
    return whole["package"], _calendar_days(longest), f"法定时限最长{longest['days']}个{unit}"


def _calendar_days(limit: Mapping[str, Any]) -> int:
    return ceil(limit["days"] * 7 / 5) if limit["unit"] == "working-day" else int(limit["days"])


def _types(request: HttpRequest, kind: str, page: int, zaaktype: str) -> Page[Choice]:
    rows = [
        (row, name)
        for row in onething.versions(by=HOUSE)
        if zaaktype in ("", address_of(request, "zaaktypen", row.id, row.version))
        for name in _KINDS[kind]
    ]
    return page_of(request, rows, page, lambda one: _shown(request, kind, *one))


def _type(request: HttpRequest, kind: str, uuid: UUID) -> Choice:
    for row in onething.versions(by=HOUSE):
        for name in _KINDS[kind]:
            if uuid_for(kind, row.id, row.version, name) == uuid:
                return _shown(request, kind, row, name)
    raise unknown()


def _shown(request: HttpRequest, kind: str, row: VersionRow, name: str) -> Choice:
    found: Sequence[str] = list(_KINDS[kind])
    said = _KINDS[kind][name]
    return Choice(
        url=address_of(request, kind, row.id, row.version, name),
        zaaktype=address_of(request, "zaaktypen", row.id, row.version),
        omschrijving=said.name,
        omschrijving_generiek=said.generic,
        volgnummer=found.index(name) + 1,
        is_eindstatus=said.is_end if kind == "statustypen" else None,
    )
