"""The page of a fault tells a silent database from a broken program."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory

from liangxi.site import refusals


@pytest.mark.parametrize(("error", "status"), [(OperationalError(), 503), (InterfaceError(), 503), (ValueError(), 500)])
def test_the_status_of_a_fault(error, status):
    try:
        raise error
    except type(error):
        answer = refusals.broken(RequestFactory().get("/"))
    assert answer.status_code == status
    assert answer.get("Retry-After") == ("5" if status == 503 else None)
