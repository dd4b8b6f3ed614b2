"""The words of every message, in both languages."""

import string

import pytest

from liangxi.core.messages.rules import templates
from liangxi.kit.errors import InvalidError

GIVEN = {
    "title": {"zh": "开餐馆", "en": "Opening a restaurant"},
    "case": "32020000000000000001",
    "note": "缺少平面图。",
    "days": 10,
    "name": "市民样例",
    "who": "代办人样例",
    "agent": "受托人样例",
    "role": {"zh": "代办人", "en": "agent"},
    "until": "2026-12-31",
    "error": "HTTP 500",
}
BOTH = [(name, lang) for name in templates.TEMPLATES for lang in ("zh", "en")]


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_both_languages_say_the_same_things(name):
    asked = {
        lang: {field for text in said for _, field, *_ in string.Formatter().parse(text) if field}
        for lang, said in templates.TEMPLATES[name].items()
    }
    assert set(asked) == {"zh", "en"}
    assert asked["zh"] == asked["en"]
    assert asked["zh"] & {"title", "name"}, "it does not say what it is about"


@pytest.mark.parametrize(("name", "lang"), BOTH)
def test_every_message_can_be_said(name, lang):
    title, text = templates.words(name, GIVEN, lang)
    assert title and (GIVEN["title"][lang] in text or GIVEN["name"] in text)
    assert "{" not in text
    assert not any(twice in text for twice in ("。。", "。.", "..", "：。", ": .", "：；"))


@pytest.mark.parametrize(("name", "lang"), BOTH)
def test_a_text_message_says_nothing_of_the_note_and_is_still_a_sentence(name, lang):
    text = templates.short(name, GIVEN, lang)
    assert "平面图" not in text
    assert not any(hole in text for hole in ("：。", "： ", ": .", ":  ", "。。", ".."))
    assert not text.endswith(("：", ": ", ":"))


@pytest.mark.parametrize(
    ("template", "params"),
    [("case.exploded", GIVEN), ("case.refused", {"title": "开餐馆", "case": "1"}), ("case.accepted", {})],
)
def test_what_cannot_be_said_is_refused(template, params):
    with pytest.raises(InvalidError) as error:
        templates.words(template, params, "zh")
    assert error.value.code == "messages.template"


def test_a_value_is_never_read_as_a_template():
    text = templates.words("case.refused", GIVEN | {"note": "{case.__class__} {0} %s {"}, "zh")[1]
    assert "{case.__class__} {0} %s {" in text


@pytest.mark.parametrize(
    ("lang", "first"), [("zh", "您"), ("zh-hans", "您"), ("fr", "您"), ("en", "“"), ("en-gb", "“")]
)
def test_who_reads_no_english_reads_chinese(lang, first):
    assert templates.words("case.accepted", GIVEN, lang)[1].startswith(first)
