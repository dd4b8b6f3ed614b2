"""What a change tells is written in one call, by whoever writes the change; orders of rows need no further indexes."""

import django.db.models.deletion
from django.db import migrations, models

# `post` is {"subject", "time", "events": [{"uid", "type", "data", "handlers"}], "notices": [text]}; see `actions`.
FORWARD = """
CREATE FUNCTION events_post(post jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  the_subject CONSTANT text := post->>'subject';
  the_time CONSTANT timestamptz := post->>'time';
  one jsonb;
  the_id bigint;
BEGIN
  IF post->'events'->0 IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock_shared(19544, hashtext(the_subject));
    FOR one IN SELECT value FROM jsonb_array_elements(post->'events') LOOP
      INSERT INTO events_event (uid, type, subject, time, data)
      VALUES ((one->>'uid')::uuid, one->>'type', the_subject, the_time, one->'data') RETURNING id INTO the_id;
      INSERT INTO events_delivery (event_id, handler, subject, state, tries, due_at, error, settled_by, reason)
      SELECT the_id, handler, the_subject, 'due', 0, the_time, '', '', ''
      FROM jsonb_array_elements_text(one->'handlers') AS handler;
    END LOOP;
    PERFORM pg_notify('liangxi_events', '');
  END IF;
  PERFORM pg_notify('liangxi_live', notice) FROM jsonb_array_elements_text(post->'notices') AS notice;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_transaction")]

    operations = [
        migrations.AlterField(
            "delivery",
            "event",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="events.event",
            ),
        ),
        migrations.RunSQL(FORWARD, "DROP FUNCTION events_post(jsonb)"),
    ]
