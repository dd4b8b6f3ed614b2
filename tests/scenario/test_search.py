"""Finding: whatever is filed in Chinese is found by any part of it, and nothing that is typed breaks the search."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liangxi.core.search import face as search
from liangxi.core.search.shapes import Entry
from liangxi.kit.actor import Actor, system
from liangxi.kit.errors import ForbiddenError

HOUSE = system("test")
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def file(key: str, title: str, text: str = "", **more: object) -> None:
    search.index(kind="package", key=key, title=title, text=text, url=f"/{key}/", **more)


def found(query: str, **more: object) -> list[str]:
    return [hit.key for hit in search.find(query=query, **more)]


@given(text=st.text(HAN, min_size=2, max_size=40), data=st.data())
@QUICK
def test_every_part_of_what_is_filed_is_found(db, text, data):
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    file("one", "标题", text)
    assert "one" in found(text[start:end])


@given(query=st.one_of(
    st.text(max_size=60),
    st.text(alphabet="'\"\\&|!():*<->%_;-\x00\n 户口a", max_size=60),
))  # fmt: skip
@QUICK
def test_whatever_is_typed_gets_an_answer(db, query):
    file("newborn", "新生儿出生一件事", "上户口 a")
    search.find(query=query)


@pytest.mark.parametrize(
    "query",
    ["", " ", "，。", "'", "\\", "a & b | !c", "户口:*", "<->", "%", "户口\x00", "\x00", "户口" * 5000, "x" * 10_000,
     "' OR 1=1 --", "户口%(query)s", "\ufffd", "👶", "e\u0301" * 400],
)  # fmt: skip
def test_hostile_words_are_only_words(db, query):
    file("newborn", "新生儿出生一件事", "上户口")
    assert found(query) in ([], ["newborn"])


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("户口", ["newborn"]),
        ("医保", ["newborn"]),
        ("餐饮", ["restaurant"]),
        ("证", ["newborn", "restaurant"]),
        ("户口 医保", ["newborn"]),
        ("户口，餐饮", []),
        ("ＡＰＰ", ["restaurant"]),
        ("app", ["restaurant"]),
        ("App办理", ["restaurant"]),
        ("二〇二六", ["restaurant"]),
        ("２０２６", ["newborn"]),
        ("2026年", ["newborn"]),
        ("口户", []),
    ],
)
def test_words_that_people_type(db, query, keys):
    file("newborn", "新生儿出生一件事", "出生医学证明、上户口、医保；2026年起")
    file("restaurant", "开餐馆一件事", "餐饮服务许可证，用App办理，二〇二六年")
    assert sorted(found(query)) == keys


def test_filing_again_replaces(db):
    file("newborn", "新生儿出生", "上户口")
    file("newborn", "生育", "医保")
    assert found("户口") == found("新生") == [] and found("医保") == ["newborn"]
    search.remove(kind="package", key="newborn")
    assert found("医保") == []


def test_a_thing_is_found_once_whatever_the_language(db):
    file("newborn", "新生儿 baby", "户口")
    file("newborn", "Having a baby", "Registration", lang="en")
    assert found("baby") == ["newborn"]
    assert [hit.title for hit in search.find(query="baby", lang="en")] == ["Having a baby"]
    assert found("户口", lang="en") == []


@pytest.mark.parametrize("repeated", [1, 30, 400])
@pytest.mark.parametrize("word", ["户口", "出生登记", "register", "证"])
def test_a_title_goes_before_a_text_however_long(db, word, repeated):
    file("a-text", "别的事", f"{word}，" * repeated)
    file("b-title", f"办理{word} 一件事", "说明")
    assert found(word) == ["b-title", "a-text"]


def test_weight_and_audience(db):
    search.index_many(entries=[
        Entry(kind="package", key="light", title="开店", text="餐饮"),
        Entry(kind="package", key="heavy", title="开店", text="餐饮", weight=3.0),
        Entry(kind="package", key="firm", title="开店", text="餐饮", audience="firm", weight=2.0),
        Entry(kind="policy", key="policy", title="开店", text="餐饮", weight=0.5),
    ])  # fmt: skip
    assert found("餐饮") == ["heavy", "firm", "light", "policy"]
    assert found("餐饮", audience="person", kind="package") == ["heavy", "light"]
    assert found("餐饮", audience="firm", limit=2) == ["heavy", "firm"]


def test_a_long_text_is_found_by_its_end(db):
    long = "".join(chr(0x4E00 + n % 20000) for n in range(200_000))
    file("long", "很长的文件", long + "末尾特有的话")
    assert found("末尾特有") == ["long"]


def test_everyday_words(db):
    file("newborn", "出生登记")
    search.load_synonyms(by=HOUSE, synonyms={"出生登记": ["上户口"]})
    assert found("怎么上户口") == [] and found("上户口") == ["newborn"]
    search.load_synonyms(by=HOUSE, synonyms={})
    assert found("上户口") == []
    with pytest.raises(ForbiddenError):
        search.load_synonyms(by=Actor(kind="staff", account="1", name="n"), synonyms={})
