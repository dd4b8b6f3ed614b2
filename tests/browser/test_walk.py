"""A newborn's one thing, from a question to certificates, from both sides of the counter."""

import io
import re

import segno
from playwright.sync_api import expect

MATTERS = ("出生医学证明", "出生登记", "预防接种证", "城乡居民", "社会保障卡")


def picture():
    out = io.BytesIO()
    segno.make("a child").save(out, kind="png", scale=6)
    return {"name": "照片.png", "mimeType": "image/png", "buffer": out.getvalue()}


def test_a_newborns_one_thing_from_question_to_certificate(visitor, city):
    resident, desk = visitor(), visitor()
    no = applies(resident.page)
    page = resident.page
    accepted_at_the_window(desk.page, no)
    expect(page.get_by_text("已受理").first).to_be_visible()  # the page heard of it by itself

    asks_for_a_correction(visitor().page, no)
    page.get_by_role("link", name="立即补正").click()
    page.get_by_label("出生医院").fill("无锡市妇幼保健院")
    page.get_by_role("button", name="提交补正").click()
    expect(page.get_by_text("补正已提交").first).to_be_visible()

    waits_for_the_certificate(visitor().page, no)
    for login in ("health", "health", "police", "medicare", "hrss"):
        decides(visitor().page, login, no)
    handed_out(desk.page, no)
    receives(page, no, visitor)
    rates(page, visitor)


def applies(page):
    page.goto("/")
    page.get_by_role("searchbox").first.fill("生孩子")
    page.get_by_role("searchbox").first.press("Enter")
    page.get_by_role("link", name=re.compile("新生儿出生一件事")).first.click()
    for question in ("born_here", "married", "register_here", "insure", "card"):
        page.locator(f"input[name={question}][value=true]").check()
        expect(page.locator(f"input[name={question}][value=true]")).to_be_checked()
        page.wait_for_url(lambda url, question=question: f"{question}=true" in url)
    for matter in MATTERS:
        expect(page.get_by_role("complementary").get_by_text(matter).first).to_be_visible()
    expect(page.locator(".saving")).to_be_visible()
    page.get_by_role("link", name="开始办理").click()
    page.get_by_role("button", name=re.compile("居民")).click()  # a sample identity
    page.get_by_role("button", name="填写表单").click()
    expect(page.get_by_role("textbox", name="母亲姓名")).not_to_have_value("")
    expect(page.get_by_text("人口基础库").first).to_be_visible()
    page.get_by_label("孩子姓名").fill("示例宝宝")
    page.get_by_text("女", exact=True).check()
    page.get_by_label("出生日期").fill("2026-11-01")
    page.get_by_label("出生医院").fill("市妇幼")
    page.get_by_text("随母亲").check()
    page.get_by_role("button", name="下一步").click()
    page.locator("input[type=file]").first.set_input_files(picture())
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_text("示例宝宝").first).to_be_visible()
    page.locator("#id_declared").check()
    page.get_by_role("button", name="提交申请").click()
    no = page.locator(".ticket__number").inner_text()
    assert re.fullmatch(r"\d{14,}", no)
    page.get_by_role("link", name="查看进度").click()
    return no


