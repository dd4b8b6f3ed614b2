"""One call writes a command whole: state, events, tasks, what others are told, the trace.

It takes effect only on the state that was read (`seq`, the count of a case's events), so that nothing is locked between
reading and writing. The table of tasks holds open ones only; changes of their counts by light are kept apart.
"""

from django.db import migrations, models

FORWARD = """
DROP FUNCTION cases_write(jsonb, text, text);
UPDATE cases_case SET seq = (snapshot::jsonb->>'seq')::int WHERE snapshot IS NOT NULL;
UPDATE cases_case SET calendar = NULL WHERE snapshot IS NULL OR closed_at IS NOT NULL;
DELETE FROM cases_task WHERE done_at IS NOT NULL;
-- The state of a case is written again and again: room for the next version lies beside it.
ALTER TABLE cases_case SET (fillfactor = 80);

-- Open tasks by light: counters (`folded`), and the changes since, which nobody waits for; the worker adds them up.
CREATE TABLE cases_tally (
  permission text NOT NULL,
  org text NOT NULL,
  org_path text COLLATE "C" NOT NULL,
  yellow_at timestamptz NOT NULL,
  red_at timestamptz NOT NULL,
  tasks int NOT NULL,
  folded boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX cases_tally_folded ON cases_tally (org_path, org, permission, yellow_at, red_at) WHERE folded;

-- False, and nothing is written, when the case is not any more what it was at `before`. Plans are made once a connection,
-- perhaps while the tables are small: each row is reached by its key, whatever the statistics say then.
CREATE FUNCTION cases_write(said jsonb, the_snapshot text, the_form text) RETURNS boolean LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  the_root CONSTANT text := said->>'root';
  the_time CONSTANT timestamptz := said->>'at';
  before CONSTANT int := said->>'before';
BEGIN
  IF before = 0 THEN
    INSERT INTO cases_case (no, root, item, plan_id, title, subject, state, version, org, org_path, applicant_person,
      applicant_firm, applicant_name, opened_at, paused, check_code, calendar, seq, snapshot, form)
    SELECT no, the_root, item, plan_id, title, subject, state, version, org, org_path, applicant_person,
      applicant_firm, applicant_name, the_time, false, check_code, calendar, seq,
      CASE WHEN no = the_root THEN the_snapshot END, CASE WHEN no = the_root THEN the_form END
    FROM jsonb_to_recordset(said->'cases') AS r (no text, item text, plan_id text, title jsonb, subject text,
      state text, version int, org text, org_path text, applicant_person text, applicant_firm text,
      applicant_name text, check_code text, calendar int, seq int);
  ELSE
    UPDATE cases_case c SET state = r.state, version = r.version, org = r.org, org_path = r.org_path,
      closed_at = r.closed_at, due = r.due, statutory_due = r.statutory_due, yellow_at = r.yellow_at,
      red_at = r.red_at, paused = r.paused, outcome = r.outcome, stars = r.stars, urged = r.urged,
      calendar = r.calendar, seq = r.seq, snapshot = the_snapshot, form = coalesce(the_form, c.form)
    FROM jsonb_to_record(said->'cases'->0) AS r (state text, version int, org text, org_path text,
      closed_at timestamptz, due timestamptz, statutory_due timestamptz, yellow_at timestamptz, red_at timestamptz,
      paused bool, outcome text, stars smallint, urged smallint, calendar int, seq int)
    WHERE c.no = the_root AND c.seq = before;
    IF NOT FOUND THEN
      RETURN false;
    END IF;
    IF said->'cases'->1 IS NOT NULL THEN
      UPDATE cases_case c SET state = r.state, version = r.version, org = r.org, org_path = r.org_path,
        closed_at = r.closed_at, due = r.due, statutory_due = r.statutory_due, yellow_at = r.yellow_at,
        red_at = r.red_at, paused = r.paused, outcome = r.outcome, urged = r.urged
      FROM jsonb_to_recordset((said->'cases') - 0) AS r (no text, state text, version int, org text, org_path text,
        closed_at timestamptz, due timestamptz, statutory_due timestamptz, yellow_at timestamptz, red_at timestamptz,
        paused bool, outcome text, urged smallint)
      WHERE c.no = r.no;
    END IF;
  END IF;

  INSERT INTO cases_event (root, seq, case_no, at, kind, actor, data, key, digest, answer)
  SELECT the_root, before + e.place, e.case_no, the_time, e.kind, said->>'actor', e.data,
         CASE WHEN place = 1 THEN said->>'key' END, CASE WHEN place = 1 THEN said->>'digest' END,
         CASE WHEN place = 1 THEN said->>'answer' END
  FROM ROWS FROM (jsonb_to_recordset(said->'events') AS (case_no text, kind text, data jsonb))
    WITH ORDINALITY AS e (case_no, kind, data, place);

  IF said->'settled'->0 IS NOT NULL THEN
    WITH gone AS (
      DELETE FROM cases_task WHERE root = the_root AND n = ANY (ARRAY(
        SELECT value::int FROM jsonb_array_elements_text(said->'settled')))
      RETURNING permission, org, org_path, yellow_at, red_at, holder
    )
    INSERT INTO cases_tally (permission, org, org_path, yellow_at, red_at, tasks)
    SELECT permission, org, org_path, yellow_at, red_at, -1 FROM gone WHERE holder IS NULL;
  END IF;
  IF said->'tasks'->0 IS NOT NULL THEN
    WITH came AS (
      INSERT INTO cases_task (root, n, case_no, kind, permission, org, org_path, holder, assignee, assignee_name,
        seat, opened_at, due, yellow_at, red_at)
      SELECT the_root, n, case_no, kind, permission, org, org_path, holder, assignee, assignee_name, seat, opened_at,
        due, yellow_at, red_at
      FROM jsonb_to_recordset(said->'tasks') AS r (n int, case_no text, kind text, permission text, org text,
        org_path text, holder text, assignee text, assignee_name text, seat smallint, opened_at timestamptz,
        due timestamptz, yellow_at timestamptz, red_at timestamptz)
      ON CONFLICT (root, n) DO NOTHING
      RETURNING permission, org, org_path, yellow_at, red_at, holder
    )
    INSERT INTO cases_tally (permission, org, org_path, yellow_at, red_at, tasks)
    SELECT permission, org, org_path, yellow_at, red_at, 1 FROM came WHERE holder IS NULL;
  END IF;

  IF said ? 'trace' THEN
    PERFORM events_post(said->'post');
    PERFORM audit_record(said->'trace');
  END IF;
  RETURN true;
END $$;

INSERT INTO cases_tally (permission, org, org_path, yellow_at, red_at, tasks, folded)
SELECT permission, org, org_path, yellow_at, red_at, count(*), true FROM cases_task WHERE holder IS NULL GROUP BY 1, 2, 3, 4, 5;
"""


