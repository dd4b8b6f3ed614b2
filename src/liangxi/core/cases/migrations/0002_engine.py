"""The numbers of cases come from a sequence; the events of a case only grow."""

from django.db import migrations

FORWARD = """
CREATE SEQUENCE cases_number;
CREATE FUNCTION cases_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the events of a case only grow', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER cases_event_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_event
  FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse();
ALTER TABLE cases_event ENABLE ALWAYS TRIGGER cases_event_grows;
"""
BACKWARD = "DROP TRIGGER cases_event_grows ON cases_event; DROP FUNCTION cases_refuse; DROP SEQUENCE cases_number"


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_tables")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
