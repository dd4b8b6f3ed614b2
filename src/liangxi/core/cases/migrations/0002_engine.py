"""The numbers of cases come from a sequence; the events of a case only grow; one function writes a command."""

from django.db import migrations

FORWARD = """
CREATE SEQUENCE cases_number;

CREATE FUNCTION cases_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the events of a case only grow', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER cases_event_grows BEFORE UPDATE OR DELETE ON cases_event
  FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse();
ALTER TABLE cases_event ENABLE ALWAYS TRIGGER cases_event_grows;

-- What a command changed: its events, the rows drawn from the new state, the tasks it opened and closed.
-- The form lies apart from the snapshot, since few commands change it.
CREATE FUNCTION cases_write(said jsonb, the_snapshot text, the_form text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  the_root CONSTANT text := said->>'root';
  the_time CONSTANT timestamptz := said->>'at';
  is_new boolean := false;
BEGIN
  INSERT INTO cases_event (root, seq, case_no, at, kind, actor, data, key, digest, answer)
  SELECT the_root, e.seq, e.case_no, the_time, e.kind, said->>'actor', e.data,
         CASE WHEN place = 1 THEN said->>'key' END, CASE WHEN place = 1 THEN said->>'digest' END,
         CASE WHEN place = 1 THEN said->>'answer' END
  FROM ROWS FROM (jsonb_to_recordset(said->'events') AS (seq int, case_no text, kind text, data jsonb))
    WITH ORDINALITY AS e (seq, case_no, kind, data, place);

  is_new := (said->'events'->0->>'seq')::int = 1;
  IF is_new THEN
    INSERT INTO cases_case (no, root, item, plan_id, title, subject, state, version, org, org_path, applicant_person,
      applicant_firm, applicant_name, opened_at, closed_at, due, statutory_due, yellow_at, red_at, paused, outcome,
      stars, check_code, snapshot, form)
    SELECT no, the_root, item, plan_id, title, subject, state, version, org, org_path, applicant_person,
      applicant_firm, applicant_name, opened_at, closed_at, due, statutory_due, yellow_at, red_at, paused, outcome,
      stars, check_code, CASE WHEN no = the_root THEN the_snapshot END, CASE WHEN no = the_root THEN the_form END
    FROM jsonb_to_recordset(said->'cases') AS r (no text, item text, plan_id text, title jsonb, subject text,
      state text, version int, org text, org_path text, applicant_person text, applicant_firm text,
      applicant_name text, opened_at timestamptz, closed_at timestamptz, due timestamptz, statutory_due timestamptz,
      yellow_at timestamptz, red_at timestamptz, paused bool, outcome text, stars smallint, check_code text);
  ELSE
    UPDATE cases_case c SET state = r.state, version = r.version, closed_at = r.closed_at, due = r.due,
      statutory_due = r.statutory_due, yellow_at = r.yellow_at, red_at = r.red_at, paused = r.paused,
      outcome = r.outcome, stars = r.stars,
      snapshot = CASE WHEN r.no = the_root THEN the_snapshot END,
      form = CASE WHEN r.no = the_root THEN coalesce(the_form, c.form) END
    FROM jsonb_to_recordset(said->'cases') AS r (no text, state text, version int, closed_at timestamptz,
      due timestamptz, statutory_due timestamptz, yellow_at timestamptz, red_at timestamptz, paused bool,
      outcome text, stars smallint)
    WHERE c.no = r.no;
  END IF;

  INSERT INTO cases_task (root, n, case_no, kind, permission, org, org_path, holder, opened_at, due, yellow_at,
    red_at, done_at)
  SELECT the_root, n, case_no, kind, permission, org, org_path, holder, opened_at, due, yellow_at, red_at, done_at
  FROM jsonb_to_recordset(said->'tasks') AS r (n int, case_no text, kind text, permission text, org text,
    org_path text, holder text, opened_at timestamptz, due timestamptz, yellow_at timestamptz, red_at timestamptz,
    done_at timestamptz)
  ON CONFLICT (root, n) DO UPDATE SET done_at = EXCLUDED.done_at;
END $$;
"""
BACKWARD = """
DROP FUNCTION cases_write(jsonb, text, text); DROP TRIGGER cases_event_grows ON cases_event; DROP FUNCTION cases_refuse;
DROP SEQUENCE cases_number
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_tables")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
