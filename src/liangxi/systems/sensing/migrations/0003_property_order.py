from django.db import migrations

AS_LIST = """
UPDATE sensing_profile SET properties = (
    SELECT coalesce(jsonb_agg(value || jsonb_build_object('code', key)), '[]') FROM jsonb_each(properties)
) WHERE jsonb_typeof(properties) = 'object'
"""
AS_OBJECT = """
UPDATE sensing_profile SET properties = (
    SELECT coalesce(jsonb_object_agg(value->>'code', value - 'code'), '{}') FROM jsonb_array_elements(properties)
) WHERE jsonb_typeof(properties) = 'array'
"""


class Migration(migrations.Migration):
    dependencies = [("sensing", "0002_alarms")]

    operations = [migrations.RunSQL(AS_LIST, AS_OBJECT)]
