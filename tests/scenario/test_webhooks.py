"""Programs outside hear of cases: a real receiver on this machine, read by the SDK of CloudEvents."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time as clock
from collections import defaultdict
from datetime import timedelta
from ipaddress import ip_network

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from django.test import Client
from tests.scenario.test_workbench import HOUSE, actor, city, desk, no

from liangxi.core.cases import face as cases
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.core.webhooks import face as webhooks
from liangxi.core.webhooks import models, sending
from liangxi.kit import time
from liangxi.kit.errors import ForbiddenError, InvalidError, NotFoundError

assert city
assert no  # the fixtures
TYPES = ("cases.CaseAccepted", "cases.MatterDecided", "cases.CaseReadyForHandOut")


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what it is told; `answers` says what it says to the calls of a path, one after the other, then 204."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Calls)
        self.heard, self.answers, self.held = defaultdict(list), defaultdict(list), threading.Event()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"


class Calls(http.server.BaseHTTPRequestHandler):
    """One call."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        waiting = self.server.answers[self.path]
        said = waiting.pop(0) if waiting else 204
        self.server.heard[self.path].append((dict(self.headers), body, said))
        if said == "slow":
            self.server.held.wait(30)
            said = 204
        self.send_response(said)
        if said == 503:
            self.send_header("Retry-After", "7200")
        self.end_headers()

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = (ip_network("127.0.0.0/8"),)
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.held.set()
    server.shutdown()
    thread.join()
    server.server_close()


def send(patience=20):
    """Let the worker work until nothing is due or under way."""
    deadline = clock.monotonic() + patience
    while webhooks.hand_out() + webhooks.send_due() or webhooks.unanswered():
        assert clock.monotonic() < deadline


def later(delta):
    """Time passes for what waits."""
    for row in models.Sending.objects.filter(state="due"):
        models.Sending.objects.filter(pk=row.pk).update(due_at=row.due_at - delta)


def read(call):
    headers, body, _ = call
    return from_http_event(HTTPMessage({name.lower(): value for name, value in headers.items()}, body))


def signed(secret, call):
    """Whether a call was signed with a secret, as a receiver of Standard Webhooks finds out."""
    headers = {name.lower(): value for name, value in call[0].items()}
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + call[1]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mark = "v1," + base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()
    return mark in headers["webhook-signature"].split()


def accept(no):
    cases.command(by=HOUSE, case=no, action="accept", key=f"accept-{no}")


def decide(no):
    for item in cases.case(by=HOUSE, no=no).items:
        if item.state == "reviewing":
            cases.command(by=HOUSE, case=item.no, action="decide", key=f"decide-{item.no}", body={"outcome": "approve"})


def test_each_hears_of_the_cases_that_he_may_see_and_of_no_person(receiver, settings, no):
    private_addresses_and_foreign_subscriptions_are_refused(settings)
    settings.WEBHOOK_NETWORKS = (ip_network("127.0.0.0/8"),)
    for one in webhooks.every_subscription(by=HOUSE):
        webhooks.end(by=HOUSE, id=one.id)
    mother, clerk = actor("mother", "public"), actor("window", "staff")
    own = webhooks.subscribe(by=mother, name="mine", url=receiver.url("mother"), types=TYPES)
    desk = webhooks.subscribe(by=clerk, name="desk", url=receiver.url("desk"), types=TYPES, mode="binary")
    stranger = webhooks.subscribe(by=mother, name="other", url=receiver.url("other"), types=TYPES)
    models.Subscription.objects.filter(pk=stranger.subscription.id).update(person="another")
    accept(no)
    decide(no)
    send()

    heard = [read(call) for call in receiver.heard["/mother"]]
    assert heard[0].get_type() == "liangxi.cases.CaseAccepted" and heard[0].get_subject() == no
    assert heard[0].get_data()["case"] == no and heard[0].get_data()["href"].endswith(f"/api/v1/cases/{no}")
    assert [event.get_extension("sequence") for event in heard] == sorted(e.get_extension("sequence") for e in heard)
    assert {event.get_type() for event in heard} == {"liangxi.cases.CaseAccepted", "liangxi.cases.MatterDecided"}
    assert all(signed(own.secret, call) for call in receiver.heard["/mother"])
    assert "/other" not in receiver.heard

    binary = [read(call) for call in receiver.heard["/desk"]]
    assert [event.get_id() for event in binary] == [event.get_id() for event in heard]
    assert receiver.heard["/desk"][0][0]["Content-Type"] == "application/json"
    assert signed(desk.secret, receiver.heard["/desk"][0]) and not signed(own.secret, receiver.heard["/desk"][0])
    said = b"".join(call[1] for path in receiver.heard for call in receiver.heard[path]).decode()
    for personal in (mother.person, mother.name, "applicant", "reason"):
        assert personal not in said

    people.end_post(by=HOUSE, post=people.posts_of(account=clerk.account)[0].id)
    models.Sending.objects.filter(subscription=desk.subscription.id).update(state="due", due_at=time.now())
    send()
    assert {row.state for row in models.Sending.objects.filter(subscription=desk.subscription.id)} == {"dropped"}


