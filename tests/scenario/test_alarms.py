"""Alarms from an observation to the one who handles it: raised once, told once, kept quiet when they should be."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from tests.scenario.test_sensing import ECOLOGY, NOW, WATER, city, gauge, officer  # noqa: F401

from liangxi.core.audit import face as audit
from liangxi.core.people.shapes import roles
from liangxi.kit.actor import system
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.kit.series import blocks
from liangxi.kit.time import frozen
from liangxi.live.intake import admission, watch
from liangxi.live.intake.directory import Directory
from liangxi.live.intake.engine import Engine
from liangxi.live.intake.watch import Watch
from liangxi.systems.sensing import face as sensing
from liangxi.systems.sensing.shapes import AlarmRule, Maintenance

HOUSE = system("test")
MICROS = admission.micros(NOW)
CLERK = officer(roles.CLERK, "water")
SECOND = 1_000_000


class Town:
    """An engine and its watch, stepped by hand; `tick` moves the clock that nobody can set."""

    def __init__(self, folder):
        self.folder, self.seconds = folder, 1000.0
        self.directory = Directory()
        self.open()

    def open(self):
        self.directory.refresh()
        self.engine = Engine(self.folder, clock=lambda: MICROS)
        self.watch = Watch(self.engine, self.directory, clock=lambda: self.seconds)
        self.watch.turn()

    def say(self, *rows, thing="gauge-1"):
        """Store (property, seconds, value) and let the rules see it."""
        streams = self.directory.by_code[thing].streams
        self.engine._write(blocks.batch([(streams[name], MICROS + at * SECOND, value) for name, at, value in rows]))
        self.watch.turn()

    def tick(self, seconds):
        self.seconds += seconds
        self.watch.turn()

    def renew(self):
        self.directory.refresh()
        self.watch.refresh()
        self.watch.turn()

    def crash(self):
        """The process dies and comes back: what was not kept is gone."""
        self.engine._table.close()
        self.engine._log.close()
        self.open()


@pytest.fixture
def town(city, tmp_path):  # noqa: F811
    sensing.register_things(by=WATER, rows=[gauge("gauge-1", division="d1"), gauge("gauge-2", division="d1")])
    return Town(tmp_path)


def rule(**more):
    return AlarmRule(**({"title": "水位高", "profile": "water_level", "property": "level", "org": "water",
                         "severity": "high", "high": 3.0, "hysteresis": 0.5} | more))  # fmt: skip


def told():
    """What the outside hears; the stream itself shows only what is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, subject FROM events_event WHERE type LIKE 'sensing.%' ORDER BY id")
        return [(name.rpartition(".")[2], subject) for name, subject in cursor.fetchall()]


def standing():
    return sensing.alarms(by=WATER).rows


def test_an_alarm_lives_from_the_observation_to_the_acknowledgement(town):
    sensing.put_alarm_rule(by=WATER, rule=rule())
    town.renew()
    town.say(("level", 1, 2.0), ("level", 2, 3.5), ("level", 3, 3.6))
    (alarm,) = standing()
    assert (alarm.thing, alarm.property, alarm.severity, alarm.state, alarm.value) == (
        "gauge-1", "level", "high", "unacknowledged", 3.5
    )  # fmt: skip
    assert alarm.raised_at == NOW + timedelta(seconds=2)
    assert sensing.alarms(by=WATER).open == {"high": 1}
    assert sensing.alarms(by=ECOLOGY).rows == ()
    sensing.handle_alarm(by=WATER, id=alarm.id, deed="assign")
    sensing.handle_alarm(by=WATER, id=alarm.id, deed="acknowledge", note="已派人")
    assert standing()[0].state == "acknowledged"
    town.say(("level", 4, 2.9))
    assert standing()[0].is_active, "within the hysteresis it stands"
    town.say(("level", 5, 2.4))
    assert standing() == ()
    over = sensing.alarm(by=WATER, id=alarm.id)
    assert (over.state, over.assignee, [one.what for one in over.entries]) == (
        "normal", "water", ["raised", "assign", "acknowledge", "cleared"]
    )  # fmt: skip
    assert told() == [("AlarmRaised", f"alarm:{alarm.id}"), ("AlarmCleared", f"alarm:{alarm.id}")]
    with pytest.raises(ConflictError):
        sensing.handle_alarm(by=WATER, id=alarm.id, deed="acknowledge")
    audit.seal()
    done = [entry.action for entry in audit.entries_of(by=HOUSE, object=f"alarm:{alarm.id}").entries]
    assert done == ["sensing.alarm.acknowledge", "sensing.alarm.assign"]


