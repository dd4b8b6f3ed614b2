"""A node's own hands: reads lines of Python from its standard input, answers each with a line of JSON."""

import hashlib
import json
import sys
from typing import Any

import django

django.setup()

from liangxi.core.people import face as people  # noqa: E402
from liangxi.core.people.shapes import OrganisationRow  # noqa: E402
from liangxi.kit import time  # noqa: E402
from liangxi.kit.actor import Actor, system  # noqa: E402
from liangxi.kit.errors import HouseError  # noqa: E402
from liangxi.systems.data import face as data  # noqa: E402
from liangxi.systems.federation import face as federation  # noqa: E402
from liangxi.systems.federation.actions import nodes  # noqa: E402

HOUSE = system("test")


def post(org: str) -> Actor:
    """Somebody at a post of a department."""
    path = people.organisation(code=org).path
    return Actor(kind="system", account=f"test:{org}", name=org, org=org, org_path=path)


KNOWN: dict[str, Any] = {
    "HOUSE": HOUSE, "hashlib": hashlib,
    "Row": OrganisationRow, "data": data, "federation": federation, "nodes": nodes, "people": people,
    "post": post, "system": system, "time": time,
}  # fmt: skip
answers, sys.stdout = sys.stdout, sys.stderr  # what is logged must not stand between the answers
for line in sys.stdin:
    try:
        answer = {"said": eval(json.loads(line), KNOWN)}
    except HouseError as refused:
        answer = {"refused": refused.code, "why": str(refused), "fields": refused.fields}
    answers.write(json.dumps(answer, default=str) + "\n")
    answers.flush()
