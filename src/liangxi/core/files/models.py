"""Files as people hand them in; their contents stand on the disk under their hash."""

from django.db import models

from liangxi.kit import ids


class File(models.Model):
    """One hand-in. The same content handed in by two people is two files and one content."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.TextField()
    media_type = models.TextField()
    size = models.PositiveIntegerField()
    account = models.TextField()  # who handed it in
    person = models.UUIDField(null=True)
    firm = models.UUIDField(null=True)
    stored_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "sha256"], name="files_by_account")]


class Attachment(models.Model):
    """A thing that needs a file: `owner` is `kind:id`, such as `case:2026112300017`."""

    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="attachments")
    owner = models.TextField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "owner"], name="files_attached_once")]
