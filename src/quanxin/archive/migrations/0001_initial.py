"""Editions, batches, records, events, and what decisions, withdrawals and transfers do to records."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import quanxin.archive.models
from quanxin.archive.migrations import _rules as rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("subjects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Record",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subject_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.BigIntegerField()),
                ("subject_id", models.BigIntegerField()),
                ("resource", models.CharField(max_length=64)),
                ("key_hash", models.UUIDField()),
                ("content_hash", models.UUIDField()),
                ("version", models.IntegerField()),
                ("payload", models.JSONField()),
                ("event_date", models.DateField(null=True)),
                ("valid_from", models.DateField(null=True)),
                ("valid_until", models.DateField(null=True)),
                ("published", models.BooleanField()),
                ("public_until", models.DateField(null=True)),
                ("tier", models.CharField(max_length=32, null=True)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("batch_id", models.CharField(max_length=32)),
                ("provider", models.CharField(max_length=64)),
                ("row_no", models.BigIntegerField()),
            ],
            options={
                "db_table": "archive_record",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Follower",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Access",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("viewer", models.CharField(max_length=32)),
                ("actor", models.CharField(max_length=128)),
                ("purpose", models.CharField(max_length=200)),
                ("subject_id", models.BigIntegerField(db_index=True)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose", ""), _negated=True), name="access_has_purpose"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("resource", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("pack", models.CharField(max_length=32)),
                ("in_force_from", models.DateField()),
                ("in_force_until", models.DateField(null=True)),
                ("basis", models.JSONField()),
                ("definition", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("resource", "digest"), name="edition_once"),
                    models.CheckConstraint(condition=models.Q(("basis", []), _negated=True), name="edition_has_basis"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("resource", models.CharField(max_length=64)),
                ("provider", models.CharField(max_length=64)),
                ("mode", models.CharField(max_length=8)),
                ("file_name", models.CharField(max_length=255)),
                ("file_sha256", models.CharField(max_length=64)),
                ("received", models.BigIntegerField()),
                ("accepted", models.BigIntegerField()),
                ("updated", models.BigIntegerField()),
                ("duplicate", models.BigIntegerField()),
                ("quarantined", models.BigIntegerField()),
                ("unlinked", models.BigIntegerField()),
                ("received_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("actor", models.CharField(max_length=128)),
                ("receipt", models.JSONField()),
                ("manifest", models.JSONField()),
                ("row_salt", models.BinaryField(default=quanxin.archive.models.row_salt)),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "replay_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replays",
                        to="archive.batch",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="archive.edition"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("batch-committed", "Batch Committed"),
                            ("records-withdrawn", "Records Withdrawn"),
                            ("subjects-merged", "Subjects Merged"),
                            ("subjects-split", "Subjects Split"),
                            ("judgement-undone", "Judgement Undone"),
                            ("records-restricted", "Records Restricted"),
                            ("records-released", "Records Released"),
                            ("records-transferred", "Records Transferred"),
                        ],
                        max_length=32,
                    ),
                ),
                ("subject", models.BigIntegerField(null=True)),
                ("particulars", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("position", models.BigIntegerField(editable=False, null=True, unique=True)),
                (
                    "batch",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="archive.batch"),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("repaired", "已修复"),
                            ("shielded", "重整、和解期间暂时屏蔽"),
                            ("deleted", "依本人申请删除"),
                            ("disputed", "异议处理中"),
                        ],
                        max_length=12,
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                ("resource", models.CharField(max_length=64)),
                ("key_hash", models.UUIDField()),
                ("case", models.CharField(max_length=64)),
                ("basis", models.JSONField()),
                ("actor", models.CharField(max_length=128)),
                ("from_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=128)),
                ("ended_reason", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_id", "key_hash"], name="archive_res_subject_737ebb_idx"),
                    models.Index(fields=["case"], name="archive_res_case_736b30_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case", ""), _negated=True), models.Q(("basis", []), _negated=True)
                        ),
                        name="restriction_has_case_and_basis",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", ""), ("ended_reason", "")),
                            models.Q(
                                ("ended_at__gte", models.F("from_at")),
                                models.Q(("ended_by", ""), _negated=True),
                                models.Q(("ended_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="restriction_ended_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("subject_id", "resource", "key_hash", "kind"),
                        name="restriction_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SetAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("follower", models.CharField(max_length=40)),
                ("subject", models.BigIntegerField(default=0)),
                ("reason", models.CharField(max_length=500)),
                ("attempts", models.PositiveIntegerField(default=1)),
                ("since", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="set_aside", to="archive.event"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("handed-over", "单位移交"),
                            ("decided", "裁定归属"),
                            ("prevails", "以规定单位为准"),
                            ("restored", "撤回后恢复"),
                        ],
                        max_length=12,
                    ),
                ),
                ("resource", models.CharField(max_length=64)),
                ("from_provider", models.CharField(max_length=64)),
                ("to_provider", models.CharField(max_length=64)),
                ("act", models.CharField(max_length=64)),
                ("basis", models.JSONField(default=list)),
                ("reason", models.TextField()),
                ("actor", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                (
                    "event",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfer",
                        to="archive.event",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="TransferredRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                ("record_id", models.BigIntegerField()),
                ("made_id", models.BigIntegerField(unique=True)),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="records", to="archive.transfer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("revoked", "决定已撤销"),
                            ("mistaken", "报送有误"),
                            ("taken-back", "整批撤回"),
                            ("replaced", "替换报送未列"),
                            ("undone", "主体关联已撤销"),
                            ("anothers", "裁定归其他单位"),
                        ],
                        max_length=12,
                    ),
                ),
                ("resource", models.CharField(max_length=64)),
                ("provider", models.CharField(max_length=64)),
                ("reason", models.TextField()),
                ("actor", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawals",
                        to="archive.batch",
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal", to="archive.event"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="WithdrawnRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                ("record_id", models.BigIntegerField()),
                ("key_hash", models.UUIDField()),
                ("version", models.IntegerField()),
                ("restored_id", models.BigIntegerField(null=True)),
                (
                    "withdrawal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="records", to="archive.withdrawal"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["resource", "provider", "file_sha256"], name="archive_bat_resourc_0817e0_idx"),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "received",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("accepted"), "+", models.F("updated")
                                    ),
                                    "+",
                                    models.F("duplicate"),
                                ),
                                "+",
                                models.F("quarantined"),
                            ),
                            "+",
                            models.F("unlinked"),
                        ),
                    )
                ),
                name="batch_buckets_add_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replay_of", None), ("taken_back_at", None)),
                fields=("resource", "provider", "mode", "file_sha256"),
                name="batch_file_once",
            ),
        ),
        migrations.AddIndex(
            model_name="setaside",
            index=models.Index(fields=["follower", "next_at"], name="set_aside_due"),
        ),
        migrations.AddConstraint(
            model_name="setaside",
            constraint=models.UniqueConstraint(fields=("follower", "event", "subject"), name="set_aside_once"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["act"], name="transfer_by_act"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("reason", ""), _negated=True), models.Q(("act", ""), _negated=True)),
                name="transfer_has_act_and_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_provider", models.F("to_provider")), _negated=True),
                name="transfer_between_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="withdrawal_has_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="withdrawnrecord",
            index=models.Index(fields=["subject_id", "key_hash"], name="archive_wit_subject_087ba1_idx"),
        ),
        migrations.AddConstraint(
            model_name="withdrawnrecord",
            constraint=models.UniqueConstraint(fields=("record_id",), name="record_withdrawn_once"),
        ),
        migrations.RunSQL(
            rules.RECORDS + "".join(rules.PARTITION.format(n, rules.PARTITIONS) for n in range(rules.PARTITIONS)),
            rules.NO_RECORDS,
        ),
        migrations.RunSQL(rules.APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(rules.HAS_BASIS, migrations.RunSQL.noop),
        migrations.RunSQL(rules.POSITION, rules.NO_POSITION),
        migrations.RunSQL(rules.ENDED_ONCE, rules.NOT_ENDED_ONCE),
        migrations.RunSQL(rules.OWNERS, rules.NO_OWNERS),
    ]
