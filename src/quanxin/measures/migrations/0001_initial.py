"""Applications of measures, each of one ground, and what the database refuses of them."""

import django.db.models.deletion
from django.db import migrations, models

from quanxin.measures.migrations import _rules as rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0003_saved_views"),
        ("ledger", "0001_lines_that_stay"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("measure", models.CharField(max_length=64)),
                ("enforcer", models.CharField(max_length=64)),
                ("subject_id", models.BigIntegerField()),
                ("resource", models.CharField(max_length=64)),
                ("key_hash", models.UUIDField()),
                ("ground", models.CharField(max_length=80)),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("in-force", "实施中"), ("suspended", "暂停"), ("lifted", "已解除")],
                        default="in-force",
                        max_length=9,
                    ),
                ),
                ("stayed", models.BooleanField(default=False)),
                ("applied_at", models.DateTimeField()),
                ("applied_by", models.CharField(max_length=128)),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("repaired", "信用修复"),
                            ("deleted", "依本人申请删除"),
                            ("withdrawn", "记录已撤回"),
                            ("removed", "移出名单"),
                            ("corrected", "记录已更正"),
                            ("expired", "期限届满"),
                            ("rule", "依据的规定不再适用"),
                            ("subject", "主体关联已变更"),
                            ("decided", "实施单位决定解除"),
                        ],
                        max_length=9,
                    ),
                ),
                ("feedback_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="application", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["subject_id", "key_hash"], name="measures_ap_subject_9817cf_idx"),
                    models.Index(condition=models.Q(("lifted_at", None)), fields=["resource"], name="application_live"),
                    models.Index(condition=models.Q(("lifted_at", None)), fields=["until"], name="application_ending"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("measure", "enforcer", "subject_id", "resource", "key_hash"), name="application_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause", ""), ("lifted_at", None), models.Q(("state", "lifted"), _negated=True)),
                            models.Q(
                                ("lifted_at__isnull", False),
                                ("state", "lifted"),
                                models.Q(("cause", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="application_lifted_for_a_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="application_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Due",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("measure", models.CharField(max_length=64)),
                ("must", models.BooleanField()),
                ("subject_id", models.BigIntegerField(db_index=True)),
                ("resource", models.CharField(max_length=64)),
                ("record_id", models.BigIntegerField()),
                ("ground", models.CharField(max_length=80)),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("suspended", models.BooleanField()),
            ],
            options={
                "ordering": ["-must", "-since", "-id"],
                "indexes": [models.Index(fields=["measure", "subject_id"], name="measures_du_measure_1a2bea_idx")],
                "constraints": [models.UniqueConstraint(fields=("measure", "record_id", "ground"), name="due_once")],
            },
        ),
        migrations.RunSQL(rules.GROUNDED, rules.UNDO),
    ]
