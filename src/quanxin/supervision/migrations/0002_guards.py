"""What a draw depends on stays as it was (``_rules``). Natural persons and sole traders, who are natural persons in business,
have no class: the database refuses it.

Whoever writes classes and whoever makes a subject a person wait for each other, by the lock that scores use for the same; the
triggers fire also where triggers are told to rest (replication).
"""

from django.db import migrations

from quanxin.supervision.migrations import _rules

NO_PERSONS = """
CREATE FUNCTION supervision_refuses_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(20826, 0);
    IF EXISTS (
        SELECT 1 FROM written w LEFT JOIN subjects_subject s ON s.id = w.subject_id
        WHERE s.id IS NULL OR s.natural OR s.type IN ('person', 'sole-trader')
    ) THEN
        RAISE EXCEPTION 'natural persons and sole traders have no class'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION supervision_forgets_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(20826, 0);
    DELETE FROM supervision_creditclass WHERE subject_id = NEW.id;
    DELETE FROM supervision_riskclass WHERE subject_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER supervision_of_a_subject_that_became_a_person AFTER UPDATE OF type, "natural" ON subjects_subject
    FOR EACH ROW WHEN (NEW.natural OR NEW.type IN ('person', 'sole-trader'))
    EXECUTE FUNCTION supervision_forgets_persons();
ALTER TABLE subjects_subject ENABLE ALWAYS TRIGGER supervision_of_a_subject_that_became_a_person;
"""
OF_A_TABLE = """
CREATE TRIGGER supervision_{table}_of_no_person_inserted AFTER INSERT ON supervision_{table}
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION supervision_refuses_persons();
CREATE TRIGGER supervision_{table}_of_no_person_updated AFTER UPDATE ON supervision_{table}
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION supervision_refuses_persons();
ALTER TABLE supervision_{table} ENABLE ALWAYS TRIGGER supervision_{table}_of_no_person_inserted;
ALTER TABLE supervision_{table} ENABLE ALWAYS TRIGGER supervision_{table}_of_no_person_updated;
"""
UNDO = """
DROP TRIGGER supervision_of_a_subject_that_became_a_person ON subjects_subject;
DROP FUNCTION supervision_forgets_persons;
DROP FUNCTION supervision_refuses_persons CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial"), ("evaluation", "0001_initial"), ("ledger", "0001_lines_that_stay")]

    operations = [
        migrations.RunSQL(NO_PERSONS, UNDO),
        migrations.RunSQL(OF_A_TABLE.format(table="creditclass"), migrations.RunSQL.noop),
        migrations.RunSQL(OF_A_TABLE.format(table="riskclass"), migrations.RunSQL.noop),
        migrations.RunSQL(_rules.STAYS, _rules.UNDO),
    ]