def _index(
    name: str, fields: list[str], condition: models.Q | None = None, include: list[str] | None = None
) -> migrations.AddIndex:
    return migrations.AddIndex("task", models.Index(fields=fields, name=name, condition=condition, include=include))


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_course"), ("events", "0003_post"), ("audit", "0002_record")]

    operations = [
        migrations.AddField("case", "seq", models.IntegerField(default=0, db_default=0, help_text="of whole cases: how many events there are")),
        migrations.RemoveIndex("case", "cases_to_redraw"),
        migrations.RemoveIndex("case", "cases_open"),
        migrations.RemoveIndex("case", "cases_items_of_root"),
        migrations.AlterField(
            "case",
            "calendar",
            models.IntegerField(null=True, help_text="of open whole cases: the version that their clocks follow"),
        ),
        *(
            migrations.RemoveIndex("task", name)
            for name in ("cases_inbox_of_org", "cases_inbox_of_city", "cases_inbox_of_holder", "cases_inbox_of_staff",
                         "cases_timer")
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
        migrations.RemoveField("task", "done_at"),
        _index("cases_inbox_of_org", ["permission", "org_path", "red_at", "root", "n"], models.Q(holder=None),
               ["yellow_at"]),
        _index("cases_inbox_of_city", ["permission", "red_at", "root", "n"], models.Q(holder=None),
               ["yellow_at", "org_path"]),
        _index("cases_inbox_of_holder", ["holder", "red_at"], models.Q(holder__isnull=False)),
        _index("cases_inbox_of_staff", ["assignee", "red_at"], models.Q(assignee__isnull=False)),
        _index("cases_timer", ["kind", "red_at"], models.Q(kind__in=["accept", "decide", "gap"])),
        migrations.AddIndex(
            "case",
            models.Index(fields=["calendar"], name="cases_to_redraw", condition=models.Q(calendar__isnull=False)),
        ),
    ]  # fmt: skip
