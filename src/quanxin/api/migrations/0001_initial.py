"""Answers kept for idempotency keys, tokens that are dead, tries by the hour."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_clients"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeadToken",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "hour", "who", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hour", models.BigIntegerField()),
                ("who", models.CharField(max_length=80)),
                ("tries", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Minute",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "client_id", "minute", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("minute", models.BigIntegerField()),
                ("requests", models.PositiveIntegerField()),
                ("client", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="accounts.apiclient")),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=128)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.JSONField()),
                ("at", models.DateTimeField()),
                ("client", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="accounts.apiclient")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client", "key"), name="answer_once")],
            },
        ),
    ]
