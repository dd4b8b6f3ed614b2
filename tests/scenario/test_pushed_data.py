"""A department's program hears that granted data changed, and hears nothing without a grant."""

from datetime import timedelta

import pyarrow as pa
import pytest
from tests.scenario.test_looking import MOTHER, served
from tests.scenario.test_serving import HOUSE, city, granted, lake_of_its_own, that_day
from tests.scenario.test_sharing import actor
from tests.scenario.test_webhooks import later, read, receiver, send, signed

from liangxi.core.lake import face as lake
from liangxi.core.webhooks import face as webhooks
from liangxi.kit import time
from liangxi.kit.errors import ForbiddenError
from liangxi.systems.data import face as data

assert city and that_day and lake_of_its_own and served and receiver
TYPE = "data.DatasetChanged"


def changed(name):
    rows = pa.table({"citizen_id": [MOTHER], "name": [name], "sex": ["F"]})
    lake.correct(by=HOUSE, table="resident_population", changes=rows, source="t")
    assert data.keep_serving() == 1


@pytest.mark.django_db(transaction=True)  # events are handed out after their commit
def test_a_change_is_pushed_to_who_holds_a_grant_until_it_ends(served, receiver):
    grant, secrets = granted(), {}
    data.keep_serving()
    with time.frozen(time.now() + timedelta(seconds=1)):
        for login, path in (("hrss", "hrss"), ("civil", "civil")):
            made = webhooks.subscribe(by=actor(login), name=login, url=receiver.url(path), types=[TYPE])
            secrets[path] = made.secret
        with pytest.raises(ForbiddenError):
            webhooks.subscribe(by=actor("clerk"), name="x", url=receiver.url("x"), types=[TYPE])
        receiver.answers["/hrss"] = [503]
        changed("张一")
        send()
        later(timedelta(hours=3))
        send()
    failed, call = receiver.heard["/hrss"]  # at least once: the one that failed came again
    event = read(call)
    assert event.get_type() == f"liangxi.{TYPE}" and event.get_subject() == "resident-population"
    said = event.get_data()
    assert (said["version"], said["batch"], said["changes"]) == (1, 1, 1)
    assert said["href"].endswith("/data/v1/resident-population/changes") and "张" not in str(call)
    assert failed[2] == 503 and not receiver.heard["/civil"] and signed(secrets["hrss"], call)
    data.change_grant(by=actor("police"), id=grant, deed="revoke", reason="到期")
    with time.frozen(time.now() + timedelta(seconds=5)):
        lake.correct(by=HOUSE, table="resident_population", source="t",
                     changes=pa.table({"citizen_id": [MOTHER], "name": ["张二"], "sex": ["F"]}))  # fmt: skip
        data.keep_serving()
        send()
    assert len(receiver.heard["/hrss"]) == 2
    assert not data.open_grants(org="hrss", resources=["resident-population"])
