"""Roles and the permissions that each gives on its organisation and everything below it."""

from collections.abc import Mapping
from types import MappingProxyType

RESIDENT = "resident"
AGENT = "agent"
PREPARER = "preparer"
SIGNER = "signer"
VIEWER = "viewer"
RELATIVE = "relative"
GUARDIAN = "guardian"
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

_HANDLES = frozenset(
    {"case.start", "case.draft", "case.submit", "case.withdraw", "case.own", "case.rate", "certificate.own"}
)
"""What it takes to handle a matter from the first answer to the certificate; a promise in the applicant's name
(告知承诺, `case.commit`) and the choice of who acts for him (`proxy.grant`) are more than that."""

PERMISSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        RESIDENT: _HANDLES | {"case.commit", "proxy.grant"},
        AGENT: _HANDLES,
        PREPARER: frozenset({"case.start", "case.draft", "case.own"}),
        SIGNER: (_HANDLES | {"case.commit"}) - {"case.start"},
        VIEWER: frozenset({"case.own"}),
        RELATIVE: _HANDLES | {"case.commit"},
        GUARDIAN: _HANDLES | {"case.commit"},
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
        SYSTEM_ADMIN: frozenset({"codes.manage", "calendar.manage", "places.manage", "events.manage", "node.manage"}),
    }
)

FIRM_ROLES = (AGENT, PREPARER, SIGNER, VIEWER)
"""What a firm's legal representative gives (法定代表人授权): 经办人, 填报人, 签章人, 查看人."""
PUBLIC_ROLES = frozenset({RESIDENT, *FIRM_ROLES, RELATIVE, GUARDIAN})
STAFF_ROLES = frozenset(PERMISSIONS) - PUBLIC_ROLES

# GB/T 22239 level 3 wants system, security and audit administration in three hands (三员分立); the administrator
# of the bureau runs the business side of the system and therefore stands on the same list.
SEPARATED_ROLES = frozenset({BUREAU_ADMIN, AUDITOR, SECURITY_ADMIN, SYSTEM_ADMIN})


def permissions_of(role: str) -> frozenset[str]:
    """The permissions of a role; an unknown role has none."""
    return PERMISSIONS.get(role, frozenset())
