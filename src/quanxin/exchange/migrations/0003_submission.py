"""Files handed in that wait for a job to take them in: from requests, drop folders and other databases."""

import django.db.models.deletion
from django.db import migrations, models

import quanxin.calendar.clock
import quanxin.exchange.models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0002_record_table"),
        ("exchange", "0002_set_aside"),
    ]

    operations = [
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
            name="Submission",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=quanxin.exchange.models.new_submission_id,
                        max_length=20,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("resource", models.CharField(max_length=64)),
                ("provider", models.CharField(max_length=64)),
                ("mode", models.CharField(max_length=8)),
                ("mapping", models.JSONField(null=True)),
                ("file_name", models.CharField(max_length=255)),
                ("path", models.CharField(max_length=300)),
                ("sha256", models.CharField(max_length=64)),
                ("bytes", models.BigIntegerField()),
                ("actor", models.CharField(max_length=128)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待处理"),
                            ("running", "正在处理"),
                            ("done", "已完成"),
                            ("refused", "已退回"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reading", "读取文件"),
                            ("checking", "逐行校验"),
                            ("matching", "匹配主体"),
                            ("committing", "写入档案"),
                        ],
                        max_length=12,
                    ),
                ),
                ("moments", models.JSONField(default=dict)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("error", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(default=quanxin.calendar.clock.now)),
                ("finished_at", models.DateTimeField(null=True)),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="dropped", to="exchange.submission"
                    ),
                ),
            ],
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
                    models.Q(
                        ("batch__isnull", False),
                        ("error__isnull", True),
                        ("finished_at__isnull", False),
                        ("state", "done"),
                    ),
                    models.Q(
                        ("batch__isnull", True),
                        ("error__isnull", False),
                        ("finished_at__isnull", False),
                        ("state", "refused"),
                    ),
                    models.Q(
                        ("batch__isnull", True),
                        ("error__isnull", True),
                        ("finished_at__isnull", True),
                        ("state__in", ["waiting", "running"]),
                    ),
                    _connector="OR",
                ),
                name="submission_ends_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="dropped",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at", None)), fields=("path",), name="dropped_once_until_answered"
            ),
        ),
    ]
