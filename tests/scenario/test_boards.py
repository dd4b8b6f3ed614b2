"""Boards of things: what each says, what is in alarm, what is silent; and only what one may see."""

from datetime import timedelta

from django.conf import settings
from tests.scenario.test_alarms import Town
from tests.scenario.test_sensing import NOW, WATER, city, gauge
from tests.scenario.test_sensing_pages import desk, water

from liangxi.kit.time import frozen
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import AlarmRule

assert city and water  # the fixtures


def test_a_board_shows_values_alarms_and_silence(water):
    assert "There are no things yet" in water.get("/office/boards/").content.decode()
    sensing.register_things(by=WATER, rows=[gauge("gauge-1", title="蠡湖"), gauge("gauge-2", title="长广溪")])
    high = AlarmRule(title="水位超警戒", profile="water_level", property="level", org="water", severity="high", high=4)
    sensing.put_alarm_rule(by=WATER, rule=high)
    town = Town(settings.CONFIG.sensing)
    town.say(("level", 1, 4.5))
    opened = water.get("/office/boards/")
    assert opened["Location"] == "/office/boards/water_level/"
    page = water.get(opened["Location"]).content.decode()
    assert "4.5 m" in page and "1 in alarm" in page and "水位超警戒" in page and "1 silent" in page
    assert page.count("stat--red") == 1 and page.count("stat--stale") == 1 and "nothing yet" in page
    with frozen(NOW + timedelta(hours=1)):
        assert "2 silent" in desk("water").get("/office/boards/water_level/").content.decode()
    assert water.get("/office/boards/no_such/").status_code == 404
    assert desk("ecology").get("/office/boards/water_level/").status_code == 404
