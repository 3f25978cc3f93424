"""The organisation code inside a 统一社会信用代码 (characters 9 to 17), indexed for the legacy crosswalk."""

from django.db import migrations

FORWARD = """
CREATE INDEX identifier_organisation_part ON subjects_identifier (substr(value, 9, 9)) WHERE kind = 'uscc';
CREATE INDEX subject_natural ON subjects_subject (id) WHERE "natural";
"""
BACKWARD = "DROP INDEX identifier_organisation_part; DROP INDEX subject_natural;"


class Migration(migrations.Migration):
    dependencies = [("subjects", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
