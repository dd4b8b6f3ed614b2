"""Matching: exact identities, two thresholds, the steward's queue with history, the same again on repeats."""

import pytest
from tests.scenario.test_catalogue import HOUSE, PASSWORD, actor, city  # noqa: F401 (the fixture)
from tests.scenario.test_connectors import numbered
from tests.scenario.test_data_pages import desk, text  # noqa: F401 (the fixture)
from tests.scenario.test_integrating import house  # noqa: F401 (the fixture)
from tests.scenario.test_opening import deliver

from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, roles
from liangxi.kit import time
from liangxi.kit.errors import ConflictError, InvalidError, NotFoundError
from liangxi.systems.data.face import matching
from liangxi.systems.data.models import MatchLink, MatchRun, MatchStep, Resource
from liangxi.systems.data.queries import connectors
from liangxi.systems.data.rules import matching as rules

PLACES = ("无锡市梁溪区中山路12号401室", "无锡市梁溪区中山路12号402室", "无锡市滨湖区太湖大道8号")
SEATS = {  # firm -> how its seat is written
    "A": "江苏省无锡市梁溪區中山路１２號401室",
    "B": "梁溪区中山路12号",
    "C": "无锡市滨湖区太湖大道9号",
    "D": "滨湖区太湖大道八号",
}


def put(resource, rows):
    """Rows that came in the way of connectors, with the version that matchings watch."""
    version = deliver(resource, rows)
    Resource.objects.filter(pk=resource).update(delivered_version=f"{version.number}.{version.batch}")


def firms(seats):
    names = connectors.definition_in_force("market-entity").field_names
    return [dict.fromkeys(names) | {"uscc": f"9132020000000000{n}X", "firm_name": f"企业{n}", "address": seat}
            for n, seat in sorted(seats.items())]  # fmt: skip


@pytest.fixture
def ready(house):  # noqa: F811
    put("subject-address", [
        {"address_code": f"32020000{n}", "address_text": said, "address_normal": said, "division_code": None,
         "division_name": None}
        for n, said in enumerate(PLACES)
    ])  # fmt: skip
    put("market-entity", firms(SEATS))
    post = (("data", roles.STEWARD),)
    people.load_accounts(by=HOUSE, rows=[
        AccountRow(login="registers", kind="staff", name="registers", password=PASSWORD, posts=post)
    ])  # fmt: skip
    assert matching.match_due(limit=5) == 1 and matching.match_due(limit=5) == 0
    return {one.record[-4]: one for one in MatchLink.objects.all()}


def test_records_are_linked_queued_or_new_and_a_steward_decides(ready, desk):  # noqa: F811
    steward = actor("registers")
    stand = {firm: (link.state, link.entity) for firm, link in ready.items()}
    assert stand["A"] == ("linked", "320200000") and stand["D"] == ("linked", "320200002")
    assert stand["B"][0] == "review" and stand["C"] == ("new", "")
    (card,) = [one for one in matching.matchings(by=steward) if one.id == "firm-addresses"]
    assert (card.linked, card.review, card.new) == (2, 1, 1)
    doubt = str(ready["B"].pk)
    with pytest.raises(NotFoundError):
        matching.match_pair(by=actor("hrss"), id=doubt)
    assert matching.match_pair(by=steward, id=doubt).values == ()  # no purpose, no value
    with pytest.raises(InvalidError):
        matching.decide_match(by=steward, id=doubt, outcome="perhaps")

    client = desk("registers")
    assert "firm-addresses" in text(client.get("/office/data/matching/"))
    opened = client.get("/office/data/matching/firm-addresses/next/", follow=True)
    assert opened.redirect_chain[-1][0] == f"/office/data/matches/{doubt}/" and SEATS["B"] not in text(opened)
    assert client.post(f"/office/data/matches/{doubt}/", {"purpose": "x"}).status_code == 422
    page = text(client.post(f"/office/data/matches/{doubt}/", {"purpose": "核对企业住所"}, follow=True))
    assert "<mark>" in page and 'data-key="a"' in page
    client.post(f"/office/data/matches/{doubt}/", {"outcome": "skip"})
    client.post(f"/office/data/matches/{doubt}/", {"outcome": "reject"})
    row = MatchLink.objects.get(pk=doubt)
    assert (row.state, row.entity, len(row.refused)) == ("new", "", 1)
    with pytest.raises(ConflictError):
        matching.decide_match(by=steward, id=doubt, outcome="accept")

    linked = str(ready["A"].pk)
    text(client.post(f"/office/data/matches/{linked}/", {"outcome": "split"}, follow=True))
    pair = matching.match_pair(by=steward, id=linked)
    assert [step.what for step in pair.history] == ["split", "linked"] and pair.link.decided_by == steward.account
    assert text(client.get("/office/data/matching/firm-addresses/?state=linked")).count("data-rows") == 1


