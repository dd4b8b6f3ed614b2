"""Run in a home of its own: a published resource, a grant of it, a key, an API behind it. Prints grant and secret."""

import hashlib
import json
import sys
from datetime import timedelta

import django

django.setup()

from liangxi.core.people import face as people  # noqa: E402
from liangxi.core.people.shapes import OrganisationRow  # noqa: E402
from liangxi.kit import time  # noqa: E402
from liangxi.kit.actor import system  # noqa: E402
from liangxi.systems.data import models  # noqa: E402
from liangxi.systems.federation import face as federation  # noqa: E402

HOUSE = system("test")
SECRET = "lxd_test"


def published(id: str, org: str = "hrss") -> models.Resource:
    """A published resource without its story."""
    said = {
        "id": id, "kind": "department", "category": "310000", "org": org, "title": {"zh": id}, "summary": {"zh": id},
        "format": "database", "origin": "city", "cycle": "daily",
        "sharing": {"attribute": "conditional", "condition": "补贴", "basis": "《就业促进法》", "ways": ["interface"]},
        "opening": {"attribute": "not-open", "basis": "《个人信息保护法》第二十五条"},
        "fields": [{"name": "citizen_id", "title": {"zh": "公民身份号码"}, "type": "text", "key": True,
                    "element": "citizen_id", "subject": "person", "personal": True, "grade": "general-4"}],
    }  # fmt: skip
    field = said["fields"][0]
    resource = models.Resource.objects.create(
        id=id, code=f"1/{id}", category="310000", number=len(id), org=org, org_path=f"/c/{org}/", state="published",
        version=1, title={"zh": id}, kind="department", origin="city", sharing="conditional", opening="not-open",
        cycle="daily", grade="general-4", made_at=time.now(),
    )  # fmt: skip
    models.ResourceField.objects.create(
        resource=resource, position=1, name=field["name"], title=field["title"], type="text", is_key=True,
        grade="general-4",
    )  # fmt: skip
    models.ResourceVersion.objects.create(
        resource=resource, number=1, state="published", definition=said, author="x", author_name="x",
        saved_at=time.now(),
    )  # fmt: skip
    return resource


def granted(resource: models.Resource, org: str, quota: int, **terms: object) -> models.Grant:
    """A grant without its story, and its department's key."""
    today, who = time.today(), {"org": org, "org_path": f"/c/{org}/"}
    need = models.Need.objects.create(
        key=f"k{resource.pk}", case_no=f"c{resource.pk}", title="t", purpose="核验", legal_basis="l", matter="m",
        frequency="once", since=today, until=today + timedelta(days=9), made_by="x", made_by_name="x",
        made_at=time.now(), **who,
    )  # fmt: skip
    request = models.NeedRequest.objects.create(
        need=need, resource=resource, version=1, item_no=f"i{resource.pk}", columns=["citizen_id"], state="granted",
        **who,
    )  # fmt: skip
    end = today + timedelta(days=9)
    return models.Grant.objects.create(
        request=request, resource=resource, version_from=1, provider="hrss", provider_path="/c/hrss/",
        terms={"columns": ["citizen_id"], "masks": {}, "rows": None, "minimum_group": 0} | terms, purpose="核验",
        legal_basis="l", quota=quota, since=today, until=end, review_on=end, given_by="x", given_at=time.now(), **who,
    )  # fmt: skip


def keyed(*grants: models.Grant) -> None:
    key = models.DepartmentKey.objects.create(
        org="tax", org_path="/c/tax/", name="p", hint="lxd", digest=hashlib.sha256(SECRET.encode()).hexdigest(),
        made_by="x", made_at=time.now(), until=time.today() + timedelta(days=9),
    )  # fmt: skip
    key.grants.set(grants)


def main(port: int) -> None:
    people.load_organisations(by=HOUSE, rows=[
        OrganisationRow(code=code, parent=parent, kind="department", name_zh=code, name_en=code)
        for code, parent in (("c", None), ("hrss", "c"), ("tax", "c"))
    ])  # fmt: skip
    grants = [
        granted(published("insurance"), "tax", 40),
        granted(published("masked"), "tax", 9, masks={"citizen_id": 1}),
    ]
    keyed(*grants)
    for id, keeps in (("insurance", 30), ("masked", 0)):
        services = [{"code": "rows", "path": "/rows", "methods": ["GET", "POST"], "subject": "citizen_id"},
                    {"code": "asked", "path": "/asked"}]  # fmt: skip
        said = {"id": id, "resource": id, "title": {"zh": "接口"}, "address": f"http://127.0.0.1:{port}/v2",
                "services": services, "prefix": "Bearer ", "timeout": 6, "concurrency": 2, "most_asked": 100_000,
                "most_answered": 200_000, "keeps": keeps}  # fmt: skip
        federation.save_api(by=HOUSE, definition=said, secret="hush")
        federation.change_api(by=HOUSE, id=id, deed="open")
    sys.stdout.write(json.dumps({"grant": str(grants[0].pk), "secret": SECRET}) + "\n")


main(int(sys.argv[1]))
