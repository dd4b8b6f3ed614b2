"""Which bucket a key lies in: Iceberg's bucket transform (murmur3, 32 bits, of the value), so that every engine that
reads the published table can leave out the files of other buckets."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pyarrow as pa
from pyiceberg.transforms import BucketTransform
from pyiceberg.types import (
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    IcebergType,
    LongType,
    StringType,
    TimestampType,
)
from pyiceberg_core import transform

from liangxi.core.lake.shapes import Field, TableSpec

_KINDS: dict[str, Callable[[], IcebergType]] = {
    "string": StringType,
    "geometry": StringType,
    "int": LongType,
    "double": DoubleType,
    "bool": BooleanType,
    "date": DateType,
    "timestamp": TimestampType,
}


def vector(count: int) -> Callable[[Any], Any]:
    """The bucket of each value of an Arrow array."""

    def of(values: pa.Array | pa.ChunkedArray) -> pa.Array:
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        if pa.types.is_timestamp(values.type):
            values = values.cast(pa.timestamp("us"))
        return transform.bucket(values, count)

    return of


def of_value(spec: TableSpec, value: Any) -> int:
    """The bucket of one value of the first field of the key."""
    return _one(_kind(spec), spec.buckets)(value)


def _kind(spec: TableSpec) -> IcebergType:
    first = next(field for field in spec.fields if field.name == spec.key[0])
    return iceberg_type(first)


@lru_cache(maxsize=256)
def _one(kind: IcebergType, count: int) -> Callable[[Any], int]:
    transformed: Callable[[Any], Any] = BucketTransform(count).transform(kind)
    return transformed


def iceberg_type(field: Field) -> IcebergType:
    """The type of a field in Iceberg."""
    if field.type == "decimal":
        return DecimalType(field.digits, field.scale)
    return _KINDS[field.type]()
