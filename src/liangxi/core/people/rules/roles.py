"""Roles and the permissions that each gives on its organisation and everything below it."""

from collections.abc import Mapping
from types import MappingProxyType

RESIDENT = "resident"
CLERK = "clerk"
APPROVER = "approver"
LEADER = "leader"
SUPERVISOR = "supervisor"
STEWARD = "steward"
DATA_REVIEWER = "data_reviewer"
PACKAGE_ADMIN = "package_admin"
PACKAGE_APPROVER = "package_approver"
BUREAU_ADMIN = "bureau_admin"
AUDITOR = "auditor"
SECURITY_ADMIN = "security_admin"
SYSTEM_ADMIN = "system_admin"

PERMISSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        RESIDENT: frozenset({"case.start", "case.own"}),
        CLERK: frozenset({"case.accept", "case.handout", "case.read", "person.read"}),
        APPROVER: frozenset({"case.decide", "case.read", "person.read"}),
        LEADER: frozenset({"case.lead", "case.decide", "case.read", "person.read", "thing.read"}),
        SUPERVISOR: frozenset({"case.supervise", "case.read", "thing.read"}),
        STEWARD: frozenset(
            {"data.read", "data.manage", "data.correct", "data.grant", "data.request", "case.apply"}
            | {"thing.read", "thing.manage", "rule.manage", "alarm.handle"}
        ),
        DATA_REVIEWER: frozenset({"data.read", "data.review"}),
        PACKAGE_ADMIN: frozenset({"onething.edit", "onething.read"}),
        PACKAGE_APPROVER: frozenset({"onething.publish", "onething.read"}),
        BUREAU_ADMIN: frozenset(
            {"case.read", "person.read", "people.manage", "org.manage", "onething.read", "events.manage", "audit.read"}
            | {"thing.read", "thing.manage", "rule.manage", "alarm.handle"}
        ),
        AUDITOR: frozenset({"audit.read"}),
        SECURITY_ADMIN: frozenset({"role.manage"}),
        SYSTEM_ADMIN: frozenset({"codes.manage", "calendar.manage", "places.manage", "events.manage"}),
    }
)

STAFF_ROLES = frozenset(PERMISSIONS) - {RESIDENT}

# GB/T 22239 level 3 wants system, security and audit administration in three hands (三员分立); the administrator
# of the bureau runs the business side of the system and therefore stands on the same list.
SEPARATED_ROLES = frozenset({BUREAU_ADMIN, AUDITOR, SECURITY_ADMIN, SYSTEM_ADMIN})


def permissions_of(role: str) -> frozenset[str]:
    """The permissions of a role; an unknown role has none."""
    return PERMISSIONS.get(role, frozenset())
