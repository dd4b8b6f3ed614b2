"""Residents and firms find a thing by their own words, by occasion, department and use, and read its guide."""

import csv
import re
from pathlib import Path

import pytest
from django.test import Client
from tests.scenario.test_workbench import city, no

from liangxi.systems.onething import face as onething

assert city
assert no  # the fixtures
CITY = Path(__file__).parents[2] / "cities" / "wuxi"
ALL = "?born_here=true&married=true&register_here=true&insure=true&card=true"


@pytest.fixture(scope="module")
def profile():
    """All packages of the city."""
    return CITY


def page(address, **headers):
    answer = Client(headers=headers).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_things_are_found_and_their_guides_say_all(city, no):
    """One city with all packages serves both: making it takes longer than either."""
    found_by_words_occasion_department_and_use()
    every_guide_and_every_sheet_says_all_that_must_be_known()


def found_by_words_occasion_department_and_use():
    assert onething.packages()[0].id == "newborn"  # the one with a case
    home = page("/")
    assert f"全部{len(onething.packages())}件事" in home and home.index("新生儿出生一件事") < home.index("按部门找")
    assert "按近12个月的办件量排列" in home and "1件" in home

    by_department = page("/things/?by=department")
    assert 'id="g-market"' in by_department and 'id="g-birth"' not in by_department
    assert 'id="g-birth"' in page("/things/") and 'id="g-' not in page("/things/?by=popular")
    police = onething.packages(org="police", audience="person")
    assert {card.id for card in police} >= {"newborn", "dog-registration"}
    assert all("police" in card.orgs and card.audience == "person" for card in police)

    found = page("/things/?q=生孩子")
    assert "新生儿出生一件事" in found and "<mark>生孩子</mark>" in found
    assert "<mark>新生儿</mark>出生一件事" in page("/things/?q=新生儿")
    lost = page("/things/?q=生孩子去旅游")
    assert "您要找的是不是这些" in lost and "新生儿出生一件事" in lost
    assert "<script>" not in page("/things/?q=<script>alert(1)</script>生孩子").partition('id="found"')[2]

    offered = page("/things/?q=狗证", **{"hx-request": "true", "hx-target": "div#suggestions"})
    assert "养犬登记一件事" in offered and "<html" not in offered

    # Every everyday word of the profile that stands for a thing, and not for a paper or a step, finds one.
    papers = {"户口簿", "居民身份证", "补正", "办件", "预防接种证", "遗属"}
    with (CITY / "synonyms.csv").open(encoding="utf-8") as file:
        said = {word: row["term"] for row in csv.DictReader(file) for word in row["synonyms"].split(";")}
    silent = {word: term for word, term in said.items() if term not in papers and not onething.packages(query=word)}
    assert not silent


def every_guide_and_every_sheet_says_all_that_must_be_known():
    for card in onething.packages():
        example = onething.guide(package=card.id).package.examples[0]
        answers = "&".join(f"{key}={str(value).lower()}" for key, value in example.answers.items())
        guide = page(f"/things/{card.id}/?{answers}")
        for heading in (
            "对象",
            "办理结果",
            "承诺时限",
            "法定",
            "跑动",
            "收费",
            "材料",
            "综合窗口",
            "12345",
            "法律依据",
            "行政复议",
        ):
            assert heading in guide, (card.id, heading)
        sheet = page(f"/things/{card.id}/sheet/?{answers}")
        assert "<svg" in sheet and "您的情形" in sheet and "承诺时限" in sheet
    sheet = page(f"/things/newborn/sheet/{ALL}")
    assert re.search(r'onepage__tick">\s*孩子证件照片', sheet) and len(re.findall("onepage__given", sheet)) == 4
    assert Client().get("/things/newborn/sheet/?born_here=perhaps").status_code == 422
    assert Client().get("/things/no-such/sheet/").status_code == 404
