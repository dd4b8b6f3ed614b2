"""SQL over Parquet files: by DuckDB in this process, or by a Spark cluster when a city has outgrown one machine."""
