"""The content that an edition means: a published version, or a working copy as it stands."""

from liangxi.systems.onething import queries
from liangxi.systems.onething.actions import proofing
from liangxi.systems.onething.queries import copies
from liangxi.systems.onething.shapes import Package
from liangxi.systems.onething.shapes.studio import Edition, Texts


def package(edition: Edition) -> Package:
    """The compiled package; NotFoundError, InvalidError `onething.copy.faulty` where a copy cannot be compiled."""
    if edition.copy:
        copy = copies.working_copy(edition.copy)
        return proofing.compiled(copy.row.package, copy.texts).package
    return queries.compiled(queries.version(edition.package, edition.version).hash)


def texts(edition: Edition) -> Texts:
    """The YAML of package and matters; NotFoundError."""
    if edition.copy:
        return copies.working_copy(edition.copy).texts
    return copies.texts_of(queries.version(edition.package, edition.version))
