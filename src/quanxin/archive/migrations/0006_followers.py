"""Those who follow the archive's events, and what they set aside."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0005_owners")]

    operations = [
        migrations.CreateModel(
            name="Follower",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField(null=True)),
            ],
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
                "indexes": [models.Index(fields=["follower", "next_at"], name="set_aside_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("follower", "event", "subject"), name="set_aside_once")
                ],
            },
        ),
    ]
