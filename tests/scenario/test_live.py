"""Open pages hear of what concerns them, and of nothing else."""

import asyncio
import json
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings

from liangxi.kit import tickets
from liangxi.live import push as live
from liangxi.live.push import Push

SECRET = "s"
PATIENCE = 20.0


class Browser:
    """One open page over bare ASGI; `stalls` makes it stop reading after the headers."""

    def __init__(self, push, ticket, method="GET"):
        self.got = asyncio.Queue()
        self.status = None
        self.may_read = asyncio.Event()
        self.may_read.set()
        self._left = asyncio.Event()
        scope = {"type": "http", "method": method, "path": "/live/", "query_string": f"t={ticket}".encode()}
        self.visit = asyncio.create_task(push(scope, self._receive, self._send))

    async def _receive(self):
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        await self.may_read.wait()
        await self.got.put(message["body"])

    async def event(self):
        """The next message that is neither comment nor greeting."""
        while True:
            async with asyncio.timeout(PATIENCE):
                body = await self.got.get()
            if body.startswith(b"event: "):
                name, data = body.decode().strip().split("\n")
                return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))

    async def leave(self):
        self._left.set()
        await asyncio.wait_for(self.visit, PATIENCE)


async def notify(topic, **data):
    async with await psycopg.AsyncConnection.connect(settings.CONFIG.database_url, autocommit=True) as db:
        await db.execute("SELECT pg_notify('liangxi_live', %s)", [json.dumps({"topic": topic, "data": data})])


async def listening(push, browser, topic):
    """Notices before LISTEN are nobody's: knock until the page hears."""
    while True:
        await notify(topic, knock=1)
        try:
            async with asyncio.timeout(0.3):
                return await browser.event()
        except TimeoutError:
            continue


def visit(story):
    """Run `story(push)` with a push process that listens to the test's database."""

    async def go():
        push = Push(database_url=settings.CONFIG.database_url, secret=SECRET)
        push.start()
        try:
            async with asyncio.timeout(60):
                await story(push)
        finally:
            await push.stop()

    asyncio.run(go())


def test_a_page_hears_its_own_topics_only():
    async def story(push):
        mine = Browser(push, tickets.issue(["case:1"], secret=SECRET))
        other = Browser(push, tickets.issue(["case:2", "inbox:health"], secret=SECRET))
        await listening(push, mine, "case:1")
        await notify("case:1", state="accepted")
        await notify("inbox:health", count=3)
        heard = await mine.event()
        while heard[1]["data"].get("knock"):
            heard = await mine.event()
        assert heard == ("case", {"topic": "case:1", "data": {"state": "accepted"}})
        assert await other.event() == ("inbox", {"topic": "inbox:health", "data": {"count": 3}})
        await mine.leave()
        await other.leave()
        assert not push._open
        assert not push._pages

    visit(story)


@pytest.mark.parametrize(
    ("ticket", "method", "status"),
    [
        ("nonsense", "GET", 403),
        ("", "GET", 403),
        (tickets.issue(["case:1"], secret="another"), "GET", 403),
        (tickets.issue(["case:1"], secret=SECRET, lifetime=timedelta(seconds=-1)), "GET", 204),
        (tickets.issue(["case:1"], secret=SECRET), "POST", 405),
    ],
    ids=["nonsense", "none", "forged", "ended", "method"],
)
def test_without_a_good_ticket_nothing_is_heard(ticket, method, status):
    async def story(push):
        browser = Browser(push, ticket, method)
        await asyncio.wait_for(browser.visit, PATIENCE)
        assert browser.status == status
        assert not push._open

    visit(story)


def test_a_page_that_reads_too_slowly_is_told_to_reload_and_costs_no_memory():
    async def story(push):
        browser = Browser(push, tickets.issue(["case:1"], secret=SECRET))
        await listening(push, browser, "case:1")
        browser.may_read.clear()
        for number in range(3 * live.QUEUE):
            push._hear(json.dumps({"topic": "case:1", "data": {"number": number}}))
        assert next(iter(push._open))._queue.qsize() <= live.QUEUE
        browser.may_read.set()
        heard = [await browser.event() for _ in range(3)]
        assert ("reload", {}) in heard
        await browser.leave()

    visit(story)


def test_pages_reload_after_the_database_was_away():
    async def story(push):
        browser = Browser(push, tickets.issue(["case:1"], secret=SECRET))
        await listening(push, browser, "case:1")
        async with await psycopg.AsyncConnection.connect(settings.CONFIG.database_url, autocommit=True) as db:
            await db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = %s", [f"LISTEN {live.CHANNEL}"]
            )
        heard = await browser.event()
        while heard[0] != "reload":
            heard = await browser.event()
        await listening(push, browser, "case:1")
        await browser.leave()

    visit(story)


def test_a_full_house_asks_to_come_back(monkeypatch):
    monkeypatch.setattr(live, "MOST_PAGES", 1)

    async def story(push):
        ticket = tickets.issue(["case:1"], secret=SECRET)
        first = Browser(push, ticket)
        await listening(push, first, "case:1")
        second = Browser(push, ticket)
        await asyncio.wait_for(second.visit, PATIENCE)
        assert second.status == 503
        await first.leave()

    visit(story)


def test_when_the_process_stops_every_stream_ends():
    async def story(push):
        browser = Browser(push, tickets.issue(["case:1"], secret=SECRET))
        await listening(push, browser, "case:1")
        push.end_pages()
        await asyncio.wait_for(browser.visit, PATIENCE)

    visit(story)
