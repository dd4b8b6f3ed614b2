"""A firm opens a restaurant: found by category, commitments signed, one matter denied with its reason."""

import io
import re

import segno
from playwright.sync_api import expect


def plan():
    out = io.BytesIO()
    segno.make("a floor plan").save(out, kind="png", scale=6)
    return {"name": "平面图.png", "mimeType": "image/png", "buffer": out.getvalue()}


def test_a_firm_applies_and_is_told_why_it_was_denied(visitor, city):
    firm, desk = visitor(viewport={"width": 390, "height": 844}), visitor()
    page = firm.page
    no = applies(page)

    desk.sign_in("/desk/login/", "clerk").goto(f"/desk/cases/{no}/?do=accept")
    desk.page.get_by_role("button", name="确认").click()
    expect(desk.page.locator(".toast, .banner--done").first).to_be_visible()

    market = visitor().sign_in("/desk/login/", "market")
    market.goto(f"/desk/cases/{no}-1/?do=approve")
    market.get_by_role("button", name="确认").click()
    expect(market.locator(".toast, .banner--done").first).to_be_visible()
    market.goto(f"/desk/cases/{no}-2/?do=deny")
    market.get_by_role("button", name="确认").click()
    expect(market.locator(".error-summary")).to_be_visible()  # without a reason nobody is denied
    market.locator("#id_reason").fill("后厨面积不足，达不到食品处理区的要求")
    market.get_by_role("button", name="确认").click()
    expect(market.locator(".toast, .banner--done").first).to_be_visible()

    expect(page.get_by_text("后厨面积不足").first).to_be_visible()  # the open page heard of it
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def applies(page):
    page.goto("/login/")
    page.get_by_role("button", name=re.compile("有限公司")).click()
    page.goto("/things/?category=business&for=firm")
    page.get_by_role("link", name=re.compile("开办餐饮店")).first.click()
    page.goto("/things/restaurant/?scale=80&sign=false&tobacco=false")
    expect(page.get_by_text("食品经营许可").first).to_be_visible()
    page.get_by_role("link", name="开始办理").first.click()
    page.get_by_role("radio", name=re.compile("法定代表人")).check()  # the other firm has lent him a role
    page.get_by_role("button", name="填写表单").click()
    expect(page.get_by_role("textbox", name="店铺名称")).not_to_have_value("")
    page.get_by_label("热食类制售").check()
    page.get_by_role("textbox", name="餐位数").fill("24")
    page.get_by_role("textbox", name="食品安全管理员姓名").fill("示例乙")
    page.get_by_role("textbox", name="食品安全管理员电话").fill("15400000001")
    page.get_by_role("button", name="下一步").click()
    page.locator("input[type=file]").first.set_input_files(plan())
    for promise in page.locator("input[name^=commit-]").all():
        promise.check()
    page.get_by_role("button", name="核对").click()
    page.locator("#id_declared").check()
    page.get_by_role("button", name="提交申请").click()
    no = page.locator(".ticket__number").inner_text()
    page.get_by_role("link", name="查看进度").click()
    return no
