"""A whole sample city, and a browser to walk through it."""

import shutil

import pytest
from tests.fault.houses import House, open_place, until

PASSWORD = "Taihu-2026!"


@pytest.fixture(scope="session")
def city():
    """`liangxi run` with its sample, on a free port, for all browser tests."""
    with open_place() as place:
        house = House(place / "var").start()
        until(house.is_well)
        yield house
        assert house.stop() == 0


@pytest.fixture(scope="module")  # while it lives, its event loop runs in this thread: no other module may meet it
def browser():
    """Chromium without a window."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed (Debian: apt install chromium fonts-noto-cjk)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visitor:
    """One person before one screen; what the browser complains about is a failure."""

    def __init__(self, browser, address, **context):
        self.context = browser.new_context(base_url=address, locale="zh-CN", **context)
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._look)

    def _look(self, response):
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def sign_in(self, path, login):
        self.page.goto(path)
        self.page.fill("input[type=text][name=login], #id_login", login)
        self.page.fill("#id_password", PASSWORD)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_url(lambda url: "login" not in url)
        return self.page


@pytest.fixture
def visitor(browser, city):
    """Makes visitors; closes them, and asks whether anything broke."""
    made = []

    def make(**context):
        made.append(Visitor(browser, f"http://127.0.0.1:{city.port}", **context))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
    assert [complaint for one in made for complaint in one.complaints] == []
