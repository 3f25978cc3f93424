"""How far events were looked at for a webhook goes to the archive's table of followers."""

from __future__ import annotations

from django.db import migrations, models

MOVED = """
INSERT INTO archive_follower (name, position, at) SELECT 'webhook:' || id, position, created_at FROM exchange_webhook;
"""
BACK = """
UPDATE exchange_webhook w SET position = f.position FROM archive_follower f WHERE f.name = 'webhook:' || w.id;
DELETE FROM archive_follower WHERE name LIKE 'webhook:%';
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0008_owners"), ("archive", "0006_followers")]

    operations = [
        migrations.AlterField("webhook", "position", models.BigIntegerField(default=0)),
        migrations.RunSQL(MOVED, BACK),
        migrations.RemoveField("webhook", "position"),
    ]
