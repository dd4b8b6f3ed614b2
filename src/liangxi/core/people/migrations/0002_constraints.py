"""What the registers must never say, held by the database.

btree_gist is not in the embedded server, so equality of numbers is written as overlap of one-element ranges, for which
GiST is built in.
"""

from django.db import migrations

PERIODS = """
ALTER TABLE people_organisationperiod ADD CONSTRAINT people_organisation_periods_apart
    EXCLUDE USING gist (int8range(organisation_id, organisation_id, '[]') WITH &&, daterange(valid_from, valid_to) WITH &&)
"""

# 三员分立: at any time an account holds at most one of the separated roles. The list is that of rules.roles at the time
# of writing; a test compares them.
SEPARATION = """
ALTER TABLE people_post ADD CONSTRAINT people_post_separated
    EXCLUDE USING gist (int8range(account_id, account_id, '[]') WITH &&, daterange(since, until) WITH &&)
    WHERE (role IN ('auditor', 'bureau_admin', 'security_admin', 'system_admin'))
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(
            PERIODS, "ALTER TABLE people_organisationperiod DROP CONSTRAINT people_organisation_periods_apart"
        ),
        migrations.RunSQL(SEPARATION, "ALTER TABLE people_post DROP CONSTRAINT people_post_separated"),
    ]
