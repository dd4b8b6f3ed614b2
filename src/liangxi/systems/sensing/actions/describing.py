"""What the open interface tells of the things of the registry: profiles as sensors, their properties, their places."""

import json
from collections.abc import Sequence

from django.db import connection

from liangxi.systems.sensing.rules import observatory as laws

_SENSORS = """
INSERT INTO sensing_sensor (code, org_path, name, description, encoding, metadata, info)
SELECT code, '/', title_zh, title_en, 'application/json', jsonb_build_object('profile', code), '{}'
FROM sensing_profile WHERE code = ANY(%(profiles)s)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, description = excluded.description
"""
_PROPERTIES = """
INSERT INTO sensing_observedproperty (code, org_path, name, definition, description, info)
SELECT p.code || '/' || (one->>'code'), '/', one->'title'->>'zh', 'urn:liangxi:property:' || p.code || ':' ||
    (one->>'code'), one->'title'->>'en', '{}'
FROM sensing_profile p, jsonb_array_elements(p.properties) one WHERE p.code = ANY(%(profiles)s)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, description = excluded.description
"""
_STREAMS = """
UPDATE sensing_datastream d SET name = t.title || ' ' || (one->'title'->>'zh'), description = one->'title'->>'en',
    units = jsonb_build_object('name', one->>'unit', 'symbol', one->>'unit', 'definition', 'https://ucum.org'),
    observation_type = %(types)s::jsonb ->> (one->>'type'), sensor_id = s.id, observed_property_id = o.id
FROM sensing_thing t, sensing_profile p, jsonb_array_elements(p.properties) one, sensing_sensor s,
    sensing_observedproperty o
WHERE d.thing_id = t.id AND t.profile_id = p.code AND one->>'code' = d.property AND NOT d.is_open
    AND p.code = ANY(%(profiles)s) AND s.code = p.code AND o.code = p.code || '/' || d.property
"""
_PLACES = """
WITH fresh AS (
    SELECT t.id AS thing, t.title, t.org_path, t.registered_at,
        jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(t.lon, t.lat)) AS shape,
        nextval(pg_get_serial_sequence('sensing_location', 'id')) AS place,
        nextval(pg_get_serial_sequence('sensing_featureofinterest', 'id')) AS feature,
        nextval(pg_get_serial_sequence('sensing_historicallocation', 'id')) AS past
    FROM sensing_thing t WHERE t.lon IS NOT NULL AND t.lat IS NOT NULL AND t.id = ANY(%(things)s)
), features AS (
    INSERT INTO sensing_featureofinterest (id, org_path, name, description, encoding, feature, info)
    SELECT feature, org_path, title, '', 'application/geo+json', shape, '{}' FROM fresh
), places AS (
    INSERT INTO sensing_location (id, org_path, name, description, encoding, location, info, default_feature_id)
    SELECT place, org_path, title, '', 'application/geo+json', shape, '{}', feature FROM fresh
), pasts AS (
    INSERT INTO sensing_historicallocation (id, thing_id, time) SELECT past, thing, registered_at FROM fresh
), joins AS (
    INSERT INTO sensing_historicallocation_locations (historicallocation_id, location_id) SELECT past, place FROM fresh
)
INSERT INTO sensing_location_things (location_id, thing_id) SELECT place, thing FROM fresh
"""


def describe(profiles: Sequence[str]) -> None:
    """Bring sensors, observed properties and the words of streams up with some profiles."""
    with connection.cursor() as cursor:
        for sql in (_SENSORS, _PROPERTIES, _STREAMS):
            cursor.execute(sql, {"profiles": list(profiles), "types": json.dumps(dict(laws.OF_PROFILE))})


def place(things: Sequence[int]) -> None:
    """Give things that were registered with a position their place."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, {"things": list(things)})
