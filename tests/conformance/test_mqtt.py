"""The broker with the clients that devices use (paho): MQTT 3.1.1 and 5.0."""

import asyncio
import contextlib
import queue
import socket
import threading

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from liangxi.gateways.mqtt.broker import Broker
from liangxi.gateways.mqtt.server import Address, Server
from liangxi.gateways.mqtt.store import Memory

PATIENCE = 10.0
BOTH = pytest.mark.parametrize("version", [paho.MQTTv311, paho.MQTTv5])


class Anyone:
    """Somebody who may everything but what is called secret."""

    who = "anyone"

    def may_publish(self, topic):
        return not topic.startswith("secret")

    def may_hear(self, topic):
        return not topic.startswith("secret")

    def may_subscribe(self, levels):
        return levels[0] != "secret"


class OpenHouse:
    """Lets everybody in who does not say a wrong password, and takes nothing for itself."""

    async def known(self, user, password):
        return None if password == b"wrong" else Anyone()

    def is_taken(self, topic):
        return False

    def still(self, principal, password):
        return True


class Running:
    """A broker in a thread."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.broker = None
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.broker = Broker(Memory())
        self.server = Server(self.broker, OpenHouse())
        self.loop.run_until_complete(self.server.start(Address(socket.create_server(("127.0.0.1", 0)))))
        self.port = self.server.ports[0]
        self.loop.call_soon(self.ready.set)
        self.loop.run_forever()
        self.loop.run_until_complete(self.server.stop())
        self.loop.close()

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(PATIENCE)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


@pytest.fixture(scope="module")
def house():
    with Running() as running:
        yield running


class Client:
    """A paho client with what it heard."""

    def __init__(self, port, name="", version=paho.MQTTv311, *, clean=True, expiry=0, will=None, **more):
        self.heard, self.events = queue.Queue(), queue.Queue()
        options = {"clean_session": clean} if version == paho.MQTTv311 else {}
        self.paho = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=version, **options)
        say = self.events.put
        self.paho.on_message = lambda _c, _u, message: self.heard.put(message)
        self.paho.on_connect = lambda _c, _u, flags, reason, held: say(("in", flags, reason, held))
        self.paho.on_subscribe = lambda _c, _u, mid, reasons, _p: say(("subscribed", reasons))
        self.paho.on_unsubscribe = lambda _c, _u, mid, reasons, _p: say(("unsubscribed", reasons))
        self.paho.on_disconnect = lambda _c, _u, flags, reason, _p: say(("out", reason))
        self.paho.on_publish = lambda _c, _u, mid, reason, held: say(("published", reason, held))
        if will:
            self.paho.will_set(*will[:4], properties=will[4] if len(will) > 4 else None)
        if more.get("password"):
            self.paho.username_pw_set("x", more["password"])
        sent = {}
        if version == paho.MQTTv5:
            sent["clean_start"] = clean
            sent["properties"] = held(PacketTypes.CONNECT, SessionExpiryInterval=expiry, **more.get("properties", {}))
        self.paho.connect("127.0.0.1", port, more.get("keepalive", 60), **sent)
        self.paho.loop_start()
        _, self.flags, self.reason, self.properties = self.event("in")

    def event(self, kind):
        while True:
            found = self.events.get(timeout=PATIENCE)
            if found[0] == kind:
                return found

    def subscribe(self, *wishes, **more):
        self.paho.subscribe(list(wishes), **more)
        return [one.value for one in self.event("subscribed")[1]]

    def publish(self, topic, payload, qos=1, retain=False, **more):
        self.paho.publish(topic, payload, qos, retain, **more)
        _, reason, _ = self.event("published")
        return reason.value

    def next(self):
        return self.heard.get(timeout=PATIENCE)

    def nothing(self, marker):
        """Nothing came before a message that is sent now."""
        self.publish(marker, b"marker")
        found = self.next()
        assert found.topic == marker, found.topic

    def close(self, **more):
        self.paho.disconnect(**more)
        self.paho.loop_stop()

    def drop(self):
        """Go without a word."""
        self.paho.loop_stop()
        with contextlib.suppress(OSError):
            self.paho.socket().shutdown(socket.SHUT_RDWR)
        self.paho._sock_close()


def held(packet, **values):
    found = Properties(packet)
    for name, value in values.items():
        setattr(found, name, value)
    return found


@pytest.fixture
def client(house):
    made = []

    def make(*arguments, **more):
        made.append(Client(house.port, *arguments, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


@BOTH
def test_messages_of_every_qos_reach_those_who_listen(client, version):
    ear, mouth = client("ear", version), client("mouth", version)
    assert ear.subscribe(("a/+/c", 2), ("b/#", 1)) == [2, 1]
    for qos in (0, 1, 2):
        mouth.publish("a/x/c", f"q{qos}".encode(), qos)
        found = ear.next()
        assert (found.topic, found.payload, found.qos, found.retain) == ("a/x/c", f"q{qos}".encode(), qos, False)
    mouth.publish("b/1/2/3", b"deep", 2)
    assert (found := ear.next()).payload == b"deep" and found.qos == 1
    mouth.publish("b", b"itself", 2)
    assert ear.next().payload == b"itself"
    mouth.publish("$b/x", b"hidden")
    mouth.publish("a/x/c/d", b"too deep")
    ear.paho.unsubscribe("b/#")
    ear.event("unsubscribed")
    mouth.publish("b/1", b"not wanted any more")
    mouth.publish("a/y/c", b"end")
    assert ear.next().payload == b"end"


@BOTH
def test_order_and_bulk(client, version):
    ear, mouth = client("bulk-ear", version), client("bulk-mouth", version)
    ear.subscribe(("bulk", 2))
    for n in range(600):
        mouth.paho.publish("bulk", str(n), 1 + n % 2)
    found = [int(ear.next().payload) for _ in range(600)]
    assert sorted(found) == list(range(600))
    for parity in (0, 1):
        assert [n for n in found if n % 2 == parity] == [n for n in range(600) if n % 2 == parity]


@BOTH
def test_what_is_retained_greets_and_an_empty_message_clears_it(client, version):
    mouth = client("r-mouth", version)
    mouth.publish(f"kept/{version}/1", b"one", 1, True)
    mouth.publish(f"kept/{version}/2", b"two", 0, True)
    mouth.publish(f"kept/{version}/1", b"newer", 1, True)
    ear = client("r-ear", version)
    ear.subscribe((f"kept/{version}/+", 1))
    got = {found.topic[-1]: (found.payload, found.retain) for found in (ear.next(), ear.next())}
    assert got == {"1": (b"newer", True), "2": (b"two", True)}
    mouth.publish(f"kept/{version}/1", b"", 1, True)
    assert (found := ear.next()).payload == b"" and not found.retain
    late = client("r-late", version)
    late.subscribe((f"kept/{version}/1", 1), ("marker/r", 1))
    late.nothing("marker/r")


@BOTH
def test_a_session_outlives_its_connection(client, version):
    ear = client(f"sleeper-{version}", version, clean=False, expiry=1000)
    assert not ear.flags.session_present
    ear.subscribe(("sleep/#", 2))
    ear.close()
    mouth = client("waker", version)
    for qos in (0, 1, 2):
        mouth.publish("sleep/1", f"q{qos}".encode(), qos)
    ear = client(f"sleeper-{version}", version, clean=False, expiry=1000)
    assert ear.flags.session_present
    assert [(found.payload, found.qos) for found in (ear.next(), ear.next())] == [(b"q1", 1), (b"q2", 2)]
    ear.close()
    fresh = client(f"sleeper-{version}", version, clean=True)
    assert not fresh.flags.session_present
    fresh.close()
    again = client(f"sleeper-{version}", version, clean=False, expiry=1000)
    assert not again.flags.session_present
    again.subscribe(("marker/s", 1))
    mouth.publish("sleep/1", b"nobody hears it")
    again.nothing("marker/s")


@BOTH
def test_a_will_is_published_when_its_client_goes_without_a_word(client, version):
    ear = client("mourner", version)
    ear.subscribe(("will/#", 1))
    quiet = client("quiet", version, will=("will/quiet", b"gone", 1, False))
    quiet.close()
    lost = client("lost", version, will=("will/lost", b"gone", 1, True))
    lost.drop()
    found = ear.next()
    assert (found.topic, found.payload) == ("will/lost", b"gone")


@BOTH
def test_a_second_client_of_a_name_takes_over_and_the_will_of_the_first_is_said(client, version):
    ear = client("twins-ear", version)
    ear.subscribe(("will/twin", 1))
    first = client("twin", version, will=("will/twin", b"gone", 1, False))
    client("twin", version)
    assert ear.next().payload == b"gone"
    reason = first.event("out")[1]
    first.paho.loop_stop()
    assert version == paho.MQTTv311 or reason.value == 0x8E


@BOTH
def test_who_may_not_is_told(client, house, version):
    refused = client("stranger", version, password="wrong")
    assert refused.reason.is_failure
    refused.paho.loop_stop()
    ear = client("nosy", version)
    assert ear.subscribe(("secret/x", 1), ("fine", 1)) == [0x87 if version == paho.MQTTv5 else 0x80, 1]
    if version == paho.MQTTv5:
        assert ear.publish("secret/x", b"1") == 0x87
        assert ear.publish("nobody/listens", b"1") == 0x10
    else:
        ear.paho.publish("secret/x", b"1", 1)
        ear.event("out")


def test_properties_of_version_5_travel_with_the_message(client):
    ear, mouth = client("p-ear", paho.MQTTv5), client("p-mouth", paho.MQTTv5)
    ear.subscribe(("props/#", 1), properties=held(PacketTypes.SUBSCRIBE, SubscriptionIdentifier=77))
    sent = held(
        PacketTypes.PUBLISH, PayloadFormatIndicator=1, MessageExpiryInterval=60, ContentType="text/plain",
        ResponseTopic="answer/here", CorrelationData=b"\x00\x01", UserProperty=[("a", "1"), ("a", "2")],
    )  # fmt: skip
    mouth.publish("props/1", "文".encode(), 1, properties=sent)
    found = ear.next().properties
    assert found.PayloadFormatIndicator == 1 and found.ContentType == "text/plain"
    assert found.ResponseTopic == "answer/here" and found.CorrelationData == b"\x00\x01"
    assert found.UserProperty == [("a", "1"), ("a", "2")] and found.SubscriptionIdentifier == [77]
    assert 0 < found.MessageExpiryInterval <= 60


def test_options_of_a_subscription_of_version_5(client):
    one = client("options", paho.MQTTv5)
    quiet = SubscribeOptions(qos=1, noLocal=True, retainAsPublished=True)
    one.paho.subscribe("own/#", options=quiet)
    one.event("subscribed")
    one.subscribe(("marker/o", 1))
    one.publish("own/1", b"my own")
    one.nothing("marker/o")
    other = client("options-other", paho.MQTTv5)
    other.publish("own/2", b"kept", 1, True)
    assert one.next().retain
    late = client("options-late", paho.MQTTv5)
    late.paho.subscribe("own/#", options=SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND))
    late.event("subscribed")
    late.subscribe(("marker/o2", 1))
    late.nothing("marker/o2")
    other.publish("own/2", b"", 1, True)


def test_members_of_a_group_share_the_messages(client):
    members = [client(f"member-{n}", paho.MQTTv5) for n in range(2)]
    for one in members:
        one.subscribe(("$share/g/work/#", 1))
    mouth = client("g-mouth", paho.MQTTv5)
    for n in range(10):
        mouth.publish("work/x", str(n))
    got = [one.next().payload for one in members for _ in range(5)]
    assert sorted(got, key=int) == [str(n).encode() for n in range(10)]


def test_a_name_is_given_to_who_has_none_and_limits_are_told(client):
    one = client("", paho.MQTTv5)
    assert one.properties.AssignedClientIdentifier and one.properties.MaximumPacketSize == 1024 * 1024


def test_a_delayed_will_is_not_said_when_the_client_comes_back(client, house):
    ear = client("d-ear", paho.MQTTv5)
    ear.subscribe(("delayed", 1), ("marker/d", 1))
    delay = held(PacketTypes.WILLMESSAGE, WillDelayInterval=500)
    options = {"clean": False, "expiry": 1000, "will": ("delayed", b"x", 1, False, delay)}
    client("back", paho.MQTTv5, **options).drop()
    back = client("back", paho.MQTTv5, **options)
    assert back.flags.session_present
    ear.nothing("marker/d")


def raw(port, *pieces, size=10**6):
    """What the broker answers to bytes, until it hangs up or has said `size` bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        for piece in pieces:
            line.sendall(piece)
        found = b""
        while len(found) < size and (more := line.recv(4096)):
            found += more
        return found


