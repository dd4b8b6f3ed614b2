"""A client of the Dutch standards for case work finds the catalogue, follows a case, accepts and decides it."""

# ruff: noqa: F401, F811 (fixtures come from the stories of the desk)

import json
from uuid import UUID

from tests.scenario.test_api import Program, program
from tests.scenario.test_workbench import HOUSE, PNG, city, deliver, item, no

from liangxi.core.cases import face as cases
from liangxi.gateways.zgw import naming

ZAKEN, CATALOGI = "http://testserver/zgw/zaken/api/v1", "http://testserver/zgw/catalogi/api/v1"


class Client:
    """A client that knows the roots of the registers and follows addresses."""

    def __init__(self, login, portal="staff", scope="write"):
        self.client = program(login, portal, scope).client

    def get(self, address, **query):
        return self.client.get(address, query)

    def found(self, address, **query):
        """What stands there, which must be something."""
        answer = self.get(address, **query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def post(self, address, **body):
        key = {"idempotency-key": body.pop("key")} if "key" in body else {}
        return self.client.post(address, json.dumps(body), content_type="application/json", headers=key)


def type_of(client, case, kind, generic, name):
    """The address of a type of the case's package by its words."""
    types = client.found(f"{CATALOGI}/{kind}", zaaktype=case["zaaktype"])["results"]
    return next(one["url"] for one in types if (one["omschrijvingGeneriek"], one["omschrijving"]) == (generic, name))


def test_a_case_is_accepted_decided_and_followed_by_its_addresses(no):
    window, health = Client("window"), Client("doctor")
    page = window.found(f"{ZAKEN}/zaken")
    assert (page["count"], page["countExact"], page["next"], page["previous"]) == (1, True, None, None)
    (case,) = page["results"]
    assert case["identificatie"] == no and case["resultaat"] is None and len(case["deelzaken"]) == 3
    assert window.found(case["url"]) == case

    received = window.found(case["status"])
    assert window.found(received["statustype"])["omschrijvingGeneriek"] == "ontvangen"
    accepted = type_of(window, case, "statustypen", "in behandeling genomen", "已受理")
    said = {"zaak": case["url"], "statustype": accepted, "datumStatusGezet": "2026-11-25T09:00:00+08:00"}
    made = window.post(f"{ZAKEN}/statussen", **said, key="accept-0001")
    assert made.status_code == 201 and made["Location"] == made.json()["url"] and made.json()["statustype"] == accepted
    assert window.post(f"{ZAKEN}/statussen", **said, key="accept-0001").json() == made.json()
    problem_of(window.post(f"{ZAKEN}/statussen", **said), 409)
    assert cases.case(by=HOUSE, no=no).state == "accepted"

    matter = health.found(next(one for one in case["deelzaken"] if named(one) == item(no, "birth-certificate")))
    assert matter["hoofdzaak"] == case["url"] and matter["verantwoordelijkeOrganisatie"] == "health"
    granted = type_of(health, matter, "resultaattypen", "Toegekend", "准予")
    result = health.post(f"{ZAKEN}/resultaten", zaak=matter["url"], resultaattype=granted, toelichting="核对无误")
    assert result.status_code == 201, result.content.decode()
    assert health.found(result["Location"]) == result.json() and result.json()["toelichting"] == "核对无误"
    deliver()
    after = health.found(matter["url"])
    assert after["resultaat"] == result["Location"]
    became = [health.found(one["statustype"])["omschrijving"] for one in
              health.found(f"{ZAKEN}/statussen", zaak=matter["url"])["results"]]  # fmt: skip
    assert became == ["已出证", "准予", "审查中"]


def named(address):
    return naming.named(UUID(address[-36:]), naming.CASE).no


def problem_of(answer, status, *fields):
    """A refusal in the form of the standard."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status and said["title"] and [one["name"] for one in said["invalidParams"]] == [*fields]
    return said


def test_the_applicant_follows_his_case_and_nobody_else_does(no):
    mother, police = Client("mother", "public", "read"), Client("police", scope="read")
    (case,) = mother.found(f"{ZAKEN}/zaken", identificatie=no[:10])["results"]
    who = [mother.found(one) for one in case["rollen"]]
    assert [one["omschrijvingGeneriek"] for one in who] == ["initiator"] + ["behandelaar"] * (len(who) - 1)
    assert who[0]["betrokkeneIdentificatie"] == {"geslachtsnaam": "陈静"}
    (file, *_) = mother.found(f"{ZAKEN}/zaakinformatieobjecten", zaak=case["url"])
    assert mother.found(file["url"]) == file
    document = mother.found(file["informatieobject"])
    content = mother.get(document["inhoud"])
    assert content.getvalue() == PNG and document["bestandsomvang"] == len(PNG)

    assert police.found(case["url"])["identificatie"] == no  # decides a matter of it
    stranger = Client("market")
    assert stranger.found(f"{ZAKEN}/zaken")["results"] == []
    for address in (case["url"], case["status"], case["rollen"][0], file["url"], file["informatieobject"]):
        problem_of(stranger.get(address), 404)
    problem_of(Program().client.get(case["url"]), 401)


def test_what_is_wrong_is_named(no):
    window, reader = Client("window"), Client("mother", "public", "read")
    (case,) = window.found(f"{ZAKEN}/zaken")["results"]
    problem_of(window.get(f"{ZAKEN}/statussen"), 400, "zaak")
    problem_of(window.get(f"{ZAKEN}/statussen", zaak="https://elsewhere/1"), 400, "zaak")
    problem_of(window.get(f"{ZAKEN}/zaken", page=2), 400, "page")
    problem_of(window.get(f"{ZAKEN}/zaken", page=0), 400, "page")
    issued = type_of(window, case, "statustypen", "afgehandeld", "已出证")
    said = {"zaak": case["url"], "datumStatusGezet": "2026-11-25T09:00:00+08:00"}
    problem_of(window.post(f"{ZAKEN}/statussen", **said, statustype=issued), 400, "statustype")
    problem_of(window.post(f"{ZAKEN}/resultaten", zaak=case["url"], resultaattype=issued), 400, "resultaattype")
    refused = type_of(window, case, "resultaattypen", "Niet ontvankelijk", "不予受理")
    body = {"zaak": case["url"], "resultaattype": refused}
    problem_of(window.post(f"{ZAKEN}/resultaten", **body), 400, "toelichting")
    problem_of(reader.post(f"{ZAKEN}/resultaten", **body), 403)
    assert cases.case(by=HOUSE, no=no).state == "submitted"


def test_the_catalogue_has_every_version_in_pages(city):
    mother = Client("mother", "public", "read")
    assert {one["identificatie"] for one in mother.found(f"{CATALOGI}/zaaktypen")["results"]} >= {"newborn"}
    first = mother.found(f"{CATALOGI}/statustypen")
    assert first["count"] > len(first["results"]) == 20
    second = mother.found(first["next"])
    assert second["previous"].endswith("page=1") and second["results"][0] not in first["results"]
    (newborn,) = mother.found(f"{CATALOGI}/zaaktypen", identificatie="newborn")["results"]
    assert newborn["doorlooptijd"].startswith("P") and "工作日" in newborn["toelichting"]
    for kind in ("statustypen", "resultaattypen", "roltypen"):
        listed = mother.found(f"{CATALOGI}/{kind}", zaaktype=newborn["url"])["results"]
        assert [one["url"] for one in listed] == newborn[kind] and mother.found(listed[0]["url"]) == listed[0]
