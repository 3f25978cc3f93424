"""Cases, steps, terms, notices, visits. The number of a case is its place among all."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("kind", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=64)),
                ("open", models.BooleanField(default=True)),
                ("exclusive", models.BooleanField(default=False)),
                (
                    "about",
                    models.CharField(
                        choices=[("record", "记录"), ("score", "得分"), ("subject", "主体"), ("nothing", "尚无")],
                        max_length=8,
                    ),
                ),
                ("channel", models.CharField(choices=[("online", "网上"), ("window", "窗口")], max_length=8)),
                ("subject_id", models.BigIntegerField()),
                ("resource", models.CharField(blank=True, max_length=64)),
                ("key_hash", models.UUIDField(null=True)),
                ("record_id", models.BigIntegerField(null=True)),
                ("version", models.IntegerField(null=True)),
                ("model", models.CharField(blank=True, max_length=64)),
                ("named", models.CharField(blank=True, max_length=128)),
                ("provider", models.CharField(blank=True, max_length=64)),
                ("filed_by", models.CharField(max_length=128)),
                ("on_behalf", models.CharField(blank=True, max_length=200)),
                ("contact", models.CharField(blank=True, max_length=200)),
                ("statement", models.TextField(blank=True)),
                ("particulars", models.JSONField(default=dict)),
                ("filed_at", models.DateTimeField()),
                ("claimed_by", models.CharField(blank=True, max_length=128)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=128)),
                ("reason", models.TextField(blank=True)),
                (
                    "after",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reapplied",
                        to="casework.case",
                    ),
                ),
                (
                    "joined_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joined",
                        to="casework.case",
                    ),
                ),
                (
                    "looks_at",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="second_looks",
                        to="casework.case",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("role", models.CharField(blank=True, max_length=16)),
                ("provider", models.CharField(blank=True, max_length=64)),
                ("record_id", models.BigIntegerField(null=True)),
                ("particulars", models.JSONField(default=dict)),
                ("once", models.CharField(max_length=128, unique=True)),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("read_by", models.CharField(blank=True, max_length=128)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("mail_attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="casework.case",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=64)),
                ("actor", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
                ("particulars", models.JSONField(default=dict)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("clock", models.CharField(blank=True, max_length=64)),
                ("until", models.DateField(null=True)),
                ("state", models.CharField(max_length=64)),
                ("act", models.CharField(blank=True, max_length=64)),
                ("role", models.CharField(max_length=16)),
                ("provider", models.CharField(blank=True, max_length=64)),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(db_index=True)),
                ("warnings", models.JSONField(default=list)),
                ("warned", models.PositiveSmallIntegerField(default=0)),
                ("escalate_to", models.CharField(blank=True, max_length=16)),
                ("escalated_at", models.DateTimeField(null=True)),
                ("extended", models.PositiveSmallIntegerField(default=0)),
                ("paused_at", models.DateTimeField(null=True)),
                ("paused_days", models.PositiveSmallIntegerField(default=0)),
                ("provisional", models.BooleanField(default=False)),
                ("stopped_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField(db_index=True)),
                ("code", models.CharField(blank=True, max_length=64)),
                ("identity", models.CharField(blank=True, max_length=64)),
                ("clerk", models.CharField(max_length=128)),
                ("who", models.CharField(max_length=160)),
                ("began_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("clerk",), name="visit_one_a_clerk"
                    ),
                    models.CheckConstraint(condition=models.Q(("who", ""), _negated=True), name="visit_of_somebody"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("began_at"))), name="visit_ends"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["subject_id", "key_hash"], name="casework_ca_subject_65294d_idx"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["open", "provider", "state"], name="casework_ca_open_79aa33_idx"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("resource", ""), _negated=True),
                        ("about", "record"),
                        ("key_hash__isnull", False),
                        ("model", ""),
                        ("record_id__isnull", False),
                    ),
                    models.Q(
                        models.Q(("model", ""), _negated=True),
                        ("about", "score"),
                        ("key_hash", None),
                        ("record_id", None),
                        ("resource", ""),
                    ),
                    models.Q(
                        ("about__in", ["subject", "nothing"]),
                        ("key_hash", None),
                        ("model", ""),
                        ("record_id", None),
                        ("resource", ""),
                    ),
                    _connector="OR",
                ),
                name="case_is_about_what_it_says",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("open", True),
                    ("decided_at__isnull", False),
                    models.Q(("joined_to", None), _negated=True),
                    _connector="OR",
                ),
                name="case_ends_at_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("about__in", ["record", "score"]), ("exclusive", True), ("open", True)),
                fields=("kind", "subject_id", "resource", "key_hash", "model", "named"),
                name="case_one_open",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("about__in", ["subject", "nothing"]), ("exclusive", True), ("open", True)),
                fields=("kind", "subject_id", "named", "provider"),
                name="case_one_open_of_department",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["subject_id", "-id"], name="casework_no_subject_a60283_idx"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["role", "provider", "-id"], name="casework_no_role_203442_idx"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", ""), ("subject_id__isnull", False)),
                    models.Q(("subject_id", None), models.Q(("role", ""), _negated=True)),
                    _connector="OR",
                ),
                name="notice_to_a_subject_or_a_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="term",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("clock", ""), _connector="XOR"),
                name="term_of_a_clock_or_until_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="term",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stopped_at", None)), fields=("case",), name="term_one_runs"
            ),
        ),
        migrations.RunSQL("CREATE SEQUENCE casework_case_number_seq", "DROP SEQUENCE casework_case_number_seq"),
    ]
