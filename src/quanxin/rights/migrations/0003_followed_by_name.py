"""The position up to which events were followed goes to the archive's table of followers."""

from __future__ import annotations

from django.db import migrations

MOVED = """
INSERT INTO archive_follower (name, position, at) SELECT 'rights', position, at FROM rights_followed LIMIT 1;
"""
BACK = """
INSERT INTO rights_followed (position, at) SELECT position, at FROM archive_follower WHERE name = 'rights';
DELETE FROM archive_follower WHERE name = 'rights';
"""


class Migration(migrations.Migration):
    dependencies = [("rights", "0002_consents_narrow"), ("archive", "0006_followers")]

    operations = [migrations.RunSQL(MOVED, BACK), migrations.DeleteModel(name="Followed")]
