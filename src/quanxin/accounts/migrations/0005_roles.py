"""The roles that rights need."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_binding"),
    ]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("intake", "intake"),
                    ("decider", "decider"),
                    ("window", "window"),
                    ("reviewer", "reviewer"),
                    ("steward", "steward"),
                    ("centre", "centre"),
                    ("modeller", "modeller"),
                    ("approver", "approver"),
                    ("supervisor", "supervisor"),
                    ("bank", "bank"),
                    ("personnel", "personnel"),
                    ("auditor", "auditor"),
                    ("administrator", "administrator"),
                ],
                max_length=16,
            ),
        ),
    ]
