"""Ways of looking at the queue, kept under a name."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_agenda")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.CharField(max_length=128)),
                ("title", models.CharField(max_length=40)),
                ("query", models.CharField(max_length=400)),
            ],
            options={
                "ordering": ["title"],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "title"), name="view_has_one_name"),
                    models.CheckConstraint(condition=~Q(title="") & ~Q(query=""), name="view_has_a_name"),
                ],
            },
        ),
    ]
