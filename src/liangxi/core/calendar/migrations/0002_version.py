"""Versions of the calendar come from a sequence: a rolled back load never lends its number to another."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("calendar", "0001_initial")]

    operations = [migrations.RunSQL("CREATE SEQUENCE calendar_version", "DROP SEQUENCE calendar_version")]
