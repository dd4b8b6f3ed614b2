"""The announcing transaction of each event, so that a reader of the stream never passes over one still to commit."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("events", "0001_outbox")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE events_event ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id()",
            "ALTER TABLE events_event DROP COLUMN xact",
        )
    ]
