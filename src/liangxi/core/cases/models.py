"""The tables of the engine. Models exist for migrations and reading; commands go through `store`."""

from typing import ClassVar

from django.db import models


class Plan(models.Model):
    """A compiled definition, immutable by hash; a case keeps its plan for life."""

    hash = models.CharField(primary_key=True, max_length=64)
    plan_id = models.TextField()
    version = models.TextField()
    definition = models.JSONField()
    paths = models.JSONField(help_text="organisation code -> path, as on the day of registration")
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["plan_id", "version"], name="cases_plan_by_id")]


class Case(models.Model):
    """A case or one item of it. `snapshot` and `form` (on roots) fold its events; all else is drawn from them."""

    no = models.TextField(primary_key=True, db_collation="C")
    root = models.TextField(db_collation="C")
    item = models.TextField(default="")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    title = models.JSONField()
    subject = models.TextField(default="")
    state = models.TextField()
    version = models.IntegerField()
    org = models.TextField()
    org_path = models.TextField(db_collation="C")
    applicant_person = models.TextField(db_collation="C")
    applicant_firm = models.TextField(null=True, db_collation="C")
    applicant_name = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    statutory_due = models.DateTimeField(null=True)
    yellow_at = models.DateTimeField(null=True)
    red_at = models.DateTimeField(null=True)
    paused = models.BooleanField(default=False)
    outcome = models.TextField(null=True)
    stars = models.SmallIntegerField(null=True)
    urged = models.SmallIntegerField(default=0, db_default=0)
    calendar = models.IntegerField(null=True, help_text="of open whole cases: the version that their clocks follow")
    seq = models.IntegerField(default=0, db_default=0, help_text="of whole cases: how many events there are")
    check_code = models.TextField(default="")
    snapshot = models.TextField(null=True)
    form = models.TextField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["applicant_person", "-no"],
                name="cases_of_person",
                condition=models.Q(item="", applicant_firm=None),
            ),
            models.Index(
                fields=["applicant_firm", "-no"],
                name="cases_of_firm",
                condition=models.Q(item="", applicant_firm__isnull=False),
            ),
            models.Index(fields=["org_path", "-no"], name="cases_by_org"),
            models.Index(fields=["calendar"], name="cases_to_redraw", condition=models.Q(calendar__isnull=False)),
        ]


class Event(models.Model):
    """One fact about a case, append-only. The first event of a command carries its key, digest and answer."""

    pk = models.CompositePrimaryKey("root", "seq")
    root = models.TextField(db_collation="C")
    seq = models.IntegerField()
    case_no = models.TextField(db_collation="C")
    at = models.DateTimeField()
    kind = models.TextField()
    actor = models.TextField()
    data = models.JSONField()
    key = models.TextField(null=True, db_collation="C")
    digest = models.TextField(null=True)
    answer = models.TextField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(key__isnull=False), name="cases_event_key"),
        ]


class Task(models.Model):
    """An open task: for an applicant (`holder`), one of staff (`assignee`), or whoever holds `permission` there."""

    pk = models.CompositePrimaryKey("root", "n")
    root = models.TextField(db_collation="C")
    n = models.IntegerField()
    case_no = models.TextField(db_collation="C")
    kind = models.TextField()
    permission = models.TextField()
    org = models.TextField()
    org_path = models.TextField(db_collation="C")
    holder = models.TextField(null=True, db_collation="C")
    assignee = models.TextField(null=True, db_collation="C")
    assignee_name = models.TextField(default="", db_default="")
    seat = models.SmallIntegerField(default=0, db_default=0)
    opened_at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    yellow_at = models.DateTimeField()
    red_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["permission", "org_path", "red_at", "root", "n"],
                include=["yellow_at"],
                name="cases_inbox_of_org",
                condition=models.Q(holder=None),
            ),
            models.Index(
                fields=["permission", "red_at", "root", "n"],
                include=["yellow_at", "org_path"],
                name="cases_inbox_of_city",
                condition=models.Q(holder=None),
            ),
            models.Index(
                fields=["holder", "red_at"],
                name="cases_inbox_of_holder",
                condition=models.Q(holder__isnull=False),
            ),
            models.Index(
                fields=["assignee", "red_at"],
                name="cases_inbox_of_staff",
                condition=models.Q(assignee__isnull=False),
            ),
            models.Index(
                fields=["kind", "red_at"],
                name="cases_timer",
                condition=models.Q(kind__in=["accept", "decide", "gap"]),
            ),
        ]


class Claim(models.Model):
    """Somebody reads a case and says so; it binds nobody and passes by itself."""

    pk = models.CompositePrimaryKey("case_no", "account")
    case_no = models.TextField(db_collation="C")
    account = models.TextField(db_collation="C")
    name = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()
