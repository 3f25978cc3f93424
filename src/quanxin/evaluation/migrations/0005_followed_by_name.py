"""The position up to which events were followed goes to the archive's table of followers."""

from __future__ import annotations

from django.db import migrations

MOVED = """
INSERT INTO archive_follower (name, position, at) SELECT 'evaluation', position, at FROM evaluation_followed LIMIT 1;
"""
BACK = """
INSERT INTO evaluation_followed (position, at) SELECT position, at FROM archive_follower WHERE name = 'evaluation';
DELETE FROM archive_follower WHERE name = 'evaluation';
"""


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0004_study"), ("archive", "0006_followers")]

    operations = [migrations.RunSQL(MOVED, BACK), migrations.DeleteModel(name="Followed")]
