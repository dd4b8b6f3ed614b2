"""Versions of packages, for those who may read what does not hold yet: their texts and their diagrams."""

from dataclasses import dataclass

from ninja import Router

from liangxi.gateways.rest.access import ApiKey, Caller
from liangxi.gateways.rest.headers import Id
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.face import preview
from liangxi.systems.onething.shapes import VersionRow
from liangxi.systems.onething.shapes.studio import Edition

router = Router(auth=ApiKey("read", "onething.read"), tags=["packages"])


@dataclass(frozen=True, slots=True)
class PackageVersions:
    """Every version of a package, the newest first; none where nobody published one."""

    items: tuple[VersionRow, ...]


@dataclass(frozen=True, slots=True)
class PackageVersion:
    """A version as files: package and matters as YAML, the process as BPMN 2.0 XML."""

    package: str
    matters: str
    bpmn: str


@router.get("/packages/{package}/versions", response=PackageVersions)
def versions(request: Caller, package: Id) -> PackageVersions:
    """The versions of a package: which is in force, from when others are, how many cases keep each."""
    return PackageVersions(onething.versions(by=request.auth, package=package))


@router.get("/packages/{package}/versions/{version}", response=PackageVersion)
def version(request: Caller, package: Id, version: Id) -> PackageVersion:
    """One version as files: YAML that loads again without difference, and its diagram."""
    edition = Edition(package=package, version=version)
    texts = preview.texts(by=request.auth, edition=edition)
    _, drawn = preview.bpmn(by=request.auth, edition=edition)
    return PackageVersion(texts.package, texts.matters, drawn)