def test_a_receiver_that_fails_is_tried_again_in_order_and_nothing_is_lost(receiver, no):
    mother = actor("mother", "public")
    made = webhooks.subscribe(by=mother, name="mine", url=receiver.url("m"), types=TYPES)
    id = made.subscription.id
    receiver.answers["/m"] = [500, 302, 503]
    accept(no)
    decide(no)
    send()
    assert len(receiver.heard["/m"]) == 1  # what comes later waits behind the first
    later(timedelta(seconds=6))
    send()
    later(timedelta(seconds=40))
    send()
    assert len(receiver.heard["/m"]) == 3
    later(timedelta(minutes=30))
    send()
    assert len(receiver.heard["/m"]) == 3  # it asked for two hours
    later(timedelta(hours=2))
    send()
    kinds = [read(call).get_type() for call in receiver.heard["/m"]]
    assert kinds[:4] == ["liangxi.cases.CaseAccepted"] * 4 and set(kinds[4:]) == {"liangxi.cases.MatterDecided"}
    assert len({read(call).get_id() for call in receiver.heard["/m"][:4]}) == 1
    [one] = webhooks.subscriptions(by=mother)
    assert one.failing_since is None and one.waiting == one.dead == 0

    a_worker_that_died_loses_nothing(receiver, mother, id)
    a_new_secret_signs_beside_the_old_one_for_a_day(receiver, mother, made)
    webhooks.end(by=mother, id=id)
    a_slow_receiver_holds_nobody_up(receiver)
    for one in webhooks.subscriptions(by=mother):
        webhooks.end(by=mother, id=one.id)
    gone_down_and_dead(receiver)


def a_worker_that_died_loses_nothing(receiver, mother, id):
    """It had claimed a request: the lease runs out and another worker sends it."""
    webhooks.ping(by=mother, id=id)
    [claimed] = sending._claim(1)
    send()
    assert read(receiver.heard["/m"][-1]).get_type() != "liangxi.webhooks.Ping"
    later(sending.LEASE)
    send()
    assert read(receiver.heard["/m"][-1]).get_type() == "liangxi.webhooks.Ping"
    assert models.Sending.objects.get(pk=claimed).state == "done"


def a_new_secret_signs_beside_the_old_one_for_a_day(receiver, mother, made):
    id = made.subscription.id
    fresh = webhooks.rotate(by=mother, id=id)
    webhooks.ping(by=mother, id=id)
    send()
    assert signed(made.secret, receiver.heard["/m"][-1]) and signed(fresh.secret, receiver.heard["/m"][-1])
    models.Subscription.objects.filter(pk=id).update(rotated_at=time.now() - timedelta(days=2))
    webhooks.ping(by=mother, id=id)
    send()
    assert not signed(made.secret, receiver.heard["/m"][-1]) and signed(fresh.secret, receiver.heard["/m"][-1])


def a_slow_receiver_holds_nobody_up(receiver):
    mother = actor("mother", "public")
    slow = webhooks.subscribe(by=mother, name="slow", url=receiver.url("slow"), types=TYPES)
    quick = webhooks.subscribe(by=mother, name="quick", url=receiver.url("quick"), types=TYPES)
    receiver.answers["/slow"] = ["slow"]
    for one in (slow, quick):
        webhooks.ping(by=mother, id=one.subscription.id)
    deadline = clock.monotonic() + 20
    while not receiver.heard["/quick"] or webhooks.unanswered() > 1:
        began = clock.monotonic()
        webhooks.send_due()
        assert clock.monotonic() - began < 5
        assert clock.monotonic() < deadline
    assert models.Sending.objects.get(subscription=slow.subscription.id).state == "due"
    receiver.held.set()
    send()
    assert models.Sending.objects.get(subscription=slow.subscription.id).state == "done"


