"""Visits at the counter, each with its beginning and its end; a clerk serves one at a time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rights", "0003_followed_by_name")]

    operations = [
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField(db_index=True)),
                ("code", models.CharField(blank=True, max_length=64)),
                ("identity", models.CharField(blank=True, max_length=64)),
                ("clerk", models.CharField(max_length=128)),
                ("who", models.CharField(max_length=160)),
                ("began_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("clerk",), name="visit_one_a_clerk"
                    ),
                    models.CheckConstraint(condition=models.Q(("who", ""), _negated=True), name="visit_of_somebody"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("began_at"))), name="visit_ends"
                    ),
                ],
            },
        ),
    ]
