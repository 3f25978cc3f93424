"""No gap between a score that is being written and a subject that is becoming a person; no history taken away.

Whoever writes scores and whoever makes a subject a person wait for each other: without that each would look before the
other committed, and a person would keep a score. The triggers fire also where triggers are told to rest (replication).
"""

from django.db import migrations

LOCKS = """
CREATE OR REPLACE FUNCTION evaluation_refuses_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(20826, 0);
    IF EXISTS (
        SELECT 1 FROM written w LEFT JOIN subjects_subject s ON s.id = w.subject_id
        WHERE s.id IS NULL OR s.natural OR s.type IN ('person', 'sole-trader')
    ) THEN
        RAISE EXCEPTION 'natural persons and sole traders are never scored'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION evaluation_forgets_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(20826, 0);
    DELETE FROM evaluation_score WHERE subject_id = NEW.id;
    DELETE FROM evaluation_change WHERE subject_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER evaluation_change_is_not_taken_away BEFORE DELETE ON evaluation_change
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION evaluation_history_only_grows();

ALTER TABLE evaluation_score ENABLE ALWAYS TRIGGER evaluation_score_of_no_person_inserted;
ALTER TABLE evaluation_score ENABLE ALWAYS TRIGGER evaluation_score_of_no_person_updated;
ALTER TABLE evaluation_change ENABLE ALWAYS TRIGGER evaluation_change_of_no_person;
ALTER TABLE evaluation_change ENABLE ALWAYS TRIGGER evaluation_change_only_grows;
ALTER TABLE evaluation_change ENABLE ALWAYS TRIGGER evaluation_change_is_not_taken_away;
ALTER TABLE subjects_subject ENABLE ALWAYS TRIGGER evaluation_of_a_subject_that_became_a_person;
"""


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0002_nobody_is_scored")]

    operations = [migrations.RunSQL(LOCKS, "DROP TRIGGER evaluation_change_is_not_taken_away ON evaluation_change")]
