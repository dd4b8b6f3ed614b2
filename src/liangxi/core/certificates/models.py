"""Certificates as rows; what is signed stands in `document`, the columns beside it are there to be searched."""

from django.db import models


class Certificate(models.Model):
    """One issued certificate."""

    number = models.CharField(max_length=19, primary_key=True)
    check_code = models.CharField(max_length=8)
    key = models.TextField(unique=True)  # the issuing act; twice the same act is one certificate
    type = models.TextField()
    document = models.JSONField()
    signature = models.TextField()
    holder_person = models.UUIDField(null=True, db_index=True)
    holder_firm = models.UUIDField(null=True, db_index=True)
    issuer_org = models.TextField()
    issuer_path = models.TextField()
    source = models.TextField(db_index=True)
    matter = models.TextField(blank=True, default="", db_default="")  # the package that it came from
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.TextField(blank=True, default="")
    revoked_for = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["revoked_at"], name="certificates_revoked", condition=models.Q(revoked_at__isnull=False)
            )
        ]


class CheckCount(models.Model):
    """How often a client has asked the public page within a minute."""

    client = models.TextField()
    minute = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "minute"], name="certificates_count_once")]
