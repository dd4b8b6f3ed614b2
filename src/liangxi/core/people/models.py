"""The registers and the rights as tables. Periods are half-open: `since` counts, `until` does not."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from liangxi.core.people.rules import roles
from liangxi.kit import ids


class Person(models.Model):
    """A natural person of the population register."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    name = models.TextField(db_index=True)
    citizen_id = models.TextField(unique=True)
    sex = models.CharField(max_length=1)  # M or F, as the citizen id says
    birth_date = models.DateField()
    address_code = models.TextField(blank=True, default="")
    division = models.TextField(blank=True, default="")  # statistics code of the community lived in
    phone = models.TextField(blank=True, default="", db_index=True)
    since = models.DateField()
    until = models.DateField(null=True)  # died or moved away


class Firm(models.Model):
    """A legal person or a self-employed trader of the register of firms."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    name = models.TextField(db_index=True)
    uscc = models.TextField(unique=True)
    kind = models.TextField()
    industry = models.TextField(blank=True, default="")  # GB/T 4754 section or division
    registered_at = models.DateField()
    address_code = models.TextField(blank=True, default="")
    division = models.TextField(blank=True, default="")
    capital_wan = models.DecimalField(max_digits=18, decimal_places=4, default=0)  # 万元
    legal_representative = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    status = models.TextField(default="active")
    until = models.DateField(null=True)  # struck off


class Household(models.Model):
    """A household (户) of the household register."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    number = models.TextField(blank=True, default="")  # 户号
    address_code = models.TextField(blank=True, default="")
    head = models.ForeignKey(Person, on_delete=models.PROTECT)
    since = models.DateField()
    until = models.DateField(null=True)


class HouseholdMember(models.Model):
    """A person's time in a household; `relation` is to the head (与户主关系, GB/T 4761)."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    relation = models.TextField()
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(until=None), name="people_one_household_at_once"),
        ]


class Organisation(models.Model):
    """An organisation whatever it is called and wherever it stands; its periods say that."""

    code = models.TextField(unique=True)
    kind = models.TextField()
    line = models.TextField(blank=True, default="")  # 条: the line up to the ministry


class OrganisationPeriod(models.Model):
    """Name and place in the tree (块) of an organisation for a time; periods of one never overlap (constraint)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="periods")
    parent = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    path = models.TextField(db_index=True)  # codes from the root, slashes on both ends
    name_zh = models.TextField()
    name_en = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by login, as Django's session middleware asks."""


class Account(AbstractBaseUser):
    """A login of the public or of staff."""

    login = models.TextField(unique=True)  # public: the citizen id; staff: a short ASCII name
    kind = models.TextField()
    name = models.TextField()
    phone = models.TextField(null=True, unique=True)  # the public may log in with it
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False)
    failures = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    password_changed_at = models.DateTimeField(null=True)

    objects: ClassVar[AccountManager] = AccountManager()
    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "kind"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["public", "staff"]), name="people_account_kind"),
            models.UniqueConstraint(fields=["person", "kind"], name="people_one_account_of_a_kind"),
        ]

    @property
    def is_staff_member(self) -> bool:
        """True for the accounts that the workbench and the office let in."""
        return bool(self.kind == "staff")


class Post(models.Model):
    """A role held at an organisation for a time."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="posts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    role = models.TextField()
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=sorted(roles.STAFF_ROLES)), name="people_post_role"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="people_post_period"
            ),
            models.UniqueConstraint(
                fields=["account", "organisation", "role"], condition=Q(until=None), name="people_post_held_once"
            ),
        ]


class Delegation(models.Model):
    """Some permissions of one's post lent to another account until a day."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="delegations")
    to = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="delegated")
    permissions: "ArrayField[Any, Any]" = ArrayField(models.TextField())
    since = models.DateField()
    until = models.DateField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="people_delegation_period"),
        ]


class Proxy(models.Model):
    """A role in which `agent` acts for a firm or a person; it holds once he has accepted, until a day."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    firm = models.ForeignKey(Firm, null=True, on_delete=models.PROTECT, related_name="proxies")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="proxies")
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="acts")
    role = models.TextField()
    matters: "ArrayField[Any, Any]" = ArrayField(models.TextField(), default=list)  # package ids; empty: all
    since = models.DateField()
    until = models.DateField()
    given_by = models.TextField()  # the account: the giver's, or a clerk's at the window
    is_given_at_window = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_how = models.TextField(default="")  # declined, revoked or given back

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(firm=None, person__isnull=False) | Q(firm__isnull=False, person=None),
                name="people_proxy_for_one",
            ),
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="people_proxy_period"),
            models.CheckConstraint(condition=Q(role__in=[*roles.FIRM_ROLES, roles.RELATIVE]), name="people_proxy_role"),
            models.UniqueConstraint(
                fields=["firm", "person", "agent", "role"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="people_proxy_once",
            ),
        ]


class ApiKey(models.Model):
    """A bearer key of an account for programs. Only the digest of the secret is kept, `hint` is its beginning."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys")
    name = models.TextField()
    scope = models.TextField()
    hint = models.TextField()
    digest = models.TextField(unique=True)  # SHA-256: the secret has 256 random bits, so nothing slower is needed
    post = models.ForeignKey(Post, null=True, on_delete=models.CASCADE)  # the post that it speaks for
    firm = models.ForeignKey(Firm, null=True, on_delete=models.CASCADE)  # the firm that it acts for
    made_at = models.DateTimeField()
    until = models.DateField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=["read", "write"]), name="people_api_key_scope"),
        ]
