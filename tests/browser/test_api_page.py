"""Keys and objections before real eyes, and the example of the API's page run as it stands there."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.test_style import barriers, look

PAGE = Path(__file__).parents[2] / "docs/systems/api.md"
RESIDENT = "320291199904250027"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_of_operations_is_without_barriers_and_strangers(visitor, theme):
    one = look(visitor, theme=theme, viewport={"width": 390, "height": 844})
    one.page.goto("/api/v1/")
    expect(one.page.get_by_role("heading", level=1)).to_have_text("程序接口")
    one.page.locator("#command summary").click()
    expect(one.page.locator("#command")).to_contain_text("Idempotency-Key")
    assert not re.search(r"^[A-Z][a-z]+ [a-z]", one.page.locator("main").inner_text(), re.MULTILINE)  # no English line
    assert barriers(one.page) == []
    assert one.page.evaluate("document.documentElement.scrollWidth") == 390
    assert one.strangers == []


def test_the_example_of_the_documentation_works_as_it_stands(visitor, city):
    if not (shutil.which("curl") and shutil.which("jq")):
        pytest.skip("curl or jq is not installed (Debian: apt install curl jq)")
    one = look(visitor)
    page = one.sign_in("/desk/login/", "health")
    page.goto("/office/own/keys/")
    page.fill("#id_name", "卫健业务系统")
    page.check("input[name=scope][value=write]")
    page.get_by_role("button", name="创建密钥").click()
    expect(page.get_by_text("请立即复制密钥")).to_be_visible()
    secret = page.locator("#fresh-key pre").inner_text().strip()
    assert barriers(page) == []
    script = re.search(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]
    script = script.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{city.port}").replace("lx_...", secret)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=city.home.parent, capture_output=True,
                          text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.rpartition("{")[1] + done.stdout.rpartition("{")[2])
    assert last["state"] == "approved" and last["replayed"] is False
    page.goto("/office/own/keys/")
    expect(page.locator("main table")).not_to_contain_text("从未使用")
    page.get_by_role("button", name="吊销").click()
    expect(page.get_by_text("密钥已吊销，不能再使用。")).to_be_visible()


def test_an_objection_goes_from_a_resident_to_its_steward_and_back(visitor):
    resident = look(visitor, viewport={"width": 390, "height": 844})
    page = resident.sign_in("/login/", RESIDENT)
    page.goto("/things/newborn/begin/?born_here=true&married=true&register_here=true&insure=true&card=true")
    page.check("input[name=consent]")
    page.locator("form button.button--primary").last.click()
    page.wait_for_url("**/applications/**")
    page.goto(page.locator("a[href$='/wrong/mother_phone/']").get_attribute("href"))
    page.fill("#id_claim", "13911112222")
    page.get_by_role("button", name="告诉").or_(page.locator("form .button--primary")).first.click()
    page.wait_for_url("**/applications/**")

    steward = look(visitor, theme="dark", viewport={"width": 390, "height": 844})
    office = steward.sign_in("/desk/login/", "police")
    office.goto("/office/objections/")
    expect(office.locator("main table")).to_contain_text("手机号码")
    assert barriers(office) == []
    office.locator("main table a").first.click()
    office.get_by_role("button", name="查看具体内容").click()
    expect(office.get_by_text("13911112222")).to_be_visible()
    assert barriers(office) == []
    assert office.evaluate("document.documentElement.scrollWidth") == 390
    office.check("input[value=corrected]")
    office.fill("#id_answer", "已按运营商实名登记更正。")
    office.get_by_role("button", name="答复并通知本人").click()
    expect(office.get_by_text("已答复，并已通知本人。")).to_be_visible()
    page.goto("/messages/")
    expect(page.get_by_text("已按运营商实名登记更正。")).to_be_visible()
    page.goto("/me/")
    expect(page.locator("#disputes").locator("..")).to_contain_text("已按运营商实名登记更正。")
