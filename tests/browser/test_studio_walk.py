"""The studio from both sides of an approval: written, mended, tried, compared, submitted, approved by another."""

import re

from playwright.sync_api import expect

from liangxi.kit import time

RIGHT, WRONG = "marriage-registration, when: stage =", "marriage-registration, when: stege ="
OLD, NEW = "公民婚育一件事", "结婚成家一件事"
MARRIED = "?stage=married&move=false&birth=false"


def written(page, old, new):
    field = page.locator("#id_package")
    assert old in field.input_value()
    field.fill(field.input_value().replace(old, new))


def begun(page):
    """A resident's application, begun now; its address."""
    page.goto(f"/things/marriage/begin/{MARRIED}")
    page.get_by_role("button", name=re.compile("居民")).click()
    page.get_by_role("button", name="填写表单").click()
    page.wait_for_url("**/applications/**")
    return page.url


def mended(page):
    """A fault is shown with its line while he types; its link leads there; mended, it is gone."""
    written(page, RIGHT, WRONG)
    faults = page.locator("#faults")
    expect(faults).to_contain_text("条件用到 stege")
    expect(faults).to_contain_text("已有问题")
    faults.get_by_role("link").first.click()
    line = page.locator("#id_package").evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)")
    assert WRONG in line
    written(page, WRONG, RIGHT)
    expect(faults.get_by_text("没有错误")).to_be_visible()


def looked_at(page):
    page.get_by_role("link", name="情形").click()
    page.select_option("#id_checkup", "true")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_text(re.compile("共 .* 种情形")).first).to_be_visible()
    page.get_by_role("link", name="对谁有什么变化").click()
    expect(page.get_by_text("跑动次数").first).to_be_visible()
    page.get_by_role("link", name="流程图").click()
    expect(page.locator("svg.bpmn")).to_be_visible()
    page.get_by_role("link", name="指南和表单").click()
    expect(page.get_by_role("heading", name=NEW)).to_be_visible()
    expect(page.get_by_text("这个版本尚未生效")).to_be_visible()


def test_a_package_is_written_tried_and_approved_by_a_second_person(visitor, city):
    resident = visitor().page
    running = begun(resident)
    page = visitor().sign_in("/desk/login/", "publisher")  # who may do both does not do both
    page.goto("/office/studio/")
    page.select_option("#id_known", "marriage")
    page.get_by_role("button", name="新建工作副本").click()
    page.wait_for_url(re.compile(r"/studio/[0-9a-f-]{36}/$"))
    address = page.url
    mended(page)
    written(page, f"title: {{zh: {OLD}", f"title: {{zh: {NEW}")
    written(page, "trips: {online: 1", "trips: {online: 2")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存为第 2 次修订")).to_be_visible()
    looked_at(page)

    page.goto(address)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已提交，由另一人审批")).to_be_visible()
    expect(page.get_by_text("须由另一人审批")).to_be_visible()
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    form = {"csrfmiddlewaretoken": token, "do": "approve", "revision": "3", "effective": str(time.today())}
    refused = page.request.post(f"{address}turn/", form=form, headers={"Referer": address})
    assert "不能由本人审批" in refused.text()

    resident.goto("/things/marriage/")
    expect(resident.get_by_role("heading", name=OLD).first).to_be_visible()
    other = visitor().sign_in("/desk/login/", "publisher2")
    other.goto(address)
    other.get_by_role("button", name="通过并发布").click()
    expect(other.get_by_text("已发布，从您选定的日期起生效")).to_be_visible()
    resident.reload()
    expect(resident.get_by_role("heading", name=NEW).first).to_be_visible()
    resident.goto(running)  # what was begun keeps its version
    expect(resident.get_by_role("heading", name=OLD).first).to_be_visible()
