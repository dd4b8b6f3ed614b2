"""The SQL catalogue of Iceberg (the tables that every SQL and JDBC catalogue knows) in a schema of its own."""

from django.db import migrations

FORWARD = """
CREATE SCHEMA IF NOT EXISTS lake;
CREATE TABLE lake.iceberg_tables (
  catalog_name varchar(255) NOT NULL,
  table_namespace varchar(255) NOT NULL,
  table_name varchar(255) NOT NULL,
  metadata_location varchar(1000),
  previous_metadata_location varchar(1000),
  iceberg_type varchar(5),
  PRIMARY KEY (catalog_name, table_namespace, table_name)
);
CREATE TABLE lake.iceberg_namespace_properties (
  catalog_name varchar(255) NOT NULL,
  namespace varchar(255) NOT NULL,
  property_key varchar(255) NOT NULL,
  property_value varchar(1000) NOT NULL,
  PRIMARY KEY (catalog_name, namespace, property_key)
);
"""
BACK = "DROP TABLE lake.iceberg_tables, lake.iceberg_namespace_properties; DROP SCHEMA lake;"


class Migration(migrations.Migration):
    dependencies = [("lake", "0001_ledger")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
