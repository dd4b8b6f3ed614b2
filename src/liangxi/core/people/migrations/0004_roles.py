"""Heads of organs and supervisors hold posts."""

from django.db import migrations, models

ROLES = [
    "approver", "auditor", "bureau_admin", "clerk", "leader", "package_admin", "security_admin", "steward", "supervisor",
    "system_admin",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("people", "0003_household_number")]

    operations = [
        migrations.RemoveConstraint("post", "people_post_role"),
        migrations.AddConstraint(
            "post", models.CheckConstraint(condition=models.Q(role__in=ROLES), name="people_post_role")
        ),
    ]
