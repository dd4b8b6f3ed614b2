"""The studio of packages: written by one, approved by another, in force on a day, and nobody's running case changes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from tests.scenario.test_workbench import HOUSE, PASSWORD, actor, city, desk
from tests.scenario.test_workbench import no as running_case

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, roles
from liangxi.kit import time
from liangxi.kit.actor import Actor, Grant
from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.site import packaging
from liangxi.systems.onething import face as onething
from liangxi.systems.onething.face import preview, studio
from liangxi.systems.onething.shapes.studio import DISCARDED, EDITING, MATTERS, PACKAGE, PUBLISHED, SUBMITTED, Edition

assert city and running_case  # the fixtures
REGISTRATION = "birth-registration"


def staff(account: str, *permissions: str) -> Actor:
    grants = (Grant("packages", frozenset({"onething.read", *permissions}), "/"),)
    return Actor(kind="staff", account=account, name=account, org="320200", org_path="/", grants=grants)


EDITOR, SECOND = staff("editor", "onething.edit"), staff("second", "onething.edit")
BOSS = staff("boss", "onething.publish", "onething.edit")


def lines(findings):
    return [(one.file, one.line) for one in findings]


def edited(id, old, new, by=EDITOR):
    """Save the package's text with one place written otherwise; the revision."""
    copy = studio.working_copy(by=by, id=id)
    assert old in copy.texts.package
    texts = replace(copy.texts, package=copy.texts.package.replace(old, new))
    return studio.save(by=by, id=id, revision=copy.row.saved.number, texts=texts)


def in_force(package):
    """The number of the version that holds today."""
    return onething.guide(package=package).package.version


def approved(id, effective):
    revision = studio.working_copy(by=BOSS, id=id).row.saved.number
    studio.approve(by=BOSS, id=id, revision=revision, effective=effective)
    return studio.working_copy(by=BOSS, id=id).row


def test_a_version_goes_from_one_persons_desk_over_anothers_into_force(running_case):
    id = studio.begin(by=EDITOR, package="newborn")
    later = time.today() + timedelta(days=30)
    copy, standing = studio.working_copy(by=EDITOR, id=id), in_force("newborn")
    assert studio.check(by=EDITOR, id=id, texts=copy.texts) == () and copy.row.base == standing
    revision = edited(id, "title: {zh: 新生儿出生一件事, en: Having a baby}", "title: {zh: 宝宝出生一件事, en: A baby}")
    studio.submit(by=EDITOR, id=id, revision=revision, effective=later)
    copy = studio.working_copy(by=BOSS, id=id)
    assert copy.row.state == SUBMITTED and f"effective: {later}" in copy.texts.package
    with pytest.raises(ConflictError):
        studio.save(by=EDITOR, id=id, revision=copy.row.saved.number, texts=replace(copy.texts, matters=""))
    studio.reject(by=BOSS, id=id, reason="The title is too short.")
    back = studio.working_copy(by=EDITOR, id=id).row
    assert (back.state, back.reason) == (EDITING, "The title is too short.")

    studio.submit(by=EDITOR, id=id, revision=back.saved.number, effective=later)
    done = approved(id, later)
    assert done.state == PUBLISHED and done.version
    assert in_force("newborn") == standing
    assert onething.guide(package="newborn", on=later).package.title["zh"] == "宝宝出生一件事"
    assert cases.case(by=HOUSE, no=running_case).plan.version == standing
    audit.seal()
    told = {row.action for row in audit.entries_of(by=HOUSE, object="package:newborn", limit=50).entries}
    wanted = {"begun", "saved", "submitted", "rejected", "approved"}
    assert told >= {"onething.published", *(f"onething.copy.{one}" for one in wanted)}


def test_nobody_approves_his_own_and_nothing_holds_in_the_past(city):
    id = studio.begin(by=BOSS, package="newborn")
    today = time.today()
    with pytest.raises(ForbiddenError):
        studio.submit(by=staff("reader"), id=id, revision=1, effective=today)
    with pytest.raises(InvalidError) as refused:
        studio.submit(by=EDITOR, id=id, revision=1, effective=today - timedelta(days=1))
    assert "effective" in refused.value.fields
    studio.submit(by=EDITOR, id=id, revision=1, effective=today)
    revision = studio.working_copy(by=BOSS, id=id).row.saved.number
    for own in (BOSS, staff("editor", "onething.publish")):  # who wrote it, who submitted it
        with pytest.raises(ForbiddenError):
            studio.approve(by=own, id=id, revision=revision, effective=today)
        with pytest.raises(ForbiddenError):
            studio.reject(by=own, id=id, reason="not good enough")
    other = staff("other", "onething.publish")
    for wrong in ({"revision": 1, "effective": today}, {"revision": revision, "effective": today - timedelta(days=1)}):
        with pytest.raises((ConflictError, InvalidError)):
            studio.approve(by=other, id=id, **wrong)
    with pytest.raises(InvalidError):
        studio.reject(by=other, id=id, reason=" no ")
    studio.withdraw(by=EDITOR, id=id)
    assert studio.working_copy(by=EDITOR, id=id).row.state == EDITING


