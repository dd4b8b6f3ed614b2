"""Reads of transforms and lineage."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from liangxi.kit import schema
from liangxi.systems.data import models
from liangxi.systems.data.queries import connectors
from liangxi.systems.data.rules import transforming
from liangxi.systems.data.shapes.integrating import Lineage, Origin, Transform, TransformRun

SCHEMA = Path(__file__).parent.parent / "schemas" / "transforms.json"


def transforms() -> tuple[Transform, ...]:
    """The transforms of the city's profile (data/transforms/*.yaml) whose resources are published."""
    listed = _listed(settings.CONFIG.city_root)
    named = {one["target"] for one in listed} | {r for one in listed for r in one["inputs"].values()}
    there = models.Resource.objects.filter(pk__in=named, state="published").values_list("pk", flat=True)
    known = {id: connectors.definition_in_force(id) for id in there}
    fit = (one for one in listed if {one["target"], *one["inputs"].values()} <= known.keys())
    return tuple(transforming.compile_transform(one, known) for one in fit)


@lru_cache(maxsize=4)
def _listed(root: Path) -> tuple[dict[str, Any], ...]:
    files = sorted((root / "data" / "transforms").glob("*.yaml"))
    return tuple(said for file in files for said in schema.load_yaml(file, SCHEMA).data["transforms"])


def last_run(transform: str) -> models.TransformRun | None:
    """The newest execution of a transform."""
    return models.TransformRun.objects.filter(transform=transform).order_by("-at").first()


def versions_of(resources: list[str]) -> dict[str, str]:
    """The data versions that stand now, of those resources that were delivered into the lake."""
    rows = models.Resource.objects.filter(pk__in=resources, delivered_version__regex=r"^\d+\.\d+$")
    return dict(rows.values_list("pk", "delivered_version"))


def lineage(resource: models.Resource) -> Lineage:
    """Where the fields come from, and where they go."""
    own = models.TransformRun.objects.filter(target=resource).order_by("-at")
    runs, newest = own[:20], own.filter(state="done").first()
    edges = newest.edges.select_related("source").order_by("field", "source_id") if newest else ()
    origins = tuple(Origin(e.field, e.source_id, e.source.title, e.source_field, e.source_version) for e in edges)
    used = models.LineageEdge.objects.select_related("run__target").filter(source=resource)
    uses = {(e.source_field, e.run.target_id, e.field): e.run.target.title for e in used}
    return Lineage(
        resource=resource.pk,
        title=resource.title,
        transform=next((one for one in transforms() if one.target == resource.pk), None),
        origins=origins,
        uses=tuple((own, title, id, field) for (own, id, field), title in sorted(uses.items())),
        runs=tuple(run(row) for row in runs),
    )


def run(row: models.TransformRun) -> TransformRun:
    """An execution as it is shown."""
    return TransformRun(
        transform=row.transform,
        target=row.target_id,
        state=row.state,
        inputs=row.inputs,
        data_version=row.data_version,
        rows=row.rows,
        error=row.error,
        at=row.at,
    )
