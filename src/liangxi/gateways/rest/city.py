"""What the city says to everybody: divisions, organisations, packages, certificates, where a case stands."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router

from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import PublicStatus
from liangxi.core.certificates import face as certificates
from liangxi.core.certificates.shapes import Verification
from liangxi.core.people import face as people
from liangxi.core.places import face as places
from liangxi.gateways.rest.access import Anybody
from liangxi.gateways.rest.answers import (
    Divisions,
    Organisations,
    PackageDetail,
    Packages,
    Situation,
    package_of,
    situation_of,
)
from liangxi.gateways.rest.bodies import Answers
from liangxi.gateways.rest.headers import Id
from liangxi.systems.onething import face as onething

router = Router(auth=Anybody())
Level = Literal["province", "city", "county", "town", "village"]
Check = Annotated[str, Query(min_length=1, max_length=40, description="The check code that is printed with it.")]


@router.get("/packages", response=Packages, tags=["packages"])
def packages(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=80, description="Words of a life event.")] = "",
    audience: Literal["person", "firm"] | None = None,
    category: Annotated[str | None, Query(max_length=60)] = None,
) -> Packages:
    """Find a package: 一件事 in force today."""
    return Packages(onething.packages(audience=audience, category=category, query=q))


@router.get("/packages/{package}", response=PackageDetail, tags=["packages"])
def package(request: HttpRequest, package: Id) -> PackageDetail:
    """One package with its questions and matters."""
    return package_of(onething.guide(package=package).package)


@router.post("/packages/{package}/guide", response=Situation, tags=["packages"])
def guide(request: HttpRequest, package: Id, body: Answers) -> Situation:
    """What answers lead to: matters, materials, departments, days, trips, and what is saved. Nothing is kept."""
    return situation_of(onething.guide(package=package, answers=body.answers))


@router.get("/certificates/{number}", response=Verification, tags=["certificates"])
def certificate(request: HttpRequest, number: Id, check: Check) -> Verification:
    """Check a certificate by number and check code: its state, and nothing personal beyond masked values.

    A wrong code is answered like an unknown number: `status` unknown.
    """
    return certificates.verify(number=number, code=check, client=str(request.META.get("REMOTE_ADDR", "")))


@router.get("/cases/{no}/status", response=PublicStatus, tags=["cases"])
def status(request: HttpRequest, no: Id, check: Check) -> PublicStatus:
    """Where a case stands, for who has its number and check code."""
    return cases.public_status(no=no, check=check)


@router.get("/divisions", response=Divisions, tags=["city"])
def divisions(request: HttpRequest, level: Level = "county") -> Divisions:
    """Divisions of a level with their codes and the days on which these held."""
    return Divisions(places.divisions(level=level))


@router.get("/organisations", response=Organisations, tags=["city"])
def organisations(request: HttpRequest) -> Organisations:
    """The organisations of the city as they stand today."""
    return Organisations(people.organisations())