def test_what_holds_today_is_in_force_and_found_at_once(running_case):
    id, standing = studio.begin(by=EDITOR, package="newborn"), in_force("newborn")
    revision = edited(id, "keywords: [", "keywords: [麒麟儿, ")
    studio.submit(by=EDITOR, id=id, revision=revision, effective=time.today())
    version = approved(id, time.today()).version
    assert in_force("newborn") == version != standing
    assert [one.id for one in onething.packages(query="麒麟儿")] == ["newborn"]
    assert cases.case(by=HOUSE, no=running_case).plan.version == standing
    assert studio.index_in_force() >= 1


def test_faults_are_told_with_line_reason_and_hint_and_nothing_faulty_is_submitted(city):
    id = studio.begin(by=EDITOR, package="restaurant")
    texts = studio.working_copy(by=EDITOR, id=id).texts
    place = texts.package[: texts.package.index("when: scale > 300, after")].count("\n") + 1

    def told(old, new, part="package"):
        changed = replace(texts, **{part: getattr(texts, part).replace(old, new, 1)})
        return studio.check(by=EDITOR, id=id, texts=changed)

    (misspelt,) = told("on_deny: collect", "on_deny: colect")
    with translation.override("zh-hans"):
        assert misspelt.in_words(gettext) == ('flow.on_deny 不在可选值之内："colect"', "可填：stop, collect")
    found = told("when: scale > 300, after", "when: skale > 300, after")
    assert lines(found) == [(PACKAGE, place)] and "skale" in found[0].text and "scale" in found[0].in_words(str)[1]
    assert lines(told("when: scale > 300, after", "when: scale >> 300, after")) == [(PACKAGE, place)]
    assert [one.file for one in told("    org: fire", "    org: watery", MATTERS)] == [MATTERS]
    assert [one.line for one in told("id: restaurant", "id: cafe")] == [2]
    published = told(
        studio.working_copy(by=EDITOR, id=id).texts.package.splitlines()[2], f"version: {in_force('restaurant')}"
    )
    assert [one.line for one in published] == [3] and "next free" in published[0].text
    many = "".join(
        f"  - {{id: q{n:02}, q: {{zh: 问, en: q}}, why: {{zh: 因, en: w}}, type: bool}}\n" for n in range(20)
    )
    assert "situations" in told("ask:\n", f"ask:\n{many}")[0].text
    for rubbish in ("", "[" * 5000, "a: &b [1]\nc: *b", "\ufeff%", "ask: ]"):
        assert studio.check(by=EDITOR, id=id, texts=replace(texts, package=rubbish))
    with pytest.raises(InvalidError):
        studio.check(by=EDITOR, id=id, texts=replace(texts, package="#\n" * 6000))

    revision = edited(id, "when: scale > 300, after", "when: skale > 300, after")
    with pytest.raises(InvalidError) as refused:
        studio.submit(by=EDITOR, id=id, revision=revision, effective=time.today())
    assert list(refused.value.fields) == [f"{PACKAGE}:{place}"]
    assert studio.working_copy(by=EDITOR, id=id).row.state == EDITING


def test_the_later_of_two_editors_learns_who_saved_and_what(city):
    id = studio.begin(by=EDITOR, package="restaurant")
    copy = studio.working_copy(by=EDITOR, id=id)
    edited(id, "steps: 3", "steps: 2", by=SECOND)
    mine = replace(copy.texts, package=copy.texts.package.replace("window: 1", "window: 2"))
    with pytest.raises(ConflictError) as refused:
        studio.save(by=EDITOR, id=id, revision=1, texts=mine)
    assert refused.value.params["name"] == "second"
    changes = studio.changes_since(by=EDITOR, id=id, revision=1)
    assert [(one.kind, one.text) for one in changes.package if one.kind in "+-"] == [
        ("-", "steps: 3"),
        ("+", "steps: 2"),
    ]
    assert not changes.matters
    assert studio.save(by=EDITOR, id=id, revision=2, texts=mine) == 3  # he saw it and means it
    assert studio.save(by=EDITOR, id=id, revision=2, texts=mine) == 3  # sent twice it is one
    assert {one.account for one in studio.working_copy(by=EDITOR, id=id).history} == {"editor", "second"}
    with pytest.raises(NotFoundError):
        studio.changes_since(by=EDITOR, id=id, revision=99)


