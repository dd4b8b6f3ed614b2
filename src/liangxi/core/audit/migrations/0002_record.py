"""A record that is part of a larger statement: whoever writes a change by a function leaves its trace in the same."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_record(record jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_outbox (body, salts) VALUES (record->>'body', record->>'salts');
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_trail")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION audit_record(jsonb)")]
