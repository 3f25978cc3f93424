"""People, organisations, whom they stand for, roles, sessions, and the audit."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(blank=True, max_length=64)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("is_active", models.BooleanField(default=True)),
                ("one_time", models.BooleanField(default=False)),
                ("one_time_until", models.DateTimeField(null=True)),
                ("language", models.CharField(default="zh", max_length=2)),
                ("agent_code", models.CharField(blank=True, db_index=True, default="", max_length=64)),
                ("agent_code_until", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AuditLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                ("actor", models.CharField(max_length=128)),
                ("act", models.CharField(max_length=64)),
                ("target", models.CharField(db_index=True, max_length=128)),
                ("particulars", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Binding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(blank=True, max_length=64)),
                ("identity", models.CharField(blank=True, max_length=64)),
                ("from_at", models.DateTimeField()),
                ("until", models.DateField(null=True)),
                ("made_by", models.CharField(max_length=128)),
                ("reason", models.TextField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=128)),
                ("ended_reason", models.TextField(blank=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bindings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=128)),
                ("code", models.CharField(blank=True, max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bank", "Bank"),
                            ("supervisor", "Supervisor"),
                            ("personnel", "Personnel"),
                            ("association", "Association"),
                            ("other", "Other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                        name="organisation_is_named",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("intake", "intake"),
                            ("decider", "decider"),
                            ("window", "window"),
                            ("reviewer", "reviewer"),
                            ("steward", "steward"),
                            ("centre", "centre"),
                            ("modeller", "modeller"),
                            ("approver", "approver"),
                            ("supervisor", "supervisor"),
                            ("inspector", "inspector"),
                            ("bank", "bank"),
                            ("personnel", "personnel"),
                            ("auditor", "auditor"),
                            ("administrator", "administrator"),
                        ],
                        max_length=16,
                    ),
                ),
                ("provider", models.CharField(blank=True, max_length=64)),
                ("district", models.CharField(blank=True, max_length=6)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="accounts.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("intake", "intake"),
                            ("decider", "decider"),
                            ("window", "window"),
                            ("reviewer", "reviewer"),
                            ("steward", "steward"),
                            ("centre", "centre"),
                            ("modeller", "modeller"),
                            ("approver", "approver"),
                            ("supervisor", "supervisor"),
                            ("inspector", "inspector"),
                            ("bank", "bank"),
                            ("personnel", "personnel"),
                            ("auditor", "auditor"),
                            ("administrator", "administrator"),
                        ],
                        max_length=16,
                    ),
                ),
                ("provider", models.CharField(blank=True, max_length=64)),
                ("district", models.CharField(blank=True, max_length=6)),
                ("asked_by", models.CharField(max_length=128)),
                ("asked_at", models.DateTimeField()),
                ("approved", models.BooleanField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=128)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grants", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("began_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("address", models.CharField(blank=True, max_length=64)),
                ("browser", models.CharField(blank=True, max_length=64)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("username", models.CharField(max_length=64)),
                ("succeeded", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("how", models.CharField(blank=True, max_length=64)),
                ("address", models.CharField(blank=True, max_length=64)),
                ("browser", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["username", "at"], name="accounts_si_usernam_ebf427_idx")],
            },
        ),
        migrations.CreateModel(
            name="Agency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(blank=True, max_length=64)),
                ("identity", models.CharField(blank=True, max_length=64)),
                ("scope", models.JSONField()),
                ("from_day", models.DateField()),
                ("until", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=128)),
                ("reason", models.TextField(blank=True)),
                ("document", models.CharField(blank=True, max_length=128)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=128)),
                ("ended_reason", models.TextField(blank=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agencies",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["code"], name="accounts_ag_code_c8bf00_idx"),
                    models.Index(fields=["identity"], name="accounts_ag_identit_4c6c18_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("identity", ""), models.Q(("code", ""), _negated=True)),
                            models.Q(("code", ""), ("identity__regex", "^[0-9a-f]{64}$")),
                            _connector="OR",
                        ),
                        name="agency_of_one_principal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document", ""), ("reason", ""), _negated=True),
                        name="agency_has_reason_or_document",
                    ),
                    models.CheckConstraint(condition=models.Q(("scope", []), _negated=True), name="agency_has_a_scope"),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("from_day"))), name="agency_ends_after_it_begins"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", ""), ("ended_reason", "")),
                            models.Q(
                                ("ended_at__isnull", False),
                                models.Q(("ended_by", ""), _negated=True),
                                models.Q(("ended_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="agency_ended_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("code", "identity", "agent"),
                        name="agency_one_a_principal_and_agent",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="binding_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("identity", ""), models.Q(("code", ""), _negated=True)),
                    models.Q(("code", ""), ("identity__regex", "^[0-9a-f]{64}$")),
                    _connector="OR",
                ),
                name="binding_of_one_principal",
            ),
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", ""), ("ended_reason", "")),
                    models.Q(
                        ("ended_at__isnull", False),
                        models.Q(("ended_by", ""), _negated=True),
                        models.Q(("ended_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="binding_ended_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("user",), name="binding_one_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("user", "role", "provider", "district"), name="membership_once"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("district", ""), ("district__regex", "^[0-9]{6}$"), _connector="OR"),
                name="membership_district_is_a_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved", None)),
                fields=("user", "role", "provider", "district"),
                name="grant_asked_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("asked_by")), _negated=True), name="grant_by_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
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
        ),
    ]
