"""Tokens that let nobody in are counted by the hour."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

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
    ]
