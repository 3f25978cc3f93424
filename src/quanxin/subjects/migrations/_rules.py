"""Indexes and functions of the register that Django does not write."""

# The organisation code inside a 统一社会信用代码 (characters 9 to 17), for the legacy crosswalk; natural persons.
INDEXES = """
CREATE INDEX identifier_organisation_part ON subjects_identifier (substr(value, 9, 9)) WHERE kind = 'uscc';
CREATE INDEX subject_natural ON subjects_subject (id) WHERE "natural";
"""

NO_INDEXES = "DROP INDEX identifier_organisation_part; DROP INDEX subject_natural;"

# Measuring the register for the planner is the owner's: the application asks for it by a function of the owner's.
MEASURE = """
CREATE FUNCTION subjects_measure() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    ANALYZE subjects_subject, subjects_identifier, subjects_name;
END $$;
"""

NO_MEASURE = "DROP FUNCTION subjects_measure()"
