"""The read store: which resources belong there, what it is called, where it stands."""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from liangxi.core.lake.shapes import Field, TableSpec
from liangxi.kit.errors import NotFoundError
from liangxi.systems.data import models
from liangxi.systems.data.rules import datasets, policy

STORE, IMAGES = "served", "served_changes"  # schemas of PostgreSQL
IDENTITIES = ("citizen_id", "uscc")  # data elements by which persons and firms are looked up
PERSON = "citizen_id"


def wanted(today: date) -> tuple[str, ...]:
    """The published resources that somebody holds a grant of."""
    held = models.Grant.objects.filter(resource=OuterRef("pk"), until__gt=today).exclude(state="revoked")
    rows = models.Resource.objects.filter(Exists(held), state="published")
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


def unwanted(today: date) -> tuple[str, ...]:
    """Resources in the store that nobody reads from it any more."""
    return tuple(models.Serving.objects.exclude(resource__in=wanted(today)).values_list("pk", flat=True))


def of(resource: str) -> models.Serving:
    """A resource that is served. NotFoundError `data.delivery.unserved` before its first version is."""
    row = models.Serving.objects.filter(pk=resource, version__gt=0).first()
    if row is None:
        raise NotFoundError("data.delivery.unserved", "Nothing of %(resource)s has been delivered to the lake yet.",
                            {"resource": resource})  # fmt: skip
    return row


def spec_of(row: models.Serving) -> TableSpec:
    """The declaration of the table that is reflected."""
    said = row.spec
    return TableSpec(name=said["name"], key=tuple(said["key"]), fields=tuple(Field(**one) for one in said["fields"]))


def schema_of(row: models.Serving) -> policy.Schema:
    """The tables in PostgreSQL as the compiler of policies sees them."""
    spec = spec_of(row)
    return datasets.schema_of(spec, f"{STORE}.{spec.name}", f"{IMAGES}.{spec.name}")


def lookups_of(resource: str, spec: TableSpec) -> tuple[list[str], str]:
    """The columns by which rows are looked up: the first of the key, and identities; and the one of persons."""
    known = {one.name for one in spec.fields if one.type == "string"}
    fields = models.ResourceField.objects.filter(resource=resource, name__in=known)
    found = fields.filter(Q(element__in=IDENTITIES)).order_by("position").values_list("name", "element")
    subject = next((name for name, element in found if element == PERSON), "")
    return list(dict.fromkeys([spec.key[0], *(name for name, _ in found)])), subject
