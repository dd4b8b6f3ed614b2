"""The API does what its description says (OpenAPI 3.1), asked by schemathesis: never a fault, never another shape."""

# ruff: noqa: F401, F811 (fixtures come from the stories of the desk)
import json
from contextlib import suppress
from datetime import timedelta

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from tests.scenario.test_workbench import actor, city, no

from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.site.wsgi import application
from liangxi.systems.onething import face as onething

CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
)
EXAMPLES = 25  # an operation and a mode of generation
ANSWERS = {"born_here": True, "married": True, "register_here": True, "insure": False, "card": False}
ZGW = "/zgw/"
RESIDENTS = ("/me", "/applications", "/corrections")


@pytest.fixture
def keys(city):
    """A key that may write for a resident and one for a member of staff, by portal."""
    until = time.today() + timedelta(days=30)
    return {
        portal: people.issue_api_key(by=actor(login, portal), name="x", scope="write", until=until).secret
        for login, portal in (("mother", "public"), ("window", "staff"))
    }


@pytest.fixture
def schema(city):
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_answer_is_one_that_the_description_names(schema, keys, no, mode):
    """Half of the calls name things that exist, so that they come further than the first refusal."""
    draft = onething.start(by=actor("mother", "public"), package="newborn", answers=ANSWERS, consent=False)
    known = {"no": no, "id": draft.id, "package": "newborn", "material": "parents-id-card"}
    statuses = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        key = keys["public" if any(part in operation.path for part in RESIDENTS) else "staff"]
        statuses |= ask(operation, mode, key, known)
    assert {200, 401 if mode is GenerationMode.NEGATIVE else 409, 404, 422} <= statuses


def ask(operation, mode, key, known, examples=EXAMPLES):
    """Call an operation again and again, and judge each answer; the statuses that came."""
    statuses = set()

    @settings(max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def call(case, is_known):
        if is_known:
            case.path_parameters = {name: known.get(name, "x") for name in case.path_parameters or {}}
            for there in (case.query, case.body):
                if isinstance(there, dict):
                    there |= {name: value for name, value in known.get("query", {}).items() if name in there}
            if "If-Match" in (case.headers or {}):
                case.headers["If-Match"] = "*"
        answer = case.call(headers={"Authorization": f"Bearer {key}"})
        case.validate_response(answer, checks=list(CHECKS))
        statuses.add(answer.status_code)

    with suppress(Unsatisfiable):  # a call without key, parameters and body cannot be wrong
        call()
    return statuses


@pytest.mark.parametrize("register", ["zaken", "catalogi", "documenten"])
def test_the_registers_of_the_dutch_standard_answer_as_they_are_described(city, keys, no, register):
    """Half of the calls name a case, a matter, a file and types that exist."""
    client = Client(headers={"authorization": f"Bearer {keys['staff']}"})
    case = client.get(ZGW + "zaken/api/v1/zaken").json()["results"][0]
    uuids = [case["uuid"], case["deelzaken"][0][-36:], case["status"][-36:], case["zaakinformatieobjecten"][0][-36:],
             case["rollen"][0][-36:], case["zaaktype"][-36:]]  # fmt: skip
    type = client.get(case["zaaktype"]).json()
    bodies = {"zaak": case["url"], "statustype": type["statustypen"][0], "resultaattype": type["resultaattypen"][0]}
    found = schemathesis.openapi.from_wsgi(f"{ZGW}{register}/api/v1/openapi.json", application)
    statuses = set()
    for mode in GenerationMode:
        for operation in (one.ok() for one in found.get_all_operations()):
            for uuid in uuids if "{uuid}" in operation.path else uuids[:1]:
                statuses |= ask(operation, mode, keys["staff"], {"uuid": uuid, "query": bodies}, examples=5)
    assert {200, 404} | ({400} if register != "documenten" else set()) <= statuses


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
    | st.sampled_from(["2026-11-01", "9999-99-99", "-0", "1e400", "\u0000", "\ud800", "９９", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@pytest.mark.parametrize("package", ["newborn", "restaurant"])
def test_wild_answers_to_the_real_questions_are_judged_and_never_a_fault(city, keys, package):
    asked = [question.id for question in onething.guide(package=package).package.questions]
    mother = actor("mother", "public")
    there, fields = f"/packages/{package}/guide", asked
    draft = onething.start(by=mother, package="newborn", answers=ANSWERS, consent=False)
    client = Client(headers={"authorization": f"Bearer {keys['public']}"}, raise_request_exception=False)

    @settings(max_examples=150, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(data=st.data())
    def answer(data):
        said = data.draw(st.dictionaries(st.sampled_from(fields), JSON, max_size=6))
        send = client.post if "guide" in there else client.patch
        body = {"answers": said} if "guide" in there else {"values": said}
        answer = send(f"/api/v1{there}", json.dumps(body), content_type="application/json")
        assert answer.status_code in (200, 400, 422), (body, answer.content)

    answer()
    there, fields = f"/applications/{draft.id}", [field.id for field in draft.form.fields]
    answer()
