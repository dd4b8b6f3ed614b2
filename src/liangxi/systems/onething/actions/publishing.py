"""A checked package becomes a version that never changes again, and is found by its words."""

from collections.abc import Mapping
from datetime import timedelta

from liangxi.core.audit import face as audit
from liangxi.core.search import face as search
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError
from liangxi.systems.onething import queries
from liangxi.systems.onething.actions.reading import Reading
from liangxi.systems.onething.models import PackageVersion
from liangxi.systems.onething.shapes import Package


def publish(by: Actor, read: Reading, source: Mapping[str, str], detail: Mapping[str, object] | None = None) -> bool:
    """Store one version and make the one in force findable; False when it stands already.

    ConflictError `onething.version.changed` when it was published with other content. `detail` goes to the trail.
    """
    package = read.package
    standing = PackageVersion.objects.filter(package=package.id, version=package.version).first()
    if standing is not None and standing.hash != package.hash:
        raise ConflictError(
            "onething.version.changed",
            "%(file)s: version %(version)s of %(package)s was published with other content; give it a new version.",
            {"file": str(read.document.path), "version": package.version, "package": package.id},
        )
    if standing is None:
        PackageVersion.objects.create(
            package=package.id,
            version=package.version,
            hash=package.hash,
            definition=read.definition,
            source=dict(source),
            effective=package.effective,
            loaded_at=time.now(),
        )
        told = {"version": package.version, "effective": package.effective.isoformat(), **(detail or {})}
        audit.record(by=by, action="onething.published", object=f"package:{package.id}", detail=told)
    if current := queries.version_in_force(package.id):
        index(queries.compiled(current.hash))
    return standing is None


def index_in_force() -> int:
    """Make packages findable by the words of the versions that came into force lately; their number."""
    lately = time.today() - timedelta(days=7)  # a worker that stood still catches up
    found = [row for row in queries.current_versions() if row.effective >= lately]
    for row in found:
        index(queries.compiled(row.hash))
    return len(found)


def index(package: Package) -> None:
    """People search by the words of the package, of its matters and of its certificates, in either language."""
    for lang in ("zh", "en"):
        words = [package.summary[lang], package.category_title[lang], *package.keywords]
        words += [item.matter.title[lang] for item in package.items]
        search.index(
            kind="package",
            key=package.id,
            title=package.title[lang],
            text="\n".join(words),
            url=f"/things/{package.id}/",
            audience=package.audience,
            lang=lang,
        )
