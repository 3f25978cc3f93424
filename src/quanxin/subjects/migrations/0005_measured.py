"""Measuring the register for the planner is the owner's: the application asks for it by a function of the owner's."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION subjects_measure() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    ANALYZE subjects_subject, subjects_identifier, subjects_name;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("subjects", "0004_identifiers_by_value")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION subjects_measure()")]