def test_a_new_package_starts_sound_and_can_be_put_aside(city):
    id = studio.begin(by=EDITOR, package="late-lunch")
    copy = studio.working_copy(by=EDITOR, id=id)
    assert studio.check(by=EDITOR, id=id, texts=copy.texts) == ()
    assert copy.row.base == "" and copy.row.title["en"] == "A new package"
    again = studio.import_texts(by=SECOND, texts=copy.texts)
    assert studio.working_copy(by=EDITOR, id=again).row.package == "late-lunch"
    studio.discard(by=EDITOR, id=id)
    assert studio.working_copy(by=EDITOR, id=id).row.state == DISCARDED
    assert {one.id for one in studio.working_copies(by=EDITOR)} == {id, again}
    with pytest.raises(ConflictError):
        studio.withdraw(by=EDITOR, id=id)
    for wrong in ("", "Late", "a" * 60, "spät"):
        with pytest.raises(InvalidError):
            studio.begin(by=EDITOR, package=wrong)
    with pytest.raises(InvalidError):
        studio.import_texts(by=EDITOR, texts=replace(copy.texts, package="nothing: here"))
    with pytest.raises(ForbiddenError):
        studio.begin(by=staff("reader"), package="late-dinner")


def test_every_situation_is_shown_and_found_by_its_answers(city):
    edition = Edition(package="restaurant", version=in_force("restaurant"))
    page = preview.situations(by=EDITOR, edition=edition, wanted={})
    assert (page.found, page.total, len(page.rows)) == (16, 16, 16)
    scale = page.choices["scale"]
    assert [(one.low, one.high) for one in scale] == [(None, 300), (300, 300), (300, None)]
    large = preview.situations(by=EDITOR, edition=edition, wanted={"scale": "301", "fire_commitment": "true"}, size=3)
    assert (large.found, len(large.rows)) == (4, 3)
    guide = large.rows[0].guide
    assert "fire-inspection" in {one.matter.id for one in guide.items} and "floor" in large.rows[0].fields
    form = preview.preview_form(by=EDITOR, edition=edition, answers={"scale": 301})
    assert "floor" in {field.id for field in form.fields}
    assert preview.preview_guide(by=EDITOR, edition=edition, answers={"scale": "80"}).next.id == "sign"


def test_what_changes_for_whom(city):
    id = studio.begin(by=EDITOR, package="restaurant")
    edited(id, "scale > 300", "scale > 500")
    edited(id, "promised_when: [{when: fire_commitment, days: 1}]", "promised_when: [{when: fire_commitment, days: 2}]")
    edited(id, "audience: firm", "audience: person")
    before = Edition(package="restaurant", version=in_force("restaurant"))
    found = preview.compare(by=EDITOR, before=before, after=Edition(copy=id))
    assert found.audiences == ("firm", "person") and found.same == 12
    spared = [one for one in found.changes if one.effect.matters[1] == ("fire-inspection",)]
    assert all(one.effect.materials[1] == ("evacuation-plan",) and one.effect.fields[1] == ("floor",) for one in spared)
    assert {answers["scale"] for one in spared for answers in one.situations} == {400, 500}
    slower = [one for one in found.changes if one.effect.limits]
    assert [one.effect.limits for one in slower] == [(("fire-inspection", 1, 2),)]
    assert any(line.kind == "+" and "scale > 500" in line.text for line in found.texts.package)

    edited(id, "  - id: tobacco\n", "  - id: smokes\n")
    edited(id, "when: tobacco", "when: smokes")
    renamed = preview.compare(by=EDITOR, before=before, after=Edition(copy=id))
    assert renamed.changes  # who does not answer as before may have had either situation


