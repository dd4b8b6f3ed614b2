"""The guide is read aloud sentence by sentence, says so when there is no voice, and fits one sheet of paper."""

import io
from pathlib import Path
from unicodedata import normalize

from playwright.sync_api import expect
from pypdf import PdfReader

from liangxi.kit.schema import load_yaml

ROOT = Path(__file__).parents[2]
CITY = ROOT / "cities" / "wuxi" / "onethings"
SCHEMA = ROOT / "src" / "liangxi" / "systems" / "onething" / "schemas" / "package.json"
GUIDE = "/things/newborn/?born_here=true&married=true&register_here=true&insure=true&card=true"
NO_VOICE = "Object.defineProperty(speechSynthesis, 'getVoices', {value: () => []});"
A_VOICE = """
window.said = [];
let now = null;
Object.defineProperty(speechSynthesis, 'getVoices', {value: () => [{lang: 'en-US'}, {lang: 'zh-CN'}]});
Object.defineProperty(window, 'SpeechSynthesisUtterance', {value: function (text) { this.text = text; }});
Object.defineProperty(speechSynthesis, 'speak', {value: (one) => { window.said.push(one); now = one; }});
Object.defineProperty(speechSynthesis, 'cancel', {value: () => { now = null; }});
window.sentenceEnds = () => now && now.onend({});
"""


def reads(visitor, script):
    page = visitor().page
    page.add_init_script(script)
    page.goto(GUIDE)
    return page


def test_the_guide_is_read_aloud_and_the_keyboard_stops_it(visitor):
    page = reads(visitor, A_VOICE)
    page.get_by_role("button", name="朗读", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="暂停")).to_be_focused()
    spoken = lambda: page.evaluate("window.said.map((one) => one.text)")  # noqa: E731
    assert spoken() == ["办什么、谁来办"]
    assert page.evaluate("window.said[0].voice.lang") == "zh-CN"
    for _ in range(3):
        page.evaluate("window.sentenceEnds()")
    assert len(spoken()) == 4
    expect(page.locator("#guide-text .is-spoken")).to_have_count(1)
    assert page.evaluate("[...CSS.highlights.get('spoken')][0].toString().trim()") == spoken()[-1]

    page.keyboard.press("Enter")  # pause
    expect(page.get_by_role("status").get_by_text("朗读已暂停")).to_be_visible()
    page.get_by_role("button", name="继续朗读").press("Enter")
    assert spoken()[-1] == spoken()[-2]  # the sentence that was cut off is said again
    page.get_by_role("button", name="停止").press("Enter")
    expect(page.locator(".is-spoken")).to_have_count(0)
    expect(page.get_by_role("button", name="朗读", exact=True)).to_be_visible()


def test_a_browser_without_a_voice_says_so(visitor):
    page = reads(visitor, NO_VOICE)
    page.get_by_role("button", name="朗读", exact=True).click()
    expect(page.get_by_text("没有中文语音")).to_be_visible()
    expect(page.get_by_role("link", name="打印一页纸指南")).to_be_visible()


def test_large_print_is_remembered(visitor):
    page = visitor().page
    page.goto(GUIDE)
    page.get_by_role("button", name="大字版").click()
    page.goto("/things/")
    assert page.locator("html").get_attribute("data-size") == "large"


def test_suggestions_are_walked_by_keys(visitor):
    page = visitor().page
    page.goto("/")
    page.get_by_role("searchbox").press_sequentially("狗证")
    offer = page.locator("#suggestions a").first
    expect(offer).to_contain_text("养犬登记一件事")
    page.keyboard.press("ArrowDown")
    expect(offer).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions a")).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_every_sheet_is_one_page_of_paper(visitor):
    """In large print too, which every second one is tried in."""
    pages = [visitor().page, visitor().page]
    pages[1].goto("/")
    pages[1].get_by_role("button", name="大字版").click()
    for n, file in enumerate(sorted(CITY.glob("*.yaml"))):
        page = pages[n % 2]
        example = max(load_yaml(file, SCHEMA).data["examples"], key=lambda one: len(one["expect"]["items"]))
        answers = "&".join(f"{key}={str(value).lower()}" for key, value in example["answers"].items())
        page.goto(f"/things/{file.stem}/sheet/?{answers}")
        paper = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
        text = normalize("NFKC", paper.pages[0].extract_text())
        assert len(paper.pages) == 1, file.stem
        assert "登录" not in text and "综合窗口" in text.replace(" ", "")
