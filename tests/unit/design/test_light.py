"""What a light says: the promise and the law are two limits."""

from datetime import timedelta

import pytest
from django.utils import translation

from liangxi.kit import time
from liangxi.portals.design.templatetags.design import light


@pytest.mark.parametrize(
    ("value", "hours", "said"),
    [
        ("green", 9, "正常"),
        ("yellow", 9, "将到期"),
        ("yellow", -9, "超承诺"),
        ("red", -9, "超期"),
        ("paused", -9, "计时暂停"),
    ],
)
def test_yellow_tells_a_promise_that_ends_from_one_that_was_missed(value, hours, said):
    with translation.override("zh-hans"):
        assert said in light(value, due=time.now() + timedelta(hours=hours))


def test_what_has_no_light_has_a_dash():
    assert "—" in light(None) and "—" in light("violet")
