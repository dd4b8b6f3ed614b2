"""The audit trail. Raw SQL throughout: the tables have no models, so nothing of Django can write to them by accident.

`audit_outbox` is filled by business transactions and emptied by the sequencer; `audit_entry` and `audit_checkpoint`
take INSERT only. The columns beside `body` are generated from it. Triggers are ENABLE ALWAYS, so that
`session_replication_role` does not switch them off.
"""

from django.db import migrations

FORWARD = """
CREATE TABLE audit_outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  body text NOT NULL,
  salts text NOT NULL DEFAULT ''
);

CREATE FUNCTION audit_instant(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT $1::timestamptz $$;

CREATE TABLE audit_entry (
  seq bigint PRIMARY KEY CHECK (seq >= 0),
  body text NOT NULL,
  leaf_sha256 bytea NOT NULL CHECK (length(leaf_sha256) = 32),
  leaf_sm3 bytea NOT NULL CHECK (length(leaf_sm3) = 32),
  time timestamptz NOT NULL GENERATED ALWAYS AS (audit_instant(body::jsonb ->> 'time')) STORED,
  actor text NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'actor') STORED,
  action text NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'action') STORED,
  object text NOT NULL GENERATED ALWAYS AS (body::jsonb ->> 'object') STORED,
  person text GENERATED ALWAYS AS (body::jsonb ->> 'person') STORED
);
CREATE INDEX audit_entry_object ON audit_entry (object, seq);
CREATE INDEX audit_entry_actor ON audit_entry (actor, seq);
CREATE INDEX audit_entry_action ON audit_entry (action, seq);
CREATE INDEX audit_entry_person ON audit_entry (person, seq) WHERE person IS NOT NULL;

CREATE TABLE audit_salt (
  seq bigint NOT NULL REFERENCES audit_entry (seq),
  name text NOT NULL,
  salt bytea NOT NULL,
  PRIMARY KEY (seq, name)
);

CREATE TABLE audit_checkpoint (
  number bigint PRIMARY KEY,
  size bigint NOT NULL UNIQUE,
  note text NOT NULL
);

CREATE TABLE audit_state (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  size bigint NOT NULL,
  peaks_sha256 bytea NOT NULL,
  peaks_sm3 bytea NOT NULL
);
INSERT INTO audit_state VALUES (true, 0, '', '');

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the audit trail only grows', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_entry_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_checkpoint_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_salt_stays BEFORE UPDATE OR TRUNCATE ON audit_salt
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_outbox_stays BEFORE UPDATE OR TRUNCATE ON audit_outbox
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_state_stays BEFORE DELETE OR TRUNCATE ON audit_state
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_grows;
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER audit_checkpoint_grows;
ALTER TABLE audit_salt ENABLE ALWAYS TRIGGER audit_salt_stays;
ALTER TABLE audit_outbox ENABLE ALWAYS TRIGGER audit_outbox_stays;
ALTER TABLE audit_state ENABLE ALWAYS TRIGGER audit_state_stays;
"""


class Migration(migrations.Migration):
    dependencies: list[tuple[str, str]] = []

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