def test_what_is_published_loads_again_without_difference(city, tmp_path, profile):
    id = studio.begin(by=EDITOR, package="newborn")
    revision = edited(id, "steps: 3", "steps: 2")
    studio.submit(by=EDITOR, id=id, revision=revision, effective=time.today())
    approved(id, time.today())
    version = onething.guide(package="newborn").package
    for package in ("newborn", "restaurant"):
        packaging.export(package, "", tmp_path)
    before = {row.hash for row in onething.versions(by=EDITOR)}
    loaded = onething.load_profile(by=HOUSE, root=tmp_path)
    assert (loaded.added, loaded.unchanged) == (0, 2)
    assert {row.hash for row in onething.versions(by=EDITOR)} == before and version.hash in before
    source = Path(profile / "onethings" / "restaurant.yaml").read_text(encoding="utf-8")
    assert (tmp_path / "onethings" / "restaurant.yaml").read_text(encoding="utf-8") == source


def test_two_editions_whose_matters_stand_in_one_folder(city, tmp_path):
    """A matter that another file of the folder defines in the same words is not written twice."""
    packaging.export("newborn", "", tmp_path)
    (tmp_path / "matters" / "newborn.yaml").rename(tmp_path / "matters" / "shared.yaml")
    packaging.export("newborn", "", tmp_path)
    assert not onething.check_profile(root=tmp_path)
    shared = tmp_path / "matters" / "shared.yaml"
    shared.write_text(
        shared.read_text().replace(f"id: {REGISTRATION}", f"id: {REGISTRATION}  # same"), encoding="utf-8"
    )
    packaging.export("newborn", "", tmp_path)
    shared.write_text(shared.read_text().replace("fee: 0", "fee: 9", 1), encoding="utf-8")
    with pytest.raises(ConflictError) as refused:
        packaging.export("newborn", "", tmp_path)
    assert "shared.yaml" in str(refused.value)


def test_programs_read_versions_as_files(city):
    account = AccountRow(login="packages", kind="staff", name="邹流程", password=PASSWORD,
                         posts=(("320200", roles.PACKAGE_ADMIN),))  # fmt: skip
    people.load_accounts(by=HOUSE, rows=[account])
    until = time.today() + timedelta(days=9)
    issued = people.issue_api_key(by=actor("packages"), name="test", scope="read", until=until)
    client = Client(headers={"authorization": f"Bearer {issued.secret}"})
    listed = client.get("/api/v1/packages/restaurant/versions").json()["items"]
    assert [(one["version"], one["is_current"]) for one in listed] == [(in_force("restaurant"), True)]
    found = client.get(f"/api/v1/packages/restaurant/versions/{in_force('restaurant')}").json()
    assert found["package"].startswith("#") and "matters:" in found["matters"] and "BPMNPlane" in found["bpmn"]
    assert client.get("/api/v1/packages/restaurant/versions/2026.99.1").status_code == 404
    assert Client().get("/api/v1/packages/restaurant/versions").status_code == 401


def test_the_pages_of_the_studio_refuse_what_is_wrong_beside_its_field(city):
    account = AccountRow(login="packages", kind="staff", name="邹流程", password=PASSWORD,
                         posts=(("320200", roles.PACKAGE_ADMIN),))  # fmt: skip
    people.load_accounts(by=HOUSE, rows=[account])
    client = desk("packages")
    assert client.post("/office/studio/begin/", {"package": "Wrong Id", "new": "1"}).status_code == 422
    assert client.post("/office/studio/begin/", {"package": "newborn", "new": "1"}).status_code == 422
    assert client.post("/office/studio/import/", {}).status_code == 422
    page = client.post("/office/studio/begin/", {"package": "newborn"}).url
    texts = studio.working_copy(by=EDITOR, id=page.split("/")[-2]).texts
    sent = {"revision": "1", "package": texts.package.replace("steps: 3", "steps: 2"), "matters": texts.matters}
    assert client.post(page, sent).status_code == 302
    late = client.post(page, sent | {"package": texts.package.replace("steps: 3", "steps: 4")})
    assert late.status_code == 409 and "邹流程 saved this working copy" in late.content.decode()
    assert "steps: 4" in late.content.decode() and "steps: 2" in late.content.decode()
    assert client.post(f"{page}turn/", {"do": "submit", "revision": "2", "effective": "soon"}).status_code == 422
    for part in ("situations/", "compare/", "diagram/", "diagram/?file=bpmn", "decisions/", "package.yaml"):
        assert client.get(page + part).status_code == 200, part
    assert client.post(page, sent | {"revision": "2", "package": "["}).status_code == 302
    assert client.get(f"{page}situations/").status_code == 422
    table = SimpleUploadedFile("table.dmn", b"<definitions/>")
    assert client.post(f"{page}decisions/", {"file": table, "do": "read"}).status_code == 422