HELLO = b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03raw"
HELLO5 = b"\x10\x10\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x03raw"
BROKEN = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"\x30\x03\x00\x01a",  # PUBLISH before CONNECT
    b"\x10\xff\xff\xff\xff\x7f",  # a length of five bytes
    b"\x11\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03raw",  # reserved flags
    HELLO + HELLO,  # twice
    HELLO + b"\x36\x06\x00\x01a\x00\x01x",  # QoS 3
    HELLO + b"\x32\x06\x00\x01a\x00\x00x",  # packet 0
    HELLO + b"\x30\x05\x00\x03a/#",  # a wildcard in a name
    HELLO + b"\x30\x05\x00\x03a\x00b",  # U+0000
    HELLO + b"\x30\x05\x00\x03\xed\xa0\x80",  # half a surrogate
    HELLO + b"\x80\x06\x00\x01\x00\x01a\x00",  # flags of SUBSCRIBE
    HELLO + b"\x82\x02\x00\x01",  # nothing subscribed to
    HELLO + b"\x82\x06\x00\x01\x00\x01a\x03",  # QoS 3
    HELLO + b"\x30\xff\xff\xff\x7f",  # 256 MB
    HELLO + b"\xf0\x00",  # AUTH in 3.1.1
]


@pytest.mark.parametrize("data", BROKEN)
def test_what_breaks_the_standard_ends_the_connection_and_nothing_else(house, client, data):
    found = raw(house.port, data)
    assert not found.startswith(b"\x20\x02\x00\x00") or data.startswith(HELLO)
    assert b"\x40\x02\x00\x00" not in found
    assert client("alive").reason.value == 0


def test_version_5_is_told_the_reason(house):
    assert raw(house.port, HELLO5 + b"\x30\x06\x00\x03a/#\x00").endswith(b"\xe0\x02\x90\x00")
    assert raw(house.port, HELLO5 + b"\x30\xff\xff\xff\x7f").endswith(b"\xe0\x02\x95\x00")
    assert raw(house.port, b"\x10\x0f\x00\x04MQTT\x03\x02\x00\x3c\x00\x03raw") == b"\x20\x02\x00\x01"
    assert raw(house.port, b"\x10\x0c\x00\x04MQTT\x04\x00\x00\x3c\x00\x00") == b"\x20\x02\x00\x02"


def test_a_name_split_into_single_bytes_is_one_packet(house):
    packets = HELLO + b"\x82\x0e\x00\x01\x00\x01a\x00\x00\x05a/#/b\x00" + b"\xc0\x00"
    answers = b"\x20\x02\x00\x00\x90\x04\x00\x01\x00\x80\xd0\x00"
    assert raw(house.port, *[bytes([one]) for one in packets], size=len(answers)) == answers
