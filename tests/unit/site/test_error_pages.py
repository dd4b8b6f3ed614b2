"""Pages of errors: in both languages, in the design, and without a database (these tests have none)."""

import json

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.test import RequestFactory
from django.utils import translation
from django.views import csrf, defaults

from liangxi.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from liangxi.site.refusals import Refusals

PAGES = {
    400: lambda request: defaults.bad_request(request, SuspiciousOperation()),
    403: lambda request: defaults.permission_denied(request, PermissionDenied()),
    404: lambda request: defaults.page_not_found(request, Http404()),
    500: defaults.server_error,
}


@pytest.mark.parametrize(
    ("status", "language", "said"),
    [
        (400, "zh-hans", "无法识别这次请求"),
        (400, "en", "This request cannot be understood"),
        (403, "zh-hans", "您没有访问权限"),
        (403, "en", "This is not open to you"),
        (404, "zh-hans", "没有找到这个页面"),
        (404, "en", "Nothing is here"),
        (500, "zh-hans", "系统出了点问题"),
        (500, "en", "Something broke on our side"),
    ],
)
def test_each_error_has_its_page(status, language, said):
    with translation.override(language):
        answer = PAGES[status](RequestFactory().get("/somewhere/"))
    body = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{said}</h1>" in body
    assert ('lang="zh-Hans-CN"' in body) == (language == "zh-hans")


def test_a_form_that_is_too_old_is_refused_with_advice():
    with translation.override("en"):
        answer = csrf.csrf_failure(RequestFactory().post("/"), reason=REASON_NO_CSRF_COOKIE)
    assert answer.status_code == 403
    assert "submit once more" in answer.content.decode()


def refused(error, accept="text/html"):
    request = RequestFactory().get("/somewhere/", HTTP_ACCEPT=accept)
    return Refusals(lambda _: None).process_exception(request, error)


@pytest.mark.parametrize(
    ("kind", "status"), [(InvalidError, 422), (NotFoundError, 404), (ForbiddenError, 403), (ConflictError, 409)]
)
def test_a_refusal_is_a_page_with_its_status_and_sentence(kind, status):
    answer = refused(kind("rooms.unknown", "There is no room %(no)s.", {"no": "<b>3</b>"}))
    assert answer.status_code == status
    assert "There is no room &lt;b&gt;3&lt;/b&gt;." in answer.content.decode()


def test_a_program_gets_problem_details():
    error = InvalidError("rooms.form", "Two fields are wrong.", fields={"area": "The area must be positive."})
    answer = refused(error, accept="application/json")
    assert answer["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert (problem["status"], problem["code"]) == (422, "rooms.form")
    assert problem["errors"] == {"area": "The area must be positive."}


def test_a_fault_is_not_hidden():
    assert refused(ValueError("a fault")) is None


def test_a_page_that_only_takes_forms_sends_its_reader_back():
    request = RequestFactory().get("/somewhere/")
    answer = Refusals(lambda _: HttpResponseNotAllowed(["POST"]))(request)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "请回到刚才的页面" in answer.content.decode()
    program = RequestFactory().get("/somewhere/", HTTP_ACCEPT="application/json")
    assert Refusals(lambda _: HttpResponseNotAllowed(["POST"]))(program).content == b""


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (RequestFactory().get("/api/somewhere/", {"q": "a\x00"}), "q"),
        (RequestFactory().get("/api/some%00where/"), "path"),
        (RequestFactory().post("/api/somewhere/", {"note": ["fine", "\x00"]}), "note"),
    ],
    ids=["query", "path", "form"],
)
def test_what_no_database_keeps_reaches_no_page(request_, field):
    answer = Refusals(lambda request: HttpResponse()).process_view(request_, None, (), {})
    problem = json.loads(answer.content)
    assert (problem["status"], problem["code"], list(problem["errors"])) == (422, "site.text", [field])
    clean = RequestFactory().post("/somewhere/", {"note": "fine"})
    assert Refusals(lambda request: HttpResponse()).process_view(clean, None, (), {}) is None