def test_after_a_crash_nothing_is_raised_twice_and_nothing_is_missed(town, monkeypatch):
    sensing.put_alarm_rule(by=WATER, rule=rule(hold=5))
    town.renew()
    town.say(("level", 1, 4.0))
    town.watch.keep()
    town.say(("level", 7, 4.0), ("level", 8, 1.0))
    (alarm,) = standing()
    assert alarm.state == "returned"
    town.crash()  # the snapshot is older than the alarm: it is raised and cleared again, and counts once
    assert standing() == (alarm,)
    assert len(told()) == 2
    with monkeypatch.context() as broken:
        broken.setattr(watch.sensing, "record_changes", _away)
        for _ in range(2):
            with pytest.raises(OperationalError):
                town.say(("level", 10, 5.0), ("level", 20, 5.0))
        town.watch.keep()
    town.watch.turn()
    assert standing()[0].is_active, "what the database could not take is told when it is back"
    (town.folder / "rules.npz").unlink(missing_ok=True)
    town.engine.roll()
    town.engine.checkpoint()
    town.crash()
    assert standing()[0].is_active
    town.say(("level", 30, 1.0))
    assert not standing()[0].is_active, "an alarm that stood in the database ends, though the state was lost"


def _away(**_):
    raise OperationalError("away")


def test_offline_is_exact_and_ends_with_the_first_word(town):
    after = next(one for one in sensing.profiles() if one.code == "water_level").offline_after
    town.say(("level", 1, 1.0))
    town.tick(after - 1)
    assert standing() == ()
    town.say(("level", 2, 1.0))  # gauge-1 speaks a second before the end; gauge-2 never did
    town.tick(1)
    assert [one.thing for one in standing()] == ["gauge-2"]
    town.tick(after - 2)
    assert [one.thing for one in standing()] == ["gauge-2"]
    town.tick(1)
    assert {one.thing for one in standing()} == {"gauge-1", "gauge-2"}
    town.crash()
    town.tick(after + 1)
    assert len(standing()) == 2, "known to be silent: not again"
    town.say(("level", 3, 1.0))
    town.say(("battery", 3, 12.0), thing="gauge-2")
    assert {one.state for one in standing()} == {"returned"}


def test_absence_of_one_property_and_groups(town):
    sensing.put_alarm_rule(
        by=WATER, rule=rule(title="无电压", property="battery", kind="absence", high=None, after=60.0)
    )
    sensing.put_alarm_rule(by=WATER, rule=rule(title="片区内涝", kind="group", share=1.0, least=2))
    town.renew()
    town.say(("level", 1, 4.0), ("battery", 1, 12.0))
    town.tick(59)
    assert standing() == ()
    town.say(("level", 2, 4.0), thing="gauge-2")
    assert [(one.title, one.place, one.thing) for one in standing()] == [("片区内涝", "d1", "")]
    town.tick(2)
    assert sorted(one.title for one in standing()) == ["无电压", "无电压", "片区内涝"]
    town.say(("level", 3, 1.0), thing="gauge-2")
    assert [one.is_active for one in standing() if one.place] == [False]


