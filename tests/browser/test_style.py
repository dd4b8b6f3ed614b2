"""The design system before real eyes: no barrier that axe-core finds, everything by keyboard, nothing from outside."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def look(visitor, *, language="zh-hans", theme="light", size="normal", **context):
    """A visitor with preferences, who notes every request that leaves the city."""
    one = visitor(reduced_motion="reduce", **context)
    base = one.page.request.get("/health").url.rsplit("/", 1)[0]
    cookies = {"django_language": language, "theme": theme, "size": size}
    one.context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
    one.strangers = []
    one.page.on(
        "request", lambda r: None if r.url.startswith((base, "blob:", "data:")) else one.strangers.append(r.url)
    )
    return one


def barriers(page):
    """What axe-core finds, one line each."""
    page.add_script_tag(path=AXE)
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("skin", ["citizen", "desk", "office"])
def test_every_component_is_without_barriers(visitor, skin, theme):
    one = look(visitor, theme=theme)
    answer = one.page.goto(f"/style/?skin={skin}")
    assert answer.status == 200
    expect(one.page.get_by_role("heading", level=1)).to_have_text("设计样式")
    expect(one.page.locator("city-map")).to_have_attribute("data-state", "ready")
    assert barriers(one.page) == []
    assert one.strangers == []


@pytest.mark.parametrize("path", ["/style/?skin=screen", "/screen/", "/nowhere/"])
def test_wall_and_error_pages_are_without_barriers(visitor, path):
    one = look(visitor, language="en", viewport={"width": 1920, "height": 1080})
    one.page.goto(path)
    expect(one.page.get_by_role("heading", level=1)).to_be_visible()
    assert barriers(one.page) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", ["normal", "large"])
def test_a_phone_never_scrolls_sideways(visitor, language, size):
    one = look(visitor, language=language, size=size, viewport={"width": 390, "height": 844})
    for path in ("/style/", "/style/?skin=desk", "/screen/", "/nowhere/"):
        one.page.goto(path)
        over = one.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over == 0, path


def test_a_dialog_opens_holds_the_focus_and_gives_it_back(visitor):
    page = look(visitor).page
    page.goto("/style/?skin=desk")
    opener = page.locator("[data-opens=demo-dialog]")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#demo-dialog")).to_be_visible()
    assert page.evaluate("document.querySelector('#demo-dialog').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.locator("#demo-dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_rows_search_and_help_by_single_keys(visitor):
    page = look(visitor).page
    page.goto("/style/?skin=desk")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-rows] tbody tr").nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**#s-table")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_tabs_move_by_arrows(visitor):
    page = look(visitor).page
    page.goto("/style/")
    page.locator("#demo-tab-1").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#demo-tab-2")).to_be_focused()
    expect(page.locator("#demo-panel-2")).to_be_visible()
    expect(page.locator("#demo-panel-1")).to_be_hidden()


def test_an_error_summary_leads_into_its_field(visitor):
    page = look(visitor).page
    page.goto("/style/")
    page.locator(".error-summary a").click()
    expect(page.locator("#id_demo_id")).to_be_focused()


def test_a_chosen_file_is_shown_and_one_that_is_too_large_is_refused(visitor):
    page = look(visitor).page
    page.goto("/style/")
    field = page.locator("#id_demo_file")
    field.set_input_files({"name": "平面图.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7" + b" " * 3000})
    expect(page.locator(".file-list__file")).to_contain_text("平面图.pdf")
    large = b" " * (10 * 1024 * 1024 + 1)
    field.set_input_files({"name": "录像.pdf", "mimeType": "application/pdf", "buffer": large})
    expect(page.locator(".file-list__file[data-state=failed]")).to_contain_text("超过10 MB")
    assert page.evaluate("document.querySelector('#id_demo_file').validity.customError")


def test_preferences_stay(visitor):
    one = visitor()
    one.page.goto("/style/")
    one.page.get_by_role("button", name="大字版").click()
    expect(one.page.locator("html")).to_have_attribute("data-size", "large")
    one.page.get_by_role("button", name="English").click()
    expect(one.page.locator("html")).to_have_attribute("lang", "en")
    expect(one.page.locator("html")).to_have_attribute("data-size", "large")


def test_map_and_list_follow_each_other(visitor):
    one = look(visitor, viewport={"width": 1600, "height": 900})
    page = one.page
    page.goto("/screen/")
    expect(page.locator("city-map")).to_have_attribute("data-state", "ready")
    expect(page.get_by_text("示意图 · 由事实生成，非实测边界")).to_be_visible()
    expect(page.get_by_text("审图号")).to_be_visible()
    summary = page.locator("details[data-division]", has_text="滨湖区").locator("summary")
    summary.focus()
    page.keyboard.press("Enter")  # by keyboard: the district opens, the map names its towns
    town = page.get_by_role("button", name="蠡湖街道")
    expect(town).to_be_visible()
    expect(page.locator(".map__label--town", has_text="蠡湖街道")).to_be_visible()
    box = page.locator(".map__label--town", has_text="蠡湖街道").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # by mouse: the town is chosen
    expect(town).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="全市").click()
    expect(page.locator(".map__label--town")).to_have_count(0)
    assert one.strangers == []


def test_without_scripts_the_list_still_says_it_all(visitor):
    page = visitor(java_script_enabled=False).page
    page.goto("/screen/")
    page.locator("summary", has_text="江阴市").click()
    expect(page.get_by_role("button", name="澄江街道")).to_be_visible()
