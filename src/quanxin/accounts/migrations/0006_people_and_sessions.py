"""Organisations, districts, agents, persons' own bindings, and sessions in a table that knows whose they are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_roles"),
    ]

    # the sign-in library's tables look at a person's mail address
    run_before = [("account", "0001_initial")]

    operations = [
        # Django's own table of sessions is read by nothing any more: everybody signs in again
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
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
            ],
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
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="binding",
            name="binding_has_code_and_reason",
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_once",
        ),
        migrations.AddField(
            model_name="binding",
            name="identity",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="membership",
            name="district",
            field=models.CharField(blank=True, max_length=6),
        ),
        migrations.AddField(
            model_name="signin",
            name="address",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="signin",
            name="browser",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="signin",
            name="how",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="user",
            name="email",
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AlterField(
            model_name="binding",
            name="code",
            field=models.CharField(blank=True, max_length=64),
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
        migrations.AddField(
            model_name="agency",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="agencies", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                name="organisation_is_named",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="organisation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="accounts.organisation",
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
        migrations.AddField(
            model_name="session",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sessions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="agency",
            index=models.Index(fields=["code"], name="accounts_ag_code_c8bf00_idx"),
        ),
        migrations.AddIndex(
            model_name="agency",
            index=models.Index(fields=["identity"], name="accounts_ag_identit_4c6c18_idx"),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("identity", ""), models.Q(("code", ""), _negated=True)),
                    models.Q(("code", ""), ("identity__regex", "^[0-9a-f]{64}$")),
                    _connector="OR",
                ),
                name="agency_of_one_principal",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("document", ""), ("reason", ""), _negated=True),
                name="agency_has_reason_or_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope", []), _negated=True), name="agency_has_a_scope"
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gte", models.F("from_day"))), name="agency_ends_after_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
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
                name="agency_ended_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("code", "identity", "agent"),
                name="agency_one_a_principal_and_agent",
            ),
        ),
    ]
