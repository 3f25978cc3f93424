"""Clients that handle their provider's cases."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_clients")]

    operations = [
        migrations.AddField(model_name="apiclient", name="decides", field=models.BooleanField(default=False)),
        migrations.AddField(
            model_name="apiclient", name="decides_asked_by", field=models.CharField(blank=True, max_length=128)
        ),
        migrations.AddConstraint(
            model_name="apiclient",
            constraint=models.CheckConstraint(
                condition=models.Q(("decides", False), models.Q(("provider", ""), _negated=True), _connector="OR"),
                name="client_decides_for_a_provider",
            ),
        ),
    ]
