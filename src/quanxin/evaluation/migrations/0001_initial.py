"""Editions of models in use, runs, scores and their history, studies."""

import django.db.models.deletion
from django.db import migrations, models

import quanxin.calendar.clock
from quanxin.evaluation.migrations import _rules as rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("subjects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("pack", models.CharField(max_length=32)),
                ("definition", models.JSONField()),
                ("proposed_by", models.CharField(max_length=128)),
                ("proposed_at", models.DateTimeField()),
                ("reason", models.TextField()),
                ("decided_by", models.CharField(blank=True, max_length=128)),
                ("decided_at", models.DateTimeField(null=True)),
                ("approved", models.BooleanField(null=True)),
                ("remark", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="model_edition_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", ""),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="model_four_eyes",
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
                        name="model_edition_decided_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("approved", None)),
                        fields=("model", "digest"),
                        name="model_edition_proposed_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("pack_edition", models.CharField(max_length=64)),
                ("scope", models.CharField(choices=[("city", "全市"), ("touched", "变动主体")], max_length=8)),
                ("as_of", models.DateField()),
                ("known_at", models.DateTimeField()),
                ("inputs", models.CharField(max_length=64)),
                ("engine", models.CharField(max_length=16)),
                ("versions", models.JSONField()),
                ("subjects", models.BigIntegerField()),
                ("grades", models.JSONField()),
                ("manifest", models.JSONField()),
                ("current", models.BooleanField()),
                ("drifted", models.BigIntegerField(null=True)),
                ("actor", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["model", "-id"], name="evaluation__model_3aac02_idx")],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "model", "subject_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("model", models.CharField(max_length=64)),
                ("subject_id", models.BigIntegerField(db_index=True)),
                ("score", models.IntegerField()),
                ("grade", models.CharField(max_length=8)),
                ("vetoes", models.BigIntegerField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evaluation.run"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Study",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("model", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[("trial", "试算"), ("comparison", "比较"), ("back-test", "回测")], max_length=12
                    ),
                ),
                ("question", models.JSONField()),
                ("runs", models.JSONField(default=list)),
                ("figures", models.JSONField(null=True)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(condition=models.Q(("finished_at", None)), fields=["created_at"], name="study_open"),
                    models.Index(fields=["model", "-id"], name="evaluation__model_2b53fa_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("error__isnull", True), ("finished_at__isnull", False), ("state", "done")),
                            models.Q(
                                ("error__isnull", False),
                                ("finished_at__isnull", False),
                                ("state__in", ["refused", "cancelled"]),
                            ),
                            models.Q(
                                ("error__isnull", True),
                                ("finished_at__isnull", True),
                                ("state__in", ["waiting", "running"]),
                            ),
                            _connector="OR",
                        ),
                        name="study_ends_one_way",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=64)),
                ("subject_id", models.BigIntegerField()),
                ("score", models.IntegerField(null=True)),
                ("grade", models.CharField(blank=True, max_length=8)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="evaluation.run"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["subject_id", "model"], name="evaluation__subject_bec794_idx")],
            },
        ),
        migrations.RunSQL(rules.NO_PERSONS, rules.UNDO),
    ]
