"""Submissions, held rows, samples, conflicts, handovers."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import quanxin.calendar.clock
import quanxin.intake.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("archive", "0001_initial"),
        ("subjects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Conflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("resource", models.CharField(max_length=64)),
                ("subject_id", models.BigIntegerField()),
                ("key_hash", models.UUIDField()),
                ("holder", models.CharField(max_length=64)),
                ("claimant", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待裁定"),
                            ("kept", "归原报送单位"),
                            ("moved", "归后报送单位"),
                            ("prevailed", "按目录规定替代"),
                            ("settled", "已自行消除"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("times", models.IntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=128)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-last_at", "-id"],
                "indexes": [
                    models.Index(fields=["holder"], name="conflict_of_holder"),
                    models.Index(fields=["claimant"], name="conflict_of_claimant"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource", "subject_id", "key_hash", "holder", "claimant"), name="conflict_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("holder", models.F("claimant")), _negated=True), name="conflict_between_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "prevailed", "settled"]),
                            models.Q(
                                models.Q(("decided_by", ""), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="conflict_decided_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_provider", models.CharField(max_length=64)),
                ("to_provider", models.CharField(max_length=64)),
                ("resources", models.JSONField()),
                ("day", models.DateField()),
                ("basis", models.JSONField()),
                ("reason", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "待批准"), ("done", "已移交"), ("refused", "不予批准")],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                ("proposed_by", models.CharField(max_length=128)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=128)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_reason", models.TextField(blank=True)),
                ("records", models.BigIntegerField(default=0)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_provider", models.F("to_provider")), _negated=True),
                        name="handover_between_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", []), _negated=True),
                            models.Q(("resources", []), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="handover_has_basis_and_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", ""), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                models.Q(("decided_by", ""), _negated=True),
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="handover_by_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Held",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_no", models.BigIntegerField()),
                ("position", models.CharField(max_length=64)),
                (
                    "bucket",
                    models.CharField(choices=[("quarantined", "待更正"), ("unlinked", "待关联")], max_length=12),
                ),
                ("original", models.JSONField()),
                ("issues", models.JSONField()),
                ("set_aside_at", models.DateTimeField(null=True)),
                ("stated", models.JSONField(default=dict)),
                ("stated_key", models.CharField(blank=True, max_length=32)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="held", to="archive.batch"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="subjects.decision",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="released",
                        to="archive.batch",
                    ),
                ),
            ],
            options={
                "ordering": ["batch", "row_no"],
            },
        ),
        migrations.CreateModel(
            name="ConflictRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "conflict",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="intake.conflict"
                    ),
                ),
                (
                    "held",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="conflict_row", to="intake.held"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stated_key", models.CharField(max_length=32)),
                ("hundredths", models.IntegerField()),
                ("at", models.DateTimeField()),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.subject"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pulled",
            fields=[
                ("source", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("mark", models.JSONField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("edge", models.CharField(blank=True, max_length=64)),
                ("tried_at", models.DateTimeField(null=True)),
                ("pulled_at", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("error", models.JSONField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="archive.batch"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SamplingCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("resource", models.CharField(max_length=64)),
                ("provider", models.CharField(max_length=64)),
                ("file_name", models.CharField(max_length=255)),
                ("sha256", models.CharField(max_length=64)),
                ("seed", models.CharField(max_length=64)),
                ("listed", models.BigIntegerField()),
                ("sampled", models.BigIntegerField()),
                ("found", models.BigIntegerField()),
                ("held", models.BigIntegerField()),
                ("missing", models.JSONField()),
                ("concealed", models.BigIntegerField()),
                ("actor", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "sampled",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("found"), "+", models.F("held")
                                    ),
                                    "+",
                                    models.F("concealed"),
                                ),
                            )
                        ),
                        name="sampling_adds_up",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=quanxin.intake.models.new_submission_id,
                        max_length=20,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("actor", models.CharField(max_length=128)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待处理"),
                            ("running", "正在处理"),
                            ("done", "已完成"),
                            ("refused", "未能完成"),
                            ("cancelled", "已取消"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=16)),
                ("moments", models.JSONField(default=dict)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("error", models.JSONField(null=True)),
                ("cancelled_by", models.CharField(blank=True, max_length=128)),
                ("created_at", models.DateTimeField(default=quanxin.calendar.clock.now)),
                ("finished_at", models.DateTimeField(null=True)),
                ("emptied_at", models.DateTimeField(null=True)),
                ("resource", models.CharField(max_length=64)),
                ("provider", models.CharField(max_length=64)),
                ("mode", models.CharField(max_length=8)),
                ("mapping", models.JSONField(null=True)),
                ("file_name", models.CharField(max_length=255)),
                ("path", models.CharField(max_length=300)),
                ("sha256", models.CharField(max_length=64)),
                ("bytes", models.BigIntegerField()),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="archive.batch",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Dropped",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.TextField()),
                ("signature", models.JSONField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="dropped", to="intake.submission"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="held",
            index=models.Index(
                condition=models.Q(("bucket", "unlinked"), ("decision", None), ("released_by", None)),
                fields=["stated_key"],
                name="held_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="held",
            constraint=models.UniqueConstraint(fields=("batch", "row_no"), name="held_once"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(fields=("stated_key", "subject"), name="proposal_once"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("hundredths__gte", 0), ("hundredths__lte", 100)), name="proposal_in_hundredths"
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["provider", "-created_at"], name="submission_of_provider"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("finished_at", None)), fields=["created_at"], name="submission_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("error__isnull", True), ("finished_at__isnull", False), ("state", "done")),
                    models.Q(
                        ("error__isnull", False),
                        ("finished_at__isnull", False),
                        ("state__in", ["refused", "cancelled"]),
                    ),
                    models.Q(
                        ("error__isnull", True), ("finished_at__isnull", True), ("state__in", ["waiting", "running"])
                    ),
                    _connector="OR",
                ),
                name="submission_ends_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("batch__isnull", False), ("state", "done")),
                    models.Q(models.Q(("state", "done"), _negated=True), ("batch", None)),
                    _connector="OR",
                ),
                name="submission_made_batch",
            ),
        ),
        migrations.AddConstraint(
            model_name="dropped",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at", None)), fields=("path",), name="dropped_once_until_answered"
            ),
        ),
    ]