def test_a_repeated_run_changes_nothing_and_what_was_decided_stands(ready):
    steward, refused = actor("registers"), ready["B"]
    matching.decide_match(by=steward, id=str(refused.pk), outcome="reject")
    kept = list(MatchLink.objects.order_by("record").values_list("record", "state", "entity"))
    steps = MatchStep.objects.count()
    put("market-entity", firms(SEATS))  # the same rows again
    assert matching.match_due(limit=5) == 1
    after = list(MatchLink.objects.order_by("record").values_list("record", "state", "entity"))
    first = ready["B"].entity
    assert MatchLink.objects.get(pk=refused.pk).entity != first  # what was refused is not offered again
    assert [one for one in after if one[0] != refused.record] == [one for one in kept if one[0] != refused.record]
    put("market-entity", firms({**SEATS, "C": SEATS["A"]} | {"D": PLACES[1]}))
    put("market-entity", [row for row in firms({**SEATS, "C": PLACES[1]}) if "D" not in row["uscc"]])
    assert matching.match_due(limit=5) == 1
    links = {one.record[-4]: (one.state, one.entity) for one in MatchLink.objects.all()}
    assert links["C"] == ("linked", "320200001") and links["D"] == ("gone", "")
    assert MatchStep.objects.count() > steps and MatchRun.objects.filter(state="done").count() == 3


def test_an_exact_identity_wins_whatever_the_rest_says(house):  # noqa: F811
    one, other, broken = numbered("32021119800101001"), numbered("32021119800101003"), "320211198001010010"
    names = connectors.definition_in_force("subject-person").field_names
    about = {"name": "王小明", "birth_date": time.today().replace(1980, 1, 1), "address": PLACES[0]}
    put("subject-person", [dict.fromkeys(names) | about | {"citizen_id": one}])
    put("elder-resident", [about | {"citizen_id": other}, about | {"citizen_id": one, "name": "王大明"}])
    assert matching.match_due(limit=5) == 1
    links = {link.record[2:-2]: (link.state, link.entity, link.score) for link in MatchLink.objects.all()}
    assert links[one] == ("linked", one, 1.0) and links[other] == ("new", "", 0.0)
    seen = matching.match_page(by=HOUSE, matching="elder-persons", state="linked").rows[0]
    assert seen.record == seen.entity == f"{one[:6]}********{one[-2:]}"  # whole only with a purpose
    put("elder-resident", [about | {"citizen_id": broken}])
    assert matching.match_due(limit=5) == 1
    assert MatchLink.objects.get(record__contains=broken).entity == one


def test_a_matching_that_is_none_is_told_by_its_field(city):  # noqa: F811
    known = {id: connectors.definition_in_force(id) for id in ("subject-firm", "food-licence")}
    said = {"id": "x", "title": {}, "register": "subject-firm", "source": "food-licence", "key": "uscc", "link": 0.7,
            "review": 0.9, "fields": {"ghost": {"of": "nothing", "kind": "text", "weight": 1}}}  # fmt: skip
    with pytest.raises(InvalidError) as refused:
        rules.compile_matching(said, known)
    assert set(refused.value.fields) == {"fields.ghost", "fields.ghost.of", "review"}
