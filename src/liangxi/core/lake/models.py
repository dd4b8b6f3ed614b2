"""The ledger of the lake: which files make a version is decided here and nowhere else."""

from django.db import models

from liangxi.kit import ids


class Table(models.Model):
    """A declared table and the lease of its one committer."""

    name = models.CharField(max_length=63, primary_key=True)
    spec = models.JSONField()
    batch = models.BigIntegerField(default=0)  # number of the newest change batch
    created_at = models.DateTimeField()
    holder = models.TextField(default="")
    token = models.BigIntegerField(default=0)  # grows with each holder: who holds an older one cannot commit
    leased_until = models.DateTimeField(null=True)


class Version(models.Model):
    """An immutable state of a table."""

    table = models.ForeignKey(Table, on_delete=models.PROTECT, related_name="versions")
    number = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    batch = models.BigIntegerField()  # the last change batch that it holds
    origin = models.BigIntegerField()  # the newest batch when its rows were last loaded
    snapshot = models.BigIntegerField(null=True)  # of Iceberg; none of an empty first load
    bad_rows = models.BigIntegerField(default=0)
    quarantine = models.TextField(default="")  # path below the lake
    source = models.TextField()
    account = models.TextField()
    published_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="lake_version_once")]


class DataFile(models.Model):
    """A file of rows: part of every version from `added` on and before `removed`."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    table = models.ForeignKey(Table, on_delete=models.PROTECT, related_name="files")
    path = models.TextField(unique=True)  # below the lake
    bucket = models.IntegerField()
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    added = models.BigIntegerField()
    removed = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["table", "bucket", "added"], name="lake_files_of_bucket")]


class ChangeBatch(models.Model):
    """Late corrections in one file, in the order of `number`."""

    table = models.ForeignKey(Table, on_delete=models.PROTECT, related_name="batches")
    number = models.BigIntegerField()
    upserts = models.BigIntegerField()
    deletes = models.BigIntegerField()
    bad_rows = models.BigIntegerField(default=0)
    quarantine = models.TextField(default="")
    path = models.TextField(unique=True)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    snapshot = models.BigIntegerField(null=True)  # of Iceberg
    source = models.TextField()
    account = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="lake_batch_once")]