def at_the_desk(page, login, no, item=""):
    page.goto("/desk/login/")
    if page.locator("#id_login").count():
        page.fill("#id_login", login)
        page.fill("#id_password", "Taihu-2026!")
        page.press("#id_password", "Enter")
        page.wait_for_url("**/desk/")
    page.goto(f"/desk/?q={no}")
    expect(page.locator("[data-rows] tbody tr").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{no}**")
    return page


def confirms(page, key, typed=None, choose=""):
    """One letter opens the form of a deed in place, its button confirms it."""
    page.keyboard.press(key)
    form = page.locator("#act form")
    expect(form).to_be_visible()
    if choose:
        page.locator(choose).check()
    for field, text in (typed or {}).items():
        page.locator(field).fill(text)
    form.get_by_role("button", name="确认").click()
    expect(page.locator(".toast, .banner--done").first).to_be_visible()


def accepted_at_the_window(page, no):
    at_the_desk(page, "clerk", no)
    confirms(page, "a")


def asks_for_a_correction(page, no):
    at_the_desk(page, "health", no)
    confirms(page, "s", {"#act [name='fields.hospital']": "请填写医院全称"})
    expect(page.get_by_text("请填写医院全称").first).to_be_visible()


def waits_for_the_certificate(page, no):
    """The registration needs the birth certificate: until then the police have nothing to decide."""
    page.goto("/desk/login/")
    page.fill("#id_login", "police")
    page.fill("#id_password", "Taihu-2026!")
    page.press("#id_password", "Enter")
    page.wait_for_url("**/desk/")
    page.goto(f"/desk/?q={no}")
    expect(page.locator(".empty")).to_be_visible()


def decides(page, login, no):
    page.goto("/desk/login/")
    page.fill("#id_login", login)
    page.fill("#id_password", "Taihu-2026!")
    page.press("#id_password", "Enter")
    page.wait_for_url("**/desk/")
    expect(page.locator("body")).to_be_visible()
    for _ in range(100):  # the certificate before it is issued by the worker, within moments
        page.goto(f"/desk/?q={no}")
        if page.locator("[data-rows] tbody tr").count():
            break
        page.wait_for_timeout(200)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{no}**")
    confirms(page, "a")


def handed_out(page, no):
    for _ in range(100):
        page.goto(f"/desk/?q={no}")
        if page.locator("[data-rows] tbody tr").count():
            break
        page.wait_for_timeout(200)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{no}**")
    confirms(page, "h", {"#id_taker": "示例甲"}, choose="#id_proof")


def receives(page, no, visitor):
    page.goto(f"/cases/{no}/")
    expect(page.locator(".certificate")).to_have_count(5)
    link = page.locator(".certificate a[href$='.pdf']").first.get_attribute("href")
    answer = page.request.get(link)
    assert answer.headers["content-type"] == "application/pdf" and answer.body()[:5] == b"%PDF-"
    check = page.locator(".certificate a[href*='/verify/']").first.get_attribute("href")
    stranger = visitor().page
    stranger.goto(check[check.index("/verify/") :])
    expect(stranger.get_by_text("真实有效").first).to_be_visible()


def rates(page, visitor):
    """A bad review, from both sides: called back, answered, settled, verified, published."""
    page.get_by_role("link", name="评价").first.click()
    page.get_by_label("不满意", exact=True).check()
    page.get_by_label("办理效率").check()
    page.locator("#id_org").select_option(label="无锡市卫生健康委员会")
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("感谢您的评价").first).to_be_visible()
    department = the_bad_review(visitor().page, "health")
    department.get_by_role("button", name="查看联系方式").click()
    department.get_by_label("回访记录").fill("已致电说明")
    department.get_by_role("button", name="记录回访").click()
    department.get_by_label("已整改", exact=True).check()
    department.get_by_label("给评价人的答复").fill("已增开窗口，办理时间缩短一半")
    department.get_by_role("button", name="提交答复").click()
    expect(department.get_by_text("待核验").first).to_be_visible()
    page.reload()
    page.get_by_label("是", exact=True).check()
    page.get_by_role("button", name="提交意见").click()
    number = re.search(r"/desk/reviews/(\d+)", department.url)[1]
    supervision = the_bad_review(visitor().page, "supervisor", number)
    expect(supervision.get_by_text("已解决").first).to_be_visible()
    supervision.get_by_label("通过").check()
    supervision.get_by_label("核验意见").fill("情况属实")
    supervision.get_by_role("button", name="提交核验意见").click()
    expect(supervision.get_by_text("已核验").first).to_be_visible()
    page.goto("/reviews/")
    expect(page.get_by_text("已增开窗口，办理时间缩短一半")).to_be_visible()


def the_bad_review(page, login, number=""):
    """The task in the inbox of a department or of supervision, which the worker puts there within moments."""
    page.goto("/desk/login/")
    page.fill("#id_login", login)
    page.fill("#id_password", "Taihu-2026!")
    page.press("#id_password", "Enter")
    page.wait_for_url("**/desk/")
    task = page.locator("[data-rows] tr", has_text="差评").filter(has_text=number).locator("a")
    for _ in range(100):
        page.goto("/desk/")
        if task.count():
            break
        page.wait_for_timeout(200)
    task.first.click()
    page.wait_for_url("**/desk/reviews/**")
    return page
