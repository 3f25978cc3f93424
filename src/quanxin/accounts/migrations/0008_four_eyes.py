"""Passwords that somebody else chose, and roles that one administrator asks for and another approves."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ROLES = [
    "intake", "decider", "window", "reviewer", "steward", "centre", "modeller", "approver", "supervisor", "bank", "personnel",
    "auditor", "administrator",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_client_secrets")]

    operations = [
        migrations.AddField("user", "one_time", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(choices=[(role, role) for role in ROLES], max_length=16)),
                ("provider", models.CharField(blank=True, max_length=64)),
                ("district", models.CharField(blank=True, max_length=6)),
                ("asked_by", models.CharField(max_length=128)),
                ("asked_at", models.DateTimeField()),
                ("approved", models.BooleanField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=128)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grants", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("approved", None)),
                        fields=("user", "role", "provider", "district"),
                        name="grant_asked_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("asked_by")), _negated=True), name="grant_by_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved", None), ("decided_at", None), ("decided_by", "")),
                            models.Q(
                                ("approved__isnull", False),
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="grant_decided_by_somebody",
                    ),
                ],
            },
        ),
    ]
