"""A resource as a table of the lake and as a schema of the compiler."""

from liangxi.core.lake.rules import declaring
from liangxi.systems.data.rules import datasets, policy
from liangxi.systems.data.shapes import ResourceField


def field(name, type="text", is_key=False):
    return ResourceField(name=name, title={"zh": name, "en": name}, type=type, is_key=is_key)


def test_a_resource_is_a_table_that_the_lake_takes_and_the_compiler_knows():
    spec = datasets.spec_of(
        "driving-licence", [field("citizen_id", is_key=True), field("points", "integer"), field("fee", "number")]
    )
    declaring.check(spec)
    assert (spec.name, spec.key) == ("driving_licence", ("citizen_id",))
    assert [(one.type, one.required) for one in spec.fields] == [("string", True), ("int", False), ("decimal", False)]
    schema = datasets.schema_of(spec, "served.driving_licence")
    assert schema.columns[2] == policy.Column("fee", "decimal", 24, 6) and schema.columns[2].is_comparable


def test_long_names_stay_apart():
    one, other = (datasets.table_of("a-" * 30 + end) for end in ("b", "c"))
    assert one != other and len(one) == datasets.LONGEST
