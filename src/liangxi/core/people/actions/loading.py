"""Registers by the million through COPY; the same rows twice change nothing."""

from collections.abc import Iterable
from functools import cache, partial
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from liangxi.core.audit import face as audit
from liangxi.core.people import models
from liangxi.core.people.shapes import AccountRow, FirmRow, HouseholdRow, MemberRow, OrganisationRow, PersonRow
from liangxi.kit import bulk, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import InvalidError

LOAD = "register.load"  # no role gives it: registers are loaded by the house alone
_PERSON = ("id", "name", "citizen_id", "sex", "birth_date", "address_code", "division", "phone", "since")
_FIRM = (
    "id", "name", "uscc", "kind", "industry", "registered_at", "address_code", "division", "capital_wan",
    "legal_representative_id", "status",
)  # fmt: skip


def load_people(by: Actor, rows: Iterable[PersonRow]) -> int:
    """Persons by id."""
    by.require(LOAD)
    values = (tuple(getattr(row, name) for name in _PERSON) for row in rows)
    return _load(by, "people_person", _PERSON, ("id",), values)


def load_firms(by: Actor, rows: Iterable[FirmRow]) -> int:
    """Firms by id."""
    by.require(LOAD)
    names = tuple(name.removesuffix("_id") for name in _FIRM)
    return _load(by, "people_firm", _FIRM, ("id",), (tuple(getattr(row, name) for name in names) for row in rows))


def load_households(by: Actor, rows: Iterable[HouseholdRow]) -> int:
    """Households with their members; rows are read once, members kept aside until their households stand."""
    by.require(LOAD)
    members: list[tuple[str, MemberRow]] = []

    def heads() -> Iterable[tuple[Any, ...]]:
        for row in rows:
            members.extend((row.id, member) for member in row.members)
            yield row.id, row.number, row.address_code, row.head, row.since

    with transaction.atomic():
        count = _load(by, "people_household", ("id", "number", "address_code", "head_id", "since"), ("id",), heads())
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE loaded_member (household_id uuid, person_id uuid, relation text, since date) "
                "ON COMMIT DROP"
            )
            with cursor.copy("COPY loaded_member FROM STDIN") as copy:
                for household, member in members:
                    copy.write_row((household, member.person, member.relation, member.since))
            cursor.execute(
                "INSERT INTO people_householdmember (household_id, person_id, relation, since) "
                "SELECT household_id, person_id, relation, since FROM loaded_member "
                "ON CONFLICT (person_id) WHERE until IS NULL DO NOTHING"
            )
            cursor.execute("DROP TABLE loaded_member")
    return count


def load_organisations(by: Actor, rows: Iterable[OrganisationRow]) -> int:
    """The tree with its periods; parents stand before their children. The periods of each code are replaced."""
    by.require(LOAD)
    listed = list(rows)
    once = {row.code: (row.code, row.kind, row.line) for row in listed}
    with transaction.atomic():
        with connection.cursor() as cursor:
            bulk.upsert(cursor, table="people_organisation", columns=("code", "kind", "line"), key=("code",),
                        rows=once.values())  # fmt: skip
        ids = dict(models.Organisation.objects.filter(code__in=once).values_list("code", "pk"))
        models.OrganisationPeriod.objects.filter(organisation_id__in=ids.values()).delete()
        paths: dict[str, str] = {}
        periods = []
        for row in listed:
            if row.parent is not None and row.parent not in paths:
                message = f"the parent {row.parent} of {row.code} is not listed before it"
                raise InvalidError(
                    "people.organisation.parent", "%(why)s", {"why": message}, fields={row.code: message}
                )
            paths[row.code] = f"{paths[row.parent] if row.parent else '/'}{row.code}/"
            periods.append(
                models.OrganisationPeriod(
                    organisation_id=ids[row.code],
                    parent_id=ids[row.parent] if row.parent else None,
                    path=paths[row.code],
                    name_zh=row.name_zh,
                    name_en=row.name_en,
                    valid_from=row.valid_from,
                    valid_to=row.valid_to,
                )
            )
        models.OrganisationPeriod.objects.bulk_create(periods)
        audit.record(by=by, action="people.organisations.loaded", object="register:organisations",
                     detail={"count": len(listed)})  # fmt: skip
    return len(listed)


def load_accounts(by: Actor, rows: Iterable[AccountRow]) -> int:
    """Accounts with their posts; an account that stands keeps its password.

    The invented identities of a sample share one word that everybody knows: it is hashed once.
    """
    by.require(LOAD)
    added, shared = 0, cache(make_password)
    with transaction.atomic():
        organisations = dict(models.Organisation.objects.values_list("code", "pk"))
        for row in rows:
            defaults: dict[str, Any] = {
                "kind": row.kind,
                "name": row.name,
                "phone": row.phone,
                "person_id": row.person,
                "is_sample": row.is_sample,
                "password": partial(shared if row.is_sample else make_password, row.password),
                "password_changed_at": time.now(),
            }
            account, is_new = models.Account.objects.get_or_create(login=row.login, defaults=defaults)
            added += is_new
            for org, role in row.posts:
                models.Post.objects.get_or_create(
                    account=account, organisation_id=organisations[org], role=role, until=None,
                    defaults={"since": time.today()},
                )  # fmt: skip
        audit.record(by=by, action="people.accounts.loaded", object="register:accounts", detail={"count": added})
    return added


def _load(
    by: Actor, table: str, columns: tuple[str, ...], key: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        count = bulk.upsert(cursor, table=table, columns=columns, key=key, rows=rows)
        audit.record(by=by, action="people.loaded", object=f"register:{table}", detail={"count": count})
    return count
