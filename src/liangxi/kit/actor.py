"""Who acts: the one value that every face asks for."""

from dataclasses import dataclass, replace
from typing import Literal

from liangxi.kit.errors import ForbiddenError


@dataclass(frozen=True, slots=True)
class Grant:
    """Permissions that a role gives on one organisation and everything below it.

    `org_path` is a materialised path with slashes on both ends (`/320200/health/`); `/` is the whole city.
    `matters` limits what somebody does for another to these packages; empty: no limit.
    """

    role: str
    permissions: frozenset[str]
    org_path: str
    matters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An authenticated person, a staff member at a post, or a process of the house.

    `account` identifies the login (`system:<name>` for processes); `person` is the register id of the natural
    person, `firm` the firm acted for, `org` the code of the organisation of the chosen post; `purpose` says
    why personal data is looked at and is required wherever it is. Who acts for another has the other's `name`, in
    `through` his own, and in `on_behalf_of` the other as `person:<id>` or `firm:<id>`; for a relative also `person` is
    the other, and `hand` the one who acts.
    """

    kind: Literal["public", "staff", "system"]
    account: str
    name: str
    person: str | None = None
    firm: str | None = None
    org: str | None = None
    org_path: str | None = None
    grants: tuple[Grant, ...] = ()
    on_behalf_of: str | None = None
    through: str = ""
    hand: str | None = None
    purpose: str = ""
    trace: str = ""

    @property
    def is_assisted(self) -> bool:
        """True for a resident whom a clerk helps at the window: it is the clerk's post that shows."""
        return self.kind == "public" and self.org is not None

    def may(self, permission: str, org_path: str | None = None, *, matter: str = "") -> bool:
        """True when a role grants `permission` on an ancestor of (or on) `org_path`; None: on any organisation.

        With `matter` (the id of a package) a grant that is limited to other matters does not count.
        """
        if self.kind == "system":
            return True
        return any(
            permission in g.permissions
            and (org_path is None or org_path.startswith(g.org_path))
            and (not matter or not g.matters or matter in g.matters)
            for g in self.grants
        )

    def require(self, permission: str, org_path: str | None = None, *, matter: str = "") -> None:
        """Raise ForbiddenError `house.forbidden` unless `may`."""
        if not self.may(permission, org_path, matter=matter):
            raise ForbiddenError(
                "house.forbidden",
                "You do not hold the permission %(permission)s here.",
                {"permission": permission, "org_path": org_path or ""},
            )

    def matters(self, permission: str) -> frozenset[str] | None:
        """The packages to which `permission` is limited; None: it is not limited."""
        held = [g.matters for g in self.grants if permission in g.permissions]
        if self.kind == "system" or frozenset() in held:
            return None
        return frozenset[str]().union(*held)

    def paths(self, permission: str) -> tuple[str, ...]:
        """The organisation paths on which `permission` holds: the scope that queries compile to SQL."""
        if self.kind == "system":
            return ("/",)
        return tuple(sorted({g.org_path for g in self.grants if permission in g.permissions}))

    def with_purpose(self, purpose: str) -> "Actor":
        """The same actor, stating why."""
        return replace(self, purpose=purpose)


def system(name: str) -> Actor:
    """A process of the house itself, such as `system("worker")`."""
    return Actor(kind="system", account=f"system:{name}", name=name)
