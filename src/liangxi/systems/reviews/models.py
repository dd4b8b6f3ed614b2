"""Thin nouns: visits that can be reviewed, reviews, rectifications."""

from django.db import models

from liangxi.kit.ids import new_id


class Visit(models.Model):
    """One service at a window; its code stands on the slip and opens one review."""

    code = models.CharField(primary_key=True, max_length=10)
    case_no = models.TextField()
    org = models.TextField()
    org_path = models.TextField()
    window = models.TextField()
    clerk = models.TextField()
    matter = models.TextField()
    title = models.JSONField()
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case_no", "org", "on"], name="reviews_one_visit_a_day"),
        ]


class Review(models.Model):
    """What somebody said of one case (online) or of one visit (at a window), once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case_no = models.TextField(null=True, unique=True)
    visit = models.OneToOneField(Visit, null=True, on_delete=models.PROTECT)
    org = models.TextField()
    org_path = models.TextField()
    window = models.TextField(default="")
    matter = models.TextField()
    title = models.JSONField()
    stars = models.SmallIntegerField()
    tags = models.JSONField(default=list)
    text = models.TextField(default="")
    person = models.TextField(default="")  # register id of who named himself
    phone = models.TextField(default="")  # where a visitor without login wants to be called
    at = models.DateTimeField()
    excluded_at = models.DateTimeField(null=True)  # a supervisor found it mistaken or malicious
    public_text = models.TextField(default="")  # released by a supervisor, without names
    public_reply = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(stars__gte=1, stars__lte=5), name="reviews_five_levels"),
            models.CheckConstraint(
                condition=models.Q(case_no=None, visit__isnull=False) | models.Q(case_no__isnull=False, visit=None),
                name="reviews_of_one_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["org_path", "-at"], name="reviews_by_org"),
            models.Index(fields=["-at"], name="reviews_by_time"),
        ]


class Rectification(models.Model):
    """One round of putting a bad review right; `case_no` is its case in the one engine."""

    case_no = models.TextField(primary_key=True)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="rounds")
    round = models.SmallIntegerField()
    opened_at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    call_due = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)
    is_reached = models.BooleanField(default=False)
    call_note = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    kind = models.TextField(default="")  # rectified, mistaken or malicious
    reply = models.TextField(default="")
    settled = models.BooleanField(null=True)  # what the reviewer says
    settled_note = models.TextField(default="")
    settled_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    is_accepted = models.BooleanField(null=True)
    finding = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "round"], name="reviews_one_case_a_round")]
