"""Tasks for one person and for a seat; rows that another organisation takes over; clocks drawn by calendar version."""

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION cases_write(said jsonb, the_snapshot text, the_form text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  the_root CONSTANT text := said->>'root';
  the_time CONSTANT timestamptz := said->>'at';
  is_new CONSTANT boolean := coalesce((said->'events'->0->>'seq')::int = 1, false);
BEGIN
  INSERT INTO cases_event (root, seq, case_no, at, kind, actor, data, key, digest, answer)
  SELECT the_root, e.seq, e.case_no, the_time, e.kind, said->>'actor', e.data,
         CASE WHEN place = 1 THEN said->>'key' END, CASE WHEN place = 1 THEN said->>'digest' END,
         CASE WHEN place = 1 THEN said->>'answer' END
  FROM ROWS FROM (jsonb_to_recordset(said->'events') AS (seq int, case_no text, kind text, data jsonb))
    WITH ORDINALITY AS e (seq, case_no, kind, data, place);

  IF is_new THEN
    INSERT INTO cases_case (no, root, item, plan_id, title, subject, state, version, org, org_path, applicant_person,
      applicant_firm, applicant_name, opened_at, closed_at, due, statutory_due, yellow_at, red_at, paused, outcome,
      stars, check_code, urged, calendar, snapshot, form)
    SELECT no, the_root, item, plan_id, title, subject, state, version, org, org_path, applicant_person,
      applicant_firm, applicant_name, opened_at, closed_at, due, statutory_due, yellow_at, red_at, paused, outcome,
      stars, check_code, urged, calendar, CASE WHEN no = the_root THEN the_snapshot END,
      CASE WHEN no = the_root THEN the_form END
    FROM jsonb_to_recordset(said->'cases') AS r (no text, item text, plan_id text, title jsonb, subject text,
      state text, version int, org text, org_path text, applicant_person text, applicant_firm text,
      applicant_name text, opened_at timestamptz, closed_at timestamptz, due timestamptz, statutory_due timestamptz,
      yellow_at timestamptz, red_at timestamptz, paused bool, outcome text, stars smallint, check_code text,
      urged smallint, calendar int);
  ELSE
    UPDATE cases_case c SET state = r.state, version = r.version, org = r.org, org_path = r.org_path,
      closed_at = r.closed_at, due = r.due, statutory_due = r.statutory_due, yellow_at = r.yellow_at,
      red_at = r.red_at, paused = r.paused, outcome = r.outcome, stars = r.stars, urged = r.urged,
      calendar = r.calendar,
      snapshot = CASE WHEN r.no = the_root THEN the_snapshot END,
      form = CASE WHEN r.no = the_root THEN coalesce(the_form, c.form) END
    FROM jsonb_to_recordset(said->'cases') AS r (no text, state text, version int, org text, org_path text,
      closed_at timestamptz, due timestamptz, statutory_due timestamptz, yellow_at timestamptz, red_at timestamptz,
      paused bool, outcome text, stars smallint, urged smallint, calendar int)
    WHERE c.no = r.no;
  END IF;

  INSERT INTO cases_task (root, n, case_no, kind, permission, org, org_path, holder, assignee, assignee_name, seat,
    opened_at, due, yellow_at, red_at, done_at)
  SELECT the_root, n, case_no, kind, permission, org, org_path, holder, assignee, assignee_name, seat,
    opened_at, due, yellow_at, red_at, done_at
  FROM jsonb_to_recordset(said->'tasks') AS r (n int, case_no text, kind text, permission text, org text,
    org_path text, holder text, assignee text, assignee_name text, seat smallint, opened_at timestamptz,
    due timestamptz, yellow_at timestamptz, red_at timestamptz, done_at timestamptz)
  ON CONFLICT (root, n) DO UPDATE SET done_at = EXCLUDED.done_at, due = EXCLUDED.due,
    yellow_at = EXCLUDED.yellow_at, red_at = EXCLUDED.red_at;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_engine")]

    operations = [
        migrations.AddField("case", "urged", models.SmallIntegerField(default=0, db_default=0)),
        migrations.AddField("case", "calendar", models.IntegerField(default=0, db_default=0)),
        migrations.AddField("task", "assignee", models.TextField(null=True, db_collation="C")),
        migrations.AddField("task", "assignee_name", models.TextField(default="", db_default="")),
        migrations.AddField("task", "seat", models.SmallIntegerField(default=0, db_default=0)),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["calendar"],
                name="cases_to_redraw",
                condition=models.Q(closed_at=None, snapshot__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["assignee", "red_at"],
                name="cases_inbox_of_staff",
                condition=models.Q(done_at=None, assignee__isnull=False),
            ),
        ),
        migrations.RemoveIndex("task", "cases_accept_timer"),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["kind", "red_at"],
                name="cases_timer",
                condition=models.Q(done_at=None, kind__in=["accept", "decide", "gap"]),
            ),
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_no", "account", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_no", models.TextField(db_collation="C")),
                ("account", models.TextField(db_collation="C")),
                ("name", models.TextField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
