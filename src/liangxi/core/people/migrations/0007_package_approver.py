"""Who writes a package does not publish it: the approver of packages holds a post of his own."""

from django.db import migrations, models

ROLES = [
    "approver", "auditor", "bureau_admin", "clerk", "data_reviewer", "leader", "package_admin", "package_approver",
    "security_admin", "steward", "supervisor", "system_admin",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("people", "0006_data_reviewer")]

    operations = [
        migrations.RemoveConstraint("post", "people_post_role"),
        migrations.AddConstraint(
            "post", models.CheckConstraint(condition=models.Q(role__in=ROLES), name="people_post_role")
        ),
    ]
