"""A profile with one planted mistake: file, line and reason are told, and the database stays as it was."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from liangxi.core.cases import face as cases
from liangxi.core.people import face as people
from liangxi.core.people.shapes import PersonRow, roles
from liangxi.core.search import face as search
from liangxi.kit.actor import Actor, Grant, system
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError
from liangxi.site import loading
from liangxi.systems.onething import face as onething

HOUSE = system("test")
NEWBORN, RESTAURANT = "onethings/newborn.yaml", "onethings/restaurant.yaml"

# file, what stands there, what is planted (on that line), what is told
IN_PACKAGES = {
    "unknown field": (NEWBORN, "lead: health", "lead: health\ncolour: red", "colour"),
    "wrong type": (NEWBORN, "trips: {online: 0", "trips: {online: none", "none"),
    "dangling matter": (NEWBORN, "{matter: vaccination-card", "{matter: vaccination-cart", "vaccination-cart"),
    "dangling order": (NEWBORN, "register_here, after: [birth-certificate]", "register_here, after: [ghost]", "ghost"),
    "dangling question": (NEWBORN, "type: bool\n    when: register_here", "type: bool\n    when: register_hare",
        "register_hare"),
    "dangling lead": (NEWBORN, "lead: health", "lead: wealth", "wealth"),
    "dangling window": (NEWBORN, "hand_out: gov-service", "hand_out: gov-servants", "gov-servants"),
    "dangling department": ("matters/newborn.yaml", "    org: police", "    org: polite", "polite"),
    "dangling licence": ("matters/newborn.yaml", "    result: household-book", "    result: household-brook", "brook"),
    "circle": (NEWBORN, "{matter: birth-certificate, when: born_here}",
               "{matter: birth-certificate, when: born_here, after: [vaccination-card]}", "circle"),
    "bad yaml": (NEWBORN, "steps: 3 ", "steps: [3 ", ""),
    "key twice": (NEWBORN, "lead: health", "lead: health\nlead: police", "lead"),
    "matter twice": ("matters/newborn.yaml", "- id: birth-registration", "- id: birth-certificate", "twice"),
    "missing translation": (NEWBORN, "title: {zh: 新生儿出生一件事, en: Having a baby}",
        "title: {zh: 新生儿出生一件事}", "en"),
    "broken example": (NEWBORN, "      days: 6", "      days: 7", "7"),
    "no law": ("matters/newborn.yaml", "article: 第七条, provenance: law",
        "article: 第七条, provenance: rumour", "rumour"),
}  # fmt: skip
IN_TABLES = {
    "bad quotes": ("synonyms.csv", "新生儿,", '"新生儿"x,', "expected after"),
    "too few cells": ("synonyms.csv", "新生儿,宝宝", "新生儿宝宝", "cells"),
    "empty cell": ("synonyms.csv", "新生儿,宝宝;婴儿;孩子出生;生孩子;小孩", "新生儿,", "synonyms is empty"),
    "missing column": ("synonyms.csv", "term,synonyms", "term,words", "the column synonyms"),
    "no day": ("calendar.csv", "2023-01-01,", "2023-13-01,", "2023-13-01"),
    "day twice": ("calendar.csv", "2023-01-01,元旦", "2022-12-31,元旦", "already"),
    "no kind": ("calendar.csv", "2023-01-01,元旦,off", "2023-01-01,元旦,of", "kind"),
    "code twice": ("codes/reason.csv", "\nnot-competent,", "\nnot-required,", "overlap"),
    "no date of a code": ("codes/industry.csv", "\nB,采矿业,Mining,,2017-10-01",
        "\nB,采矿业,Mining,,long ago", "long ago"),
    "organisation twice": ("organisations.csv", "\ngeneral-office,", "\n320200,", "already"),
    "dangling parent": ("organisations.csv", "department,,0,320200,wuxi,综合协调",
        "department,,0,320299,wuxi,综合协调", "320299"),
    "no name in English": ("organisations.csv", "General Office of the Municipal Government", "", "name_en is empty"),
    "dangling name": ("organisation_names.csv", "\ndata,无锡市数据局",
        "\ndate,无锡市数据局", "there is no organisation date"),
    "division twice": ("areas/divisions.csv", "\nwuxi,无锡市", "\njiangsu,无锡市", "already"),
    "dangling division": ("areas/divisions.csv", "city,city,jiangsu", "city,city,jiangsi", "jiangsi"),
    "no level": ("areas/divisions.csv", "Wuxi City,city,city", "Wuxi City,town-ish,city", "town-ish"),
    "dangling code": ("areas/division_codes.csv", "\nwuxi,stats", "\nwuxy,stats", "wuxy"),
    "no number": ("areas/seats.csv", "wuxi-xishan,120.35262", "wuxi-xishan,12O.35262", "12O"),
    "no profile": ("profile.toml", "[code_lists]", "[code_list]", "code_lists is missing"),
    "bad toml": ("profile.toml", 'id = "wuxi"', 'id = "wuxi', "line 6"),
}  # fmt: skip


@pytest.fixture
def root(tmp_path, settings, profile):
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    return Path(shutil.copytree(profile, tmp_path / "city"))


def plant(root: Path, file: str, old: str, new: str) -> int:
    """Put the mistake in and say on which line it begins."""
    text = (root / file).read_text(encoding="utf-8")
    before, found, after = text.partition(old)
    assert found, f"{old} is not in {file}"
    (root / file).write_text(before + new + after, encoding="utf-8")
    return before.count("\n") + 1 + old.startswith("\n")


def counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if not name.startswith("django_")]
        found = {}
        for name in tables:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            found[name] = cursor.fetchone()[0]
    return found


def refusal(load) -> str:
    with pytest.raises(InvalidError) as error:
        load()
    return "\n".join(f"{place}: {why}" for place, why in error.value.fields.items())


@pytest.mark.parametrize("mistake", IN_PACKAGES)
def test_a_mistake_in_a_package_is_told_with_its_place(root, mistake):
    file, old, new, reason = IN_PACKAGES[mistake]
    line = plant(root, file, old, new) + new.count("\n")
    found = [one for one in onething.check_profile(root=root) if one.file == str(root / file) and reason in one.text]
    assert [one.line for one in found][:1] == [line + SEEN_AT.get(mistake, 0)], found


SEEN_AT = {"circle": -1, "bad yaml": +1, "broken example": -5, "dangling department": -2, "dangling licence": -7}
"""Where a part is wrong as a whole, its first line is told; the reader of YAML gives up behind the mistake."""


@pytest.mark.parametrize("mistake", IN_TABLES)
def test_a_mistake_in_a_table_is_told_with_its_place_and_nothing_is_loaded(db, root, mistake):
    file, old, new, reason = IN_TABLES[mistake]
    line = plant(root, file, old, new)
    before = counts()
    told = refusal(lambda: loading.load(root))
    assert f"{root / file}:{line}: " in told if file.endswith(".csv") else f"{root / file}: " in told
    assert reason in told
    assert counts() == before


@pytest.mark.parametrize(
    ("file", "damage"),
    [("organisations.csv", "无锡".encode("gb18030")), (NEWBORN, b"\xff"), ("profile.toml", b"\xfe")],
)
def test_what_is_not_utf_8_is_told(db, root, file, damage):
    with (root / file).open("ab") as end:
        end.write(damage)
    before = counts()
    assert str(root / file) in refusal(lambda: loading.load(root))
    assert counts() == before


def test_a_missing_file_is_told(db, root):
    (root / "synonyms.csv").unlink()
    assert "lacks this table" in refusal(lambda: loading.load(root))
    assert "no such profile" in refusal(lambda: loading.load(root / "nowhere"))


def test_all_or_nothing_and_twice_is_once(db, root):
    loading.load(root)
    before = {name: n for name, n in counts().items() if not name.startswith("audit_")}
    loading.load(root)
    assert {name: n for name, n in counts().items() if not name.startswith("audit_")} == before
    plant(root, "synonyms.csv", "新生儿,", "初生儿,")
    plant(root, NEWBORN, "lead: health", "lead: wealth")
    assert "wealth" in refusal(lambda: loading.load(root))
    assert search.find(query="宝宝") and not search.find(query="初生儿")


def test_a_package_changes_by_a_new_version_and_what_runs_keeps_its_own(db, root):
    loading.load(root)
    mother, number = str(UUID(int=1)), "32020319920514002" + people.citizen_id_check("32020319920514002")
    people.load_people(by=HOUSE, rows=[PersonRow(id=mother, name="陈静", citizen_id=number, sex="F",
                                                 birth_date=date(1992, 5, 14))])  # fmt: skip
    rights = Grant(role=roles.RESIDENT, permissions=roles.permissions_of(roles.RESIDENT), org_path="/")
    by = Actor(kind="public", account="1", name="陈静", person=mother, grants=(rights,))
    answers = {"born_here": True, "married": False, "register_here": False}
    values = {"child_name": "陈小满", "child_sex": "female", "born_at": "2026-01-01", "hospital": "妇幼",
              "mother_name": "陈静", "mother_id": number, "mother_phone": "13800001111",
              "home_address": "蠡湖大道1号"}  # fmt: skip
    draft = onething.start(by=by, package="newborn", answers=answers, consent=False)
    draft = onething.save(by=by, draft=draft.id, values=values, complete=True)
    assert not draft.errors

    plant(root, "matters/newborn.yaml", "fee: 0", "fee: 20")
    with pytest.raises(ConflictError):  # published under this version with other content
        onething.load_profile(by=HOUSE, root=root)
    plant(root, NEWBORN, "version: 2026.11.2", "version: 2026.12.1")
    onething.load_profile(by=HOUSE, root=root)

    for one in onething.draft(by=by, id=draft.id).missing:
        draft = onething.add_material(by=by, draft=draft.id, material=one.material.id, upload=("p.png", PNG))
    no = onething.submit(by=by, draft=draft.id, key="submit-1").case_no
    kept = onething.application(by=by, case=no).package
    now = onething.guide(package="newborn", answers=answers).package
    assert (kept.version, now.version) == ("2026.11.2", "2026.12.1")
    assert (kept.item("birth-certificate").matter.fee, now.item("birth-certificate").matter.fee) == (0, 20)
    assert {one.version for one in onething.versions(by=HOUSE, package="newborn")} == {"2026.11.2", "2026.12.1"}
    assert cases.case(by=by, no=no).state == "submitted"


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_only_the_house_and_who_publishes_loads(db, root):
    with pytest.raises(ForbiddenError):
        onething.load_profile(by=Actor(kind="public", account="1", name="n"), root=root)
