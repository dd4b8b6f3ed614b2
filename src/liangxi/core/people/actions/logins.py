"""Logging in: one answer for every wrong login, the same time for each, a lock after failures."""

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Q

from liangxi.core.audit import face as audit
from liangxi.core.people.models import Account
from liangxi.core.people.rules import passwords
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ForbiddenError, InvalidError


def authenticate(login: str, password: str, portal: str, remote: str) -> Account:
    """The account of a right password; every failure is counted and written down before it is told."""
    with transaction.atomic():
        account = (
            Account.objects.select_for_update()
            .filter(Q(login=login) | Q(phone=login), kind=portal, is_active=True)
            .first()
        )
        now = time.now()
        if account is None:
            make_password(password[: passwords.MAX_LENGTH])  # as slow as a wrong password
            refusal: Exception | None = _wrong()
        elif account.locked_until and account.locked_until > now:
            refusal = _locked(account.locked_until, now)
        else:
            refusal = _judge(account, password, now)
        _write_down(account, login, portal, remote, refusal)
    if refusal is not None:
        raise refusal
    assert account is not None
    return account


def _judge(account: Account, password: str, now: datetime) -> Exception | None:
    if check_password(password[: passwords.MAX_LENGTH], account.password):
        account.failures, account.locked_until, account.last_login = 0, None, now
        account.save(update_fields=["failures", "locked_until", "last_login"])
        return None
    account.failures, account.locked_until = passwords.after_failure(account.failures, now)
    account.save(update_fields=["failures", "locked_until"])
    return _wrong()


def _wrong() -> InvalidError:
    return InvalidError("people.login.wrong", "Account or password is wrong.")


def _locked(until: datetime, now: datetime) -> ForbiddenError:
    minutes = int((until - now).total_seconds() // 60) + 1
    return ForbiddenError(
        "people.login.locked",
        "After several wrong passwords this account is locked for %(minutes)s more minutes.",
        {"minutes": minutes},
    )


def _write_down(account: Account | None, login: str, portal: str, remote: str, refusal: Exception | None) -> None:
    who = Actor(
        kind="staff" if portal == "staff" else "public",
        account=str(account.pk) if account else "unknown",
        name=account.name if account else "",
    )
    audit.record(
        by=who,
        action="people.login",
        object=f"account:{account.pk if account else 'unknown'}",
        detail={"portal": portal},
        personal={"login": login[:100], "remote": remote},
        decision="refused" if refusal else "granted",
    )


def change_password(by: Actor, old: str, new: str) -> None:
    """The account's own password: the old one proves that its owner sits at the screen."""
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(pk=by.account, is_active=True).first()
        if account is None or not check_password(old[: passwords.MAX_LENGTH], account.password):
            why = "This is not your present password."
            raise InvalidError("people.password.old", why, fields={"old": why})
        passwords.check_password(new, kind=account.kind, login=account.login, field="new")
        if new == old:
            why = "Choose another password than the present one."
            raise InvalidError("people.password.same", why, fields={"new": why})
        account.password, account.password_changed_at = make_password(new), time.now()
        account.save(update_fields=["password", "password_changed_at"])
        audit.record(by=by, action="people.password.changed", object=f"account:{account.pk}")