def gone_down_and_dead(receiver):
    mother, manager = actor("mother", "public"), HOUSE
    gone = webhooks.subscribe(by=mother, name="gone", url=receiver.url("gone"), types=TYPES).subscription.id
    receiver.answers["/gone"] = [410]
    webhooks.ping(by=mother, id=gone)
    send()
    [one] = webhooks.subscriptions(by=mother)
    assert one.state == "disabled" and one.reason == "gone" and one.dead == 1
    assert "gone" in messages.inbox(by=mother)[0].text
    webhooks.enable(by=manager, id=gone)
    assert webhooks.resend(by=manager, id=gone) == 1
    send()
    assert webhooks.subscriptions(by=mother)[0].dead == 0 and len(receiver.heard["/gone"]) == 2

    register = webhooks.subscribe(by=actor("window"), name="register", url=receiver.url("register"), types=TYPES)
    receiver.answers["/register"] = [410]
    webhooks.ping(by=actor("window"), id=register.subscription.id)
    send()
    for page in ("/desk/", "/office/own/"):  # staff have no box: it stands where they begin and where they mend it
        assert "A webhook was switched off" in desk("window").get(page).content.decode(), page
    webhooks.end(by=actor("window"), id=register.subscription.id)
    assert "switched off" not in desk("window").get("/desk/").content.decode()

    down = webhooks.subscribe(by=mother, name="down", url="http://127.0.0.1:9/", types=TYPES).subscription.id
    webhooks.ping(by=mother, id=down)
    send()
    models.Subscription.objects.filter(pk=down).update(failing_since=time.now() - timedelta(days=2))
    for _ in range(9):
        later(timedelta(days=1))
        send()
    [sent] = webhooks.deliveries(by=mother, id=down)
    assert sent.state == "dead" and sent.tries == 10 and "refused" in sent.error
    models.Subscription.objects.filter(pk=down).update(failing_since=time.now() - timedelta(days=4))
    webhooks.ping(by=mother, id=down)
    send()
    assert {row.id: row.reason for row in webhooks.every_subscription(by=manager)}[down] == "failing"
    assert [one.id for one in webhooks.closed_subscriptions(by=manager, everybody=True)] == [down]
    webhooks.end(by=mother, id=down)
    with pytest.raises(NotFoundError):
        webhooks.end(by=mother, id=down)


def private_addresses_and_foreign_subscriptions_are_refused(settings):
    mother, clerk = actor("mother", "public"), actor("window", "staff")
    settings.WEBHOOK_NETWORKS = ()
    for url in ("http://example.org/", "https://127.0.0.1/", "https://10.0.0.8/x", "https://[::1]/", "ftp://a/", "x",
                "https://u:p@example.org/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/"):  # fmt: skip
        with pytest.raises(InvalidError) as refused:
            webhooks.subscribe(by=mother, name="x", url=url, types=TYPES)
        assert set(refused.value.fields) == {"url"}, url
    with pytest.raises(InvalidError) as refused:
        webhooks.subscribe(by=mother, name="", url="https://example.org/", types=("cases.Nothing",), mode="x")
    assert set(refused.value.fields) == {"name", "types", "mode"}

    # A name that leads inside is refused when it is called, whatever it led to before.
    inside = webhooks.subscribe(by=mother, name="inside", url="https://localhost/", types=TYPES).subscription.id
    webhooks.ping(by=mother, id=inside)
    send()
    assert "not open to the house" in webhooks.deliveries(by=mother, id=inside)[0].error
    for deed in (webhooks.rotate, webhooks.end, webhooks.ping, webhooks.enable):
        with pytest.raises(NotFoundError):
            deed(by=clerk, id=inside)
    with pytest.raises(ForbiddenError):
        webhooks.every_subscription(by=mother)

    until = time.today() + timedelta(days=9)
    key = people.issue_api_key(by=mother, name="x", scope="write", until=until).secret
    api = Client(headers={"authorization": f"Bearer {key}"})
    body = {"name": "api", "url": "https://example.org/hook", "types": ["cases.CaseClosed"]}
    made = api.post("/api/v1/subscriptions", json.dumps(body), content_type="application/json")
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_")
    id = made.json()["subscription"]["id"]
    assert "secret" not in api.get("/api/v1/subscriptions").json()["items"][0]
    assert api.post(f"/api/v1/subscriptions/{id}/ping").status_code == 204
    assert api.get(f"/api/v1/subscriptions/{id}/deliveries").json()["items"][0]["type"] == "webhooks.Ping"
    assert api.delete(f"/api/v1/subscriptions/{id}").status_code == 204
    assert api.get("/api/v1/event-types").json()["items"] == list(webhooks.topics())
