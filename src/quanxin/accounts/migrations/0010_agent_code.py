"""A person gives a principal a code, not a user name, to be named as agent by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_one_time_until")]

    operations = [
        migrations.AddField(
            "user", "agent_code", models.CharField(max_length=64, blank=True, default="", db_index=True)
        ),
        migrations.AddField("user", "agent_code_until", models.DateTimeField(null=True)),
    ]
