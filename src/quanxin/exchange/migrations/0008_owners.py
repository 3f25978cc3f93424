"""Decisions that two providers handed in, and what one hands over to another."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0007_sampling"),
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
            name="ConflictRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "conflict",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="exchange.conflict"
                    ),
                ),
                (
                    "held",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="conflict_row", to="exchange.held"
                    ),
                ),
            ],
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
    ]
