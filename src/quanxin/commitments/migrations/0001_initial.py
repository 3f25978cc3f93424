"""Commitments as offered and signed, their serials and duties; signatures only grow."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0003_saved_views"),
        ("ledger", "0001_lines_that_stay"),
    ]

    operations = [
        migrations.CreateModel(
            name="Commitment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("template", models.CharField(max_length=64)),
                ("edition", models.DateField()),
                ("kind", models.CharField(max_length=64)),
                ("provider", models.CharField(max_length=64)),
                ("matter", models.CharField(max_length=512)),
                ("authority_code", models.CharField(max_length=18)),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("supply_by", models.DateField(null=True)),
                ("number", models.CharField(blank=True, max_length=20)),
                ("signed_on", models.DateField(null=True)),
                ("in_force_on", models.DateField(null=True)),
                ("valid_until", models.DateField(null=True)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="commitment", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=128)),
                ("sha256", models.CharField(max_length=64)),
                ("nonce", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("how", models.CharField(blank=True, max_length=8)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="confirmations", to="casework.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("due_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "待核查"),
                            ("undrawn", "未抽中"),
                            ("met", "已履行"),
                            ("partly", "部分履行"),
                            ("not-met", "未履行"),
                            ("cannot-check", "暂不能核查"),
                            ("corrected", "已整改"),
                        ],
                        default="planned",
                        max_length=12,
                    ),
                ),
                ("method", models.CharField(max_length=16)),
                ("checked_on", models.DateField(null=True)),
                ("checked_by", models.CharField(blank=True, max_length=128)),
                ("evidence", models.TextField(blank=True)),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="duties", to="commitments.commitment"
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Serial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("division", models.CharField(max_length=6)),
                ("day", models.DateField()),
                ("last", models.IntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("division", "day"), name="serial_of_a_day")],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("signer", models.CharField(max_length=128)),
                ("on_behalf", models.CharField(blank=True, max_length=200)),
                (
                    "how",
                    models.CharField(
                        choices=[("code", "动态口令"), ("key", "通行密钥"), ("paper", "纸质签署")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField()),
                ("signed_on", models.DateField()),
                ("sha256", models.CharField(max_length=64)),
                ("text", models.TextField()),
                ("template", models.CharField(max_length=64)),
                ("edition", models.DateField()),
                (
                    "commitment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signature",
                        to="commitments.commitment",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(fields=["provider", "template"], name="commitments_provide_2b21c8_idx"),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True), fields=("number",), name="commitment_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number", ""), ("signed_on", None)),
                    models.Q(models.Q(("number", ""), _negated=True), ("signed_on__isnull", False)),
                    _connector="OR",
                ),
                name="commitment_numbered_when_signed",
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["state", "due_on"], name="commitments_state_1535a1_idx"),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.UniqueConstraint(fields=("commitment", "key"), name="duty_once"),
        ),
        migrations.RunSQL("SELECT ledger_guard('commitments_signature')", migrations.RunSQL.noop),
    ]
