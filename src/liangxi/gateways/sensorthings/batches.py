"""Batches in JSON (OGC 18-088, clause 11.2): requests one after the other, those of a group all or none."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from liangxi.gateways.sensorthings import bodies
from liangxi.gateways.sensorthings.answering import Answer, Asking, answer, status_of
from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError, InvalidError

MOST = 1000  # requests
_NAME = re.compile(r"\$([A-Za-z0-9_-]+)")


class _UndoneError(Exception):
    """A request of a group failed, so the others are taken back."""


def answered(by: Actor, root: str, body: bytes) -> Answer:
    """Answer all requests of a batch, in order."""
    given = bodies.document(body)
    asked = given.get("requests") if isinstance(given, Mapping) else None
    if not isinstance(asked, list) or len(asked) > MOST:
        why = "A batch has up to 1,000 requests."
        raise InvalidError("sta.batch", why, fields={"requests": why})
    made: dict[str, str] = {}
    responses: list[dict[str, Any]] = []
    for group in _groups(asked):
        responses += _group(by, root, group, made)
    return Answer(200, {"responses": responses})


def _groups(asked: list[Any]) -> Iterator[list[Mapping[str, Any]]]:
    """Requests of one atomicity group that follow each other; every other by itself."""
    group: list[Mapping[str, Any]] = []
    for n, one in enumerate(asked):
        if not isinstance(one, Mapping) or not all(isinstance(one.get(key), str) for key in ("id", "method", "url")):
            raise InvalidError(
                "sta.batch", "A request has id, method and url.", fields={f"requests.{n}": "id, method, url"}
            )
        if group and (not one.get("atomicityGroup") or one.get("atomicityGroup") != group[-1].get("atomicityGroup")):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _group(by: Actor, root: str, group: list[Mapping[str, Any]], made: dict[str, str]) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    try:
        with transaction.atomic():
            for one in group:
                said.append(_one(by, root, one, made))
                if said[-1]["status"] >= 400 and len(group) > 1:
                    raise _UndoneError
    except _UndoneError:
        failed = said[-1]
        for one in group:
            made.pop(one["id"], None)
        undone = {"code": "sta.batch.undone", "message": "Another request of the group failed."}
        return [
            failed if one["id"] == failed["id"] else {"id": one["id"], "status": 424, "body": undone} for one in group
        ]
    return said


def _one(by: Actor, root: str, one: Mapping[str, Any], made: dict[str, str]) -> dict[str, Any]:
    url = _NAME.sub(lambda match: made.get(match[1], match[0]), one["url"]).removeprefix(root)
    parts = urlsplit(url)
    body = _named(one.get("body"), made)
    asking = Asking(
        one["method"].upper(), parts.path, parts.query, b"" if body is None else _written(body),
        str((one.get("headers") or {}).get("Content-Type", "")) if isinstance(one.get("headers"), Mapping) else "",
    )  # fmt: skip
    try:
        with transaction.atomic():
            found = answer(by, root, asking)
    except HouseError as error:
        return {"id": one["id"], "status": status_of(error), "body": error.problem(str)}
    said: dict[str, Any] = {"id": one["id"], "status": found.status}
    if "Location" in found.headers:
        said["location"] = found.headers["Location"]
        made[one["id"]] = found.headers["Location"].removeprefix(f"{root}/")
    if found.said is not None:
        said["body"] = found.said
    return said


def _written(body: Any) -> bytes:
    return json.dumps(body).encode()


def _named(body: Any, made: Mapping[str, str]) -> Any:
    """A body in which ids such as `$1` are those of what earlier requests made."""
    if isinstance(body, Mapping):
        return {name: _id_of(value, made) if name == "@iot.id" else _named(value, made) for name, value in body.items()}
    return [_named(one, made) for one in body] if isinstance(body, list) else body


def _id_of(value: Any, made: Mapping[str, str]) -> Any:
    if isinstance(value, str) and value.startswith("$") and value[1:] in made:
        return int(made[value[1:]].rpartition("(")[2].rstrip(")"))
    return value
