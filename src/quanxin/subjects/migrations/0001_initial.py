"""The register: subjects, identifiers, names, and what stewards decided about them."""

import django.db.models.deletion
from django.db import migrations, models

from quanxin.subjects.migrations import _rules as rules


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="NamePair",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "pair", "name_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("pair", models.BigIntegerField()),
                ("name_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="PairCount",
            fields=[
                ("pair", models.BigIntegerField(primary_key=True, serialize=False)),
                ("names", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("code-two-names", "一码多名"), ("name-two-codes", "一名多码")], max_length=24
                    ),
                ),
                ("value", models.CharField(max_length=400)),
                ("particulars", models.JSONField(default=dict)),
                ("recorded_at", models.DateTimeField()),
                ("batch", models.CharField(max_length=32)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [models.UniqueConstraint(fields=("kind", "value"), name="finding_once")],
            },
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.CharField(max_length=32)),
                ("code", models.CharField(blank=True, max_length=64)),
                ("name", models.CharField(max_length=400)),
                ("region", models.CharField(blank=True, max_length=6)),
                ("natural", models.BooleanField(default=False)),
                ("recorded_at", models.DateTimeField()),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absorbed",
                        to="subjects.subject",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Name",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=400)),
                ("norm", models.CharField(max_length=400)),
                ("valid_from", models.DateField(null=True)),
                ("valid_until", models.DateField(null=True)),
                ("stated_on", models.DateField(null=True)),
                ("current", models.BooleanField(default=True)),
                ("recorded_at", models.DateTimeField()),
                ("batch", models.CharField(max_length=32)),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="names", to="subjects.subject"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("merge", "合并"), ("split", "拆分")], max_length=8)),
                ("particulars", models.JSONField(default=dict)),
                ("actor", models.CharField(max_length=128)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, max_length=128)),
                ("undone_reason", models.TextField(blank=True)),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgements_kept",
                        to="subjects.subject",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgements_other",
                        to="subjects.subject",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Identifier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("uscc", "统一社会信用代码"),
                            ("registration-number", "注册号"),
                            ("organisation-code", "组织机构代码"),
                            ("identity", "身份证件号码"),
                        ],
                        max_length=24,
                    ),
                ),
                ("value", models.CharField(max_length=64)),
                ("sealed", models.BinaryField(null=True)),
                ("valid_from", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("batch", models.CharField(max_length=32)),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="identifiers", to="subjects.subject"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "act",
                    models.CharField(
                        choices=[("link", "关联"), ("create", "新建主体"), ("reject", "不予关联")], max_length=8
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("uscc", "统一社会信用代码"),
                            ("registration-number", "注册号"),
                            ("organisation-code", "组织机构代码"),
                            ("name", "名称"),
                        ],
                        max_length=24,
                    ),
                ),
                ("value", models.CharField(max_length=400)),
                ("name", models.CharField(blank=True, max_length=400)),
                ("provider", models.CharField(blank=True, max_length=64)),
                ("particulars", models.JSONField(default=dict)),
                ("actor", models.CharField(max_length=128)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, max_length=128)),
                ("undone_reason", models.TextField(blank=True)),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="subjects.subject",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(fields=["code"], name="subjects_su_code_22ddd2_idx"),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True), name="subject_not_in_itself"
            ),
        ),
        migrations.AddIndex(
            model_name="name",
            index=models.Index(fields=["norm"], name="subjects_na_norm_0a45fe_idx"),
        ),
        migrations.AddConstraint(
            model_name="name",
            constraint=models.UniqueConstraint(
                condition=models.Q(("current", True)), fields=("subject",), name="name_one_current"
            ),
        ),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="judgement_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "merge"), ("undone_at", None)),
                fields=("other",),
                name="judgement_merged_once",
            ),
        ),
        migrations.AddIndex(
            model_name="identifier",
            index=models.Index(fields=["value", "kind"], name="subjects_id_value_615fd9_idx"),
        ),
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["uscc", "identity"])), fields=("value",), name="identifier_one_holder"
            ),
        ),
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.UniqueConstraint(fields=("subject", "kind", "value"), name="identifier_once_per_subject"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="decision_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act", "reject"), ("subject", None)),
                    models.Q(models.Q(("act", "reject"), _negated=True), ("subject__isnull", False)),
                    _connector="OR",
                ),
                name="decision_has_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "name"), ("provider", ""), _connector="XOR"),
                name="decision_name_of_provider",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("subject__isnull", False), ("undone_at", None)),
                fields=("kind", "value", "name", "provider"),
                name="decision_one_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("act", "create"), ("undone_at", None)),
                fields=("subject",),
                name="decision_made_once",
            ),
        ),
        migrations.RunSQL(rules.INDEXES, rules.NO_INDEXES),
        migrations.RunSQL(rules.MEASURE, rules.NO_MEASURE),
    ]
