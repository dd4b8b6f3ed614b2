"""What the house notes about itself."""

from django.db import models


class Mark(models.Model):
    """One noted fact: `worker` was alive `at`; the `profile` that is loaded has the hash `value`."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
