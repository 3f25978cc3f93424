"""Checks, their results and uses; lists and persons that wait; frames."""

import django.db.models.deletion
from django.db import migrations, models

import quanxin.calendar.clock
import quanxin.checks.models
from quanxin.checks.migrations import _rules as rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0001_lines_that_stay")]

    operations = [
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("key", models.CharField(max_length=64, null=True, unique=True)),
                ("item", models.CharField(max_length=64)),
                ("item_edition", models.CharField(max_length=64)),
                ("pack_edition", models.CharField(max_length=64)),
                ("department", models.CharField(max_length=64)),
                ("organisation", models.CharField(blank=True, max_length=64)),
                ("purpose", models.CharField(max_length=64)),
                ("words", models.CharField(max_length=200)),
                ("case_ref", models.CharField(max_length=128)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("one", "单个核查"),
                            ("list", "批量核查"),
                            ("machine", "接口核查"),
                            ("person", "人员核查"),
                        ],
                        max_length=8,
                    ),
                ),
                ("actor", models.CharField(max_length=128)),
                ("approved_by", models.CharField(blank=True, max_length=128)),
                ("as_of", models.DateTimeField(db_index=True)),
                ("asked_at", models.DateTimeField()),
                ("valid_until", models.DateField()),
                ("looked_at", models.JSONField()),
                ("subjects", models.PositiveIntegerField()),
                ("counts", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["department", "as_of"], name="checks_chec_departm_ad1cb6_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("words", ""), _negated=True), models.Q(("case_ref", ""), _negated=True)
                        ),
                        name="check_has_words_and_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approved_by", models.F("actor")), _negated=True),
                        name="check_approved_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", "person"), _negated=True),
                            models.Q(("approved_by", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="check_of_a_person_is_approved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Frame",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client", models.CharField(max_length=64)),
                ("origin", models.CharField(max_length=200)),
                ("made_by", models.CharField(max_length=128)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client", "origin"), name="frame_once")],
            },
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("subject_id", models.BigIntegerField(null=True)),
                ("code", models.CharField(blank=True, max_length=64)),
                ("name", models.CharField(blank=True, max_length=400)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("clear", "未见记录"),
                            ("hint", "有提示"),
                            ("restricted", "可以限制"),
                            ("unknown-subject", "查无此主体"),
                            ("not-a-target", "不属于核查对象"),
                            ("person-not-allowed", "不得核查自然人"),
                            ("malformed-code", "代码有误"),
                            ("doubled", "重复行"),
                        ],
                        max_length=20,
                    ),
                ),
                ("findings", models.JSONField(default=list)),
                ("digest", models.CharField(max_length=64)),
                (
                    "check_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="results", to="checks.check"
                    ),
                ),
            ],
            options={
                "ordering": ["check_of", "position"],
            },
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "decision",
                    models.CharField(
                        choices=[("passed", "予以通过"), ("restricted", "依措施限制"), ("ignored", "未采用核查结果")],
                        max_length=10,
                    ),
                ),
                ("measure", models.CharField(blank=True, max_length=64)),
                ("reason", models.TextField(blank=True)),
                ("actor", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                (
                    "result",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="use", to="checks.result"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ListRequest",
            fields=[
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
                (
                    "id",
                    models.CharField(
                        default=quanxin.checks.models.new_list_id, max_length=32, primary_key=True, serialize=False
                    ),
                ),
                ("item", models.CharField(max_length=64)),
                ("words", models.CharField(max_length=200)),
                ("case_ref", models.CharField(max_length=128)),
                ("districts", models.JSONField(default=list)),
                ("file_name", models.CharField(max_length=255)),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField(null=True)),
                (
                    "check_made",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_by_list",
                        to="checks.check",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at", None)), fields=["created_at"], name="listrequest_open"
                    )
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
                        name="listrequest_ends_one_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True), ("check_made__isnull", False), _connector="OR"
                        ),
                        name="list_done_has_its_check",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.CharField(max_length=64)),
                ("organisation", models.CharField(max_length=64)),
                ("subject_id", models.BigIntegerField()),
                ("words", models.CharField(max_length=200)),
                ("case_ref", models.CharField(max_length=128)),
                ("asked_by", models.CharField(max_length=128)),
                ("asked_at", models.DateTimeField()),
                ("approved", models.BooleanField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=128)),
                ("decided_at", models.DateTimeField(null=True)),
                ("remark", models.TextField(blank=True)),
                (
                    "check_made",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_for_person",
                        to="checks.check",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        name="person_check_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved", None), ("check_made", None), ("decided_at", None), ("decided_by", "")
                            ),
                            models.Q(
                                ("approved", True),
                                ("check_made__isnull", False),
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            models.Q(
                                ("approved", False),
                                ("check_made", None),
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                                models.Q(("remark", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="person_check_decided_one_way",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="result",
            index=models.Index(fields=["subject_id"], name="checks_resu_subject_aa621b_idx"),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.UniqueConstraint(fields=("check_of", "position"), name="result_once"),
        ),
        migrations.AddConstraint(
            model_name="use",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision", "ignored"), ("reason", ""), _negated=True),
                name="use_ignored_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="use",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision", "restricted"), models.Q(("measure", ""), _negated=True)),
                    models.Q(models.Q(("decision", "restricted"), _negated=True), ("measure", "")),
                    _connector="OR",
                ),
                name="use_restricted_by_a_measure",
            ),
        ),
        migrations.RunSQL(*rules.NUMBERS),
        migrations.RunSQL(rules.GROWING, migrations.RunSQL.noop),
    ]
