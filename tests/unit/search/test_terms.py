"""How text becomes terms: what may be typed, whatever it is, becomes something PostgreSQL can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liangxi.core.search import rules

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("户口", ["户口"]),
        ("上户口", ["上户", "户口"]),
        ("证", ["_证"]),
        ("二〇二六年", ["二〇", "〇二", "二六", "六年"]),
        ("医保card", ["医保", "card"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("上户口，怎么办？", ["上户", "户口", "怎么", "么办"]),
        ("A-1_b", ["a", "1", "b"]),
        (" ，。、!&|:*()'\"\\<-> ", []),
        ("", []),
        ("户口户口户口", ["户口", "口户"]),
        ("'; DROP TABLE search_entry --", ["drop", "table", "search", "entry"]),
    ],
)
def test_the_terms_of_a_query(text, found):
    assert rules.query_terms(text) == found


@given(st.text(HAN, min_size=2, max_size=60), st.data())
def test_every_part_of_a_chinese_text_is_among_its_terms(text, data):
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    assert set(rules.query_terms(text[start:end])) <= set(rules.terms(text))


@given(st.text(max_size=300))
def test_whatever_is_asked_asks_for_little(query):
    found = rules.query_terms(query)
    assert len(found) <= rules.MOST_TERMS
    assert all(0 < len(term) <= 64 and "\x00" not in term for term in found)


@given(st.text(max_size=80), st.text(max_size=40))
def test_a_snippet_is_a_piece_of_its_text(text, query):
    pieces = rules.snippet(text, query, width=60)
    said = "".join(piece for piece, _ in pieces)
    assert said in text and len(said) <= 60


def test_a_snippet_shows_where_it_matched():
    text = "甲" * 100 + "先到派出所上户口再办医保" + "乙" * 100
    pieces = rules.snippet(text, "上户口")
    assert ("上户口", True) in pieces and sum(len(piece) for piece, _ in pieces) == 60


def test_a_word_of_the_people_asks_for_the_official_one_and_back():
    synonyms = {"出生登记": ["上户口", "落户"]}
    assert rules.query_terms("出生登记") in rules.widened("上户口", synonyms)
    assert rules.query_terms("落户") in rules.widened("出生登记", synonyms)
    assert rules.widened("，", synonyms) == []
