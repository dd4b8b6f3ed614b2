"""Names in a command: organisations and members of staff become what the rules need to know of them."""

from collections.abc import Mapping
from typing import Any

from liangxi.core.cases.rules.deciding.command import bad
from liangxi.core.cases.rules.state import Node
from liangxi.core.codes import face as codes
from liangxi.core.files import face as files
from liangxi.core.people import face as people
from liangxi.kit.actor import Actor
from liangxi.kit.errors import NotFoundError

_PASSING = ("transfer", "delegate", "add_approver")
_GROUNDS = {"refuse": "refuse", "decide": "deny", "terminate": "terminate", "revoke": "revoke", "post_check": "revoke"}


def named(by: Actor, node: Node, action: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body with names and paths beside the codes and accounts in it.

    `to` of a transfer is `{"org": code}`, `{"account": id}` or both; of a copy or a note a list of account ids.
    InvalidError `cases.body` names `to` for who is not there or may not do it, `reason_code` for no legal ground.
    """
    _check_ground(action, body)
    if action == "note" and body.get("files"):
        body = {**body, "files": _files(by, node, body["files"])}
    if "to" not in body:
        return body
    to = body["to"]
    if action in _PASSING and isinstance(to, Mapping):
        return {**body, "to": _receiver(by, node, to)}
    if action in ("copy", "note") and isinstance(to, list | tuple):
        return {**body, "to": [{"account": str(one), "name": _reader(by, str(one))} for one in to]}
    raise bad("to", "Choose whom it goes to.")


def _receiver(by: Actor, node: Node, to: Mapping[str, Any]) -> dict[str, str]:
    code, account = str(to.get("org") or ""), str(to.get("account") or "")
    found: dict[str, str] = {}
    if code:
        try:
            found = {"org": code, "path": people.organisation(code=code).path}
        except NotFoundError as error:
            raise bad("to", "There is no such organisation.") from error
    if account:
        able = people.colleagues(by=by, permission="case.decide", org=code or node.org)
        name = next((one.name for one in able if one.account == account), None)
        if name is None:
            raise bad("to", "This member of staff may not decide there.")
        found |= {"account": account, "name": name}
    return found


def _reader(by: Actor, account: str) -> str:
    try:
        return people.colleague(by=by, account=account).name
    except NotFoundError as error:
        raise bad("to", "There is no such member of staff.") from error


def _files(by: Actor, node: Node, given: Any) -> list[dict[str, str]]:
    """The files of a note, which from now on belong to the case."""
    if not isinstance(given, list) or not all(isinstance(one, Mapping) and "id" in one for one in given):
        raise bad("files", "This must be a list of files.")
    found = []
    for one in given:
        try:
            stored = files.file(by=by, id=str(one["id"]))
        except NotFoundError as error:
            raise bad("files", "There is no such file.") from error
        files.attach(by=by, id=stored.id, owner=f"case:{node.no}")
        found.append({"id": stored.id, "name": stored.name})
    return found


def _check_ground(action: str, body: Mapping[str, Any]) -> None:
    """A ground that is given must be one that the law knows for this deed."""
    code, kind = body.get("reason_code"), _GROUNDS.get(action)
    if not code or kind is None:
        return
    try:
        known = {entry.code for entry in codes.entries(list_id="reason") if entry.parent == kind}
    except NotFoundError:  # a profile without a list of reasons
        return
    if code not in known:
        raise bad("reason_code", "The law knows no such ground for this.")
