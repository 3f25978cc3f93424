"""A password that somebody else chose lets in for a while; those that were given before, for three days from now."""

from django.db import migrations, models

FORWARD = "UPDATE accounts_user SET one_time_until = now() + interval '72 hours' WHERE one_time"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_four_eyes")]

    operations = [
        migrations.AddField("user", "one_time_until", models.DateTimeField(null=True)),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
