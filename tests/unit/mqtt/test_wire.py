"""Packets as bytes: every stream is cut the same way however it comes, and no bytes do more than end a connection."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangxi.gateways.mqtt import codec, topics, wire
from liangxi.gateways.mqtt.codec import V5, V311, Publish
from liangxi.gateways.mqtt.reasons import ProtocolError
from liangxi.gateways.mqtt.topics import Tree

LEVEL = st.text(st.characters(blacklist_characters="+#/\0", blacklist_categories=["Cs"]), max_size=4)
TOPIC = st.lists(LEVEL, min_size=1, max_size=4).map("/".join).filter(topics.is_name)
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "payload_format": st.integers(0, 1),
        "message_expiry": st.integers(0, 2**32 - 1),
        "content_type": st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=9),
        "correlation": st.binary(max_size=9),
        "user": st.lists(st.tuples(LEVEL, LEVEL), min_size=1, max_size=3),
    },
)
READERS = [
    codec.connect,
    lambda data: codec.publish(2, data, V311),
    lambda data: codec.publish(4, data, V5),
    lambda data: codec.ack(data, V5),
    lambda data: codec.subscribe(data, V5),
    lambda data: codec.subscribe(data, V311),
    lambda data: codec.unsubscribe(data, V5),
    lambda data: codec.disconnect(data, V5),
]


@given(st.binary(max_size=80))
def test_any_bytes_are_a_packet_or_a_refusal(data):
    for read in READERS:
        with contextlib.suppress(ProtocolError):
            read(data)


@settings(deadline=None)
@given(TOPIC, st.binary(max_size=300), st.integers(0, 2), st.integers(1, 0xFFFF), PROPERTIES, st.data())
def test_a_message_comes_back_from_its_bytes_however_they_are_cut(topic, payload, qos, packet, properties, draw):
    for version in (V311, V5):
        sent = Publish(topic, payload, qos, True, qos > 0, packet if qos else 0, properties if version == V5 else {})
        data = codec.publish_packet(version, sent) + codec.PINGRESP_PACKET
        cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=5)))
        frames, found = wire.Frames(1024 * 1024), []
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
            found += frames.feed(data[start:end])
        (kind, flags, body), rest = found[0], found[1:]
        assert kind == codec.PUBLISH and codec.publish(flags, body, version) == sent
        assert rest == [(codec.PINGRESP, 0, b"")] and not frames.is_cut


@pytest.mark.parametrize("value", [0, 127, 128, 16383, 16384, 2097151, 2097152, 268435455])
def test_lengths_at_their_borders(value):
    """MQTT 5.0, table 1-1."""
    data = wire.number(value)
    assert len(data) == 1 + (value > 127) + (value > 16383) + (value > 2097151)
    assert wire.Body(data).number() == value


@pytest.mark.parametrize(
    ("text", "names", "others"),
    [  # MQTT 5.0, 4.7
        ("sport/tennis/player1/#", ["sport/tennis/player1", "sport/tennis/player1/ranking", "sport/tennis/player1/s/w"],
         ["sport/tennis/player2"]),
        ("sport/#", ["sport", "sport/x"], ["sports"]),
        ("#", ["a", "/", "a/b"], ["$SYS/x"]),
        ("sport/+", ["sport/", "sport/x"], ["sport", "sport/x/y"]),
        ("+/+", ["/finance"], ["finance"]),
        ("/+", ["/finance"], ["/a/b"]),
        ("+", ["finance"], ["/finance"]),
        ("+/monitor/Clients", ["a/monitor/Clients"], ["$SYS/monitor/Clients"]),
        ("$SYS/#", ["$SYS/x"], ["x"]),
    ],
)  # fmt: skip
def test_filters_cover_what_the_standard_says(text, names, others):
    levels = topics.parsed(text).levels
    tree = Tree()
    tree.put(levels, "k", "v")
    for name in names + others:
        assert topics.matches(levels, name) is (name in names), name
        assert bool(tree.of(name)) is (name in names), name
    tree.drop(levels, "k")
    assert not any(tree.of(name) for name in names)


@pytest.mark.parametrize("text", ["", "sport/tennis#", "sport/#/ranking", "sport+", "a/+b", "$share//a", "$share/g",
                                  "$share/+/a", "a" * 2000, "/" * 40])  # fmt: skip
def test_what_is_no_filter(text):
    assert topics.parsed(text) is None


@given(st.lists(st.lists(st.sampled_from(["a", "b", "+", "#", "$c"]), min_size=1, max_size=3), max_size=6))
def test_the_tree_finds_what_each_filter_covers(filters):
    held = {"/".join(one) for one in filters}
    good = {text: found.levels for text in held if (found := topics.parsed(text))}
    tree = Tree()
    for text, levels in good.items():
        tree.put(levels, text, None)
    for name in ("a", "b", "a/b", "a/b/a", "$c", "$c/a", "b/a", "a/"):
        assert {key for key, _ in tree.of(name)} == {t for t, levels in good.items() if topics.matches(levels, name)}