def test_work_keeps_alarms_quiet_until_it_is_done(town):
    sensing.put_alarm_rule(by=WATER, rule=rule())
    work = Maintenance(thing="gauge-1", since=NOW, until=NOW + timedelta(hours=1), reason="校准")
    sensing.plan_maintenance(by=WATER, work=work)
    town.renew()
    town.say(("level", 1, 4.0))
    town.say(("level", 1, 4.0), thing="gauge-2")
    assert {one.thing: one.state for one in standing()} == {"gauge-1": "suppressed", "gauge-2": "unacknowledged"}
    assert len(told()) == 1
    with frozen(NOW + timedelta(hours=2)):
        town.tick(2)
        assert {one.state for one in standing()} == {"unacknowledged"}
        assert len(told()) == 2
    for work in (
        Maintenance(org="water", since=NOW, until=NOW, reason="x"),
        Maintenance(org="water", since=NOW, until=NOW + timedelta(hours=1), reason=" "),
    ):
        with pytest.raises(InvalidError):
            sensing.plan_maintenance(by=WATER, work=work)


def test_shelving_flapping_and_ending_by_hand(town):
    sensing.put_alarm_rule(by=WATER, rule=rule())
    town.renew()
    for n in range(8):
        town.say(("level", 10 * n + 1, 4.0), ("level", 10 * n + 2, 1.0))
    (alarm,) = standing()
    assert alarm.flaps == 7
    assert len(told()) < 12, "who comes back all the time is not told all the time"
    until = NOW + timedelta(days=1)
    for wrong in (NOW, NOW + timedelta(days=8)):
        with pytest.raises(InvalidError):
            sensing.handle_alarm(by=WATER, id=alarm.id, deed="shelve", until=wrong)
    sensing.handle_alarm(by=WATER, id=alarm.id, deed="shelve", until=until)
    assert standing()[0].state == "shelved"
    sensing.handle_alarm(by=WATER, id=alarm.id, deed="unshelve")
    for deed in ("clear", "comment"):
        with pytest.raises(InvalidError):
            sensing.handle_alarm(by=WATER, id=alarm.id, deed=deed, note=" ")
    sensing.handle_alarm(by=WATER, id=alarm.id, deed="clear", note="误报")
    assert standing() == ()
    for by, error in ((CLERK, NotFoundError), (ECOLOGY, NotFoundError)):
        with pytest.raises(error):
            sensing.handle_alarm(by=by, id=alarm.id, deed="acknowledge")
    with pytest.raises(NotFoundError):
        sensing.alarm(by=WATER, id="no-id")


def test_a_rule_that_is_switched_off_ends_its_alarms(town):
    id = sensing.put_alarm_rule(by=WATER, rule=rule())
    town.renew()
    town.say(("level", 1, 4.0))
    sensing.switch_alarm_rule(by=WATER, id=id, is_on=False)
    town.renew()
    assert [one.is_active for one in standing()] == [False]
    town.say(("level", 2, 4.5))
    assert [one.is_active for one in standing()] == [False]
    with pytest.raises(NotFoundError):
        sensing.switch_alarm_rule(by=ECOLOGY, id=id, is_on=True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"kind": "offline"}, "kind"),
        ({"severity": "grave"}, "severity"),
        ({"profile": "none"}, "profile"),
        ({"property": "none"}, "property"),
        ({"profile": "smoke_detector", "property": "status"}, "property"),
        ({"high": None}, "high"),
        ({"high": float("inf")}, "high"),
        ({"low": 9.0}, "low"),
        ({"hold": -1.0}, "hold"),
        ({"kind": "absence"}, "after"),
        ({"kind": "group"}, "share"),
    ],
)
def test_a_wrong_rule_is_refused_by_field(city, change, field):  # noqa: F811
    with pytest.raises(InvalidError) as refused:
        sensing.put_alarm_rule(by=WATER, rule=rule(**change))
    assert list(refused.value.fields) == [field]
    assert all(one.kind == "offline" for one in sensing.alarm_rules(by=WATER))


def test_rules_are_written_within_ones_scope(town):
    with pytest.raises(ForbiddenError):
        sensing.put_alarm_rule(by=ECOLOGY, rule=rule())
    with pytest.raises(ForbiddenError):
        sensing.put_alarm_rule(by=WATER, rule=rule(org=""))
    with pytest.raises(NotFoundError):
        sensing.put_alarm_rule(by=WATER, rule=rule(thing="none"))
