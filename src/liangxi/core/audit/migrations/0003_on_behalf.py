"""Who acted for whom becomes a column, as actor, object and person are: the represented look it up."""

from django.db import migrations

FORWARD = """
ALTER TABLE audit_entry
  ADD COLUMN on_behalf text GENERATED ALWAYS AS (body::jsonb ->> 'on_behalf') STORED;
CREATE INDEX audit_entry_on_behalf ON audit_entry (on_behalf, seq) WHERE on_behalf IS NOT NULL;
"""
BACKWARD = "ALTER TABLE audit_entry DROP COLUMN on_behalf"


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_record")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
