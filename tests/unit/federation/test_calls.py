"""Paths, headers and hashes of calls through the house."""

import base64
import hashlib

import pytest

from liangxi.kit.errors import InvalidError
from liangxi.systems.federation.rules import apis, messages

WHOLE = {
    "id": "months", "resource": "social-insurance", "title": {"zh": "参保月数"}, "address": "https://api.example.org/v2/",
    "services": [{"code": "months", "path": "/months", "methods": ["get"], "subject": "citizen_id"}],
}  # fmt: skip


def test_a_path_names_a_service_and_what_stands_behind_it():
    parsed = messages.parse_path("/r1/wuxi/GOV/hrss/months/rows/a%20b/%E6%A2%81")
    assert parsed == (("wuxi", "GOV", "hrss", "months", "rows"), "/a%20b/%E6%A2%81")
    assert messages.parse_path("/r1/wuxi/GOV/hrss/months/rows")[1] == ""


@pytest.mark.parametrize("rest", ["..", "a/../..", "%2e%2e", "a%2fb", "a%5cb", "a%00", "%zz", "a%0d%0ab", "x" * 5000])
def test_a_path_that_leaves_its_service_is_refused(rest):
    with pytest.raises(InvalidError) as refused:
        messages.parse_path(f"/r1/wuxi/GOV/hrss/months/rows/{rest}")
    assert set(refused.value.fields) == {"path"}


def test_headers_of_the_hop_and_of_the_caller_do_not_go_on():
    said = [("Accept", "a"), ("Authorization", "b"), ("X-Road-Id", "c"), ("Connection", "close, X-Gone"),
            ("X-Gone", "d"), ("Cookie", "e"), ("X-Forwarded-For", "f"), ("TE", "g"), ("X-Own", "h")]  # fmt: skip
    assert messages.passed_headers(said) == [("accept", "a"), ("x-own", "h")]


def test_the_hash_is_that_of_the_protocol():
    head = messages.head("GET /r1/x", [("B", "2"), ("a", "1")])
    assert head == b"GET /r1/x\na: 1\nb: 2\n"
    first, body = hashlib.sha512(head).digest(), hashlib.sha512(b"x").digest()
    assert messages.message_hash(head, body, 1) == base64.b64encode(hashlib.sha512(first + body).digest()).decode()
    assert messages.message_hash(head, hashlib.sha512(b"").digest(), 0) == base64.b64encode(first).decode()


def test_a_definition_is_read_as_it_is_written():
    made = apis.compile_api(WHOLE)
    assert (made.address, made.services[0].methods, made.timeout) == ("https://api.example.org/v2", ("GET",), 10)
    assert apis.of_json(apis.as_json(made)) == made


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"id": "A b"}, "id"),
        ({"title": {}}, "title"),
        ({"address": "ftp://x"}, "address"),
        ({"address": "https://me@x/"}, "address"),
        ({"address": "https://x/?a=1"}, "address"),
        ({"address": "https://x/../y"}, "address"),
        ({"services": []}, "services"),
        ({"services": [{"code": "a", "path": "/../b"}]}, "services.0"),
        ({"services": [{"code": "a"}, {"code": "a"}]}, "services.1"),
        ({"services": [{"code": "a", "methods": ["TRACE"]}]}, "services.0"),
        ({"header": "X-Road-Client"}, "header"),
        ({"header": "Host"}, "header"),
        ({"prefix": "a\nb"}, "prefix"),
        ({"timeout": 0}, "timeout"),
        ({"most_asked": "many"}, "most_asked"),
    ],
)
def test_a_definition_with_a_fault_names_its_field(said, field):
    with pytest.raises(InvalidError) as refused:
        apis.compile_api(WHOLE | said)
    assert field in refused.value.fields
