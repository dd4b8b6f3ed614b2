"""One lake for everything bulky: immutable versions in Parquet, published as Iceberg tables, read by DuckDB."""
