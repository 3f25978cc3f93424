"""Attachments."""

import uuid

from django.db import migrations, models

from quanxin.attachments.migrations import _rules as rules


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("case", models.CharField(blank=True, default="", max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("proof-of-performance", "履行证明"),
                            ("commitment", "信用承诺书"),
                            ("authorisation", "授权委托书"),
                            ("court-ruling", "法院裁判文书"),
                            ("identity", "身份或登记证明"),
                            ("other", "其他证明材料"),
                        ],
                        max_length=32,
                    ),
                ),
                ("name", models.CharField(max_length=160)),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("subject_id", models.BigIntegerField()),
                ("uploaded_by", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("unscanned", "未查毒"),
                            ("waiting", "等待查毒"),
                            ("clean", "未发现病毒"),
                            ("infected", "发现病毒"),
                        ],
                        max_length=16,
                    ),
                ),
                ("virus", models.CharField(blank=True, max_length=128)),
                ("scanned_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("removed_by", models.CharField(blank=True, max_length=128)),
                ("removal_reason", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "ordering": ["at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("case", ""), _negated=True), fields=["case"], name="attachment_case"
                    ),
                    models.Index(
                        condition=models.Q(("case", ""), ("removed_at", None)),
                        fields=["subject_id", "uploaded_by"],
                        name="attachment_untied",
                    ),
                    models.Index(
                        condition=models.Q(("removed_at", None), models.Q(("verdict", "clean"), _negated=True)),
                        fields=["verdict"],
                        name="attachment_to_scan",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="attachment_holds_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "proof-of-performance",
                                    "commitment",
                                    "authorisation",
                                    "court-ruling",
                                    "identity",
                                    "other",
                                ],
                            )
                        ),
                        name="attachment_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("scanned_at", None), ("verdict__in", ("unscanned", "waiting"))),
                            models.Q(("scanned_at__isnull", False), ("verdict__in", ("clean", "infected"))),
                            _connector="OR",
                        ),
                        name="attachment_verdict_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removal_reason", ""), ("removed_at", None), ("removed_by", "")),
                            models.Q(
                                ("removed_at__gte", models.F("at")),
                                models.Q(("removed_by", ""), _negated=True),
                                models.Q(("removal_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="attachment_removed_by_someone_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "infected"), _negated=True),
                            ("removed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="attachment_infected_is_removed",
                    ),
                ],
            },
        ),
        migrations.RunSQL(rules.NEVER_CHANGE, rules.MAY_CHANGE),
    ]
