"""Tickets for live pages: ours, in time, and nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liangxi.kit import tickets, time
from liangxi.kit.errors import ForbiddenError

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TOPICS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=20)


@given(TOPICS)
def test_a_ticket_gives_back_its_topics(topics):
    with time.frozen(NOW):
        assert tickets.read(tickets.issue(topics, secret="s"), secret="s") == tuple(topics)


@given(st.data())
def test_a_changed_ticket_is_refused(data):
    with time.frozen(NOW):
        good = tickets.issue(["case:20261123-0007"], secret="s")
        place = data.draw(st.integers(0, len(good) - 2))  # the last letter carries bits that mean nothing
        letter = data.draw(st.sampled_from([c for c in "ABCabc019-_" if c != good[place]]))
        with pytest.raises(ForbiddenError) as refused:
            tickets.read(good[:place] + letter + good[place + 1 :], secret="s")
    assert refused.value.code == "live.ticket"


@pytest.mark.parametrize("text", ["", "a", "=", "中文", "!!!!", "AAAA" * 1000])
def test_what_is_no_ticket_is_refused(text):
    with pytest.raises(ForbiddenError):
        tickets.read(text, secret="s")


def test_a_ticket_of_another_deployment_is_refused():
    with pytest.raises(ForbiddenError):
        tickets.read(tickets.issue(["case:1"], secret="theirs"), secret="ours")


def test_a_ticket_ends_with_its_hour():
    with time.frozen(NOW):
        ticket = tickets.issue(["case:1"], secret="s")
    with time.frozen(NOW + timedelta(minutes=59)):
        assert tickets.read(ticket, secret="s") == ("case:1",)
    with time.frozen(NOW + timedelta(hours=1)), pytest.raises(tickets.ExpiredTicketError):
        tickets.read(ticket, secret="s")


@pytest.mark.parametrize("count", [0, 21])
def test_a_ticket_holds_one_to_twenty_topics(count):
    with pytest.raises(ValueError, match="1 to 20"):
        tickets.issue(["case:1"] * count, secret="s")
