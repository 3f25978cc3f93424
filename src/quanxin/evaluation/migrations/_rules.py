"""Natural persons and sole traders, who are natural persons in business, have no score: the database refuses it.

The history of scores only grows.
"""

# Whoever writes scores and whoever makes a subject a person wait for each other: without that each would look before the
# other committed, and a person would keep a score. The triggers fire also where triggers are told to rest (replication).
NO_PERSONS = """
CREATE FUNCTION evaluation_refuses_persons() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER evaluation_score_of_no_person_inserted AFTER INSERT ON evaluation_score
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION evaluation_refuses_persons();
CREATE TRIGGER evaluation_score_of_no_person_updated AFTER UPDATE ON evaluation_score
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION evaluation_refuses_persons();
CREATE TRIGGER evaluation_change_of_no_person AFTER INSERT ON evaluation_change
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION evaluation_refuses_persons();

CREATE FUNCTION evaluation_forgets_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(20826, 0);
    DELETE FROM evaluation_score WHERE subject_id = NEW.id;
    DELETE FROM evaluation_change WHERE subject_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER evaluation_of_a_subject_that_became_a_person AFTER UPDATE OF type, "natural" ON subjects_subject
    FOR EACH ROW WHEN (NEW.natural OR NEW.type IN ('person', 'sole-trader'))
    EXECUTE FUNCTION evaluation_forgets_persons();

CREATE FUNCTION evaluation_history_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of scores only grows' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER evaluation_change_only_grows BEFORE UPDATE ON evaluation_change
    FOR EACH ROW EXECUTE FUNCTION evaluation_history_only_grows();
CREATE TRIGGER evaluation_change_is_not_taken_away BEFORE DELETE ON evaluation_change
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION evaluation_history_only_grows();

ALTER TABLE evaluation_score ENABLE ALWAYS TRIGGER evaluation_score_of_no_person_inserted;
ALTER TABLE evaluation_score ENABLE ALWAYS TRIGGER evaluation_score_of_no_person_updated;
ALTER TABLE evaluation_change ENABLE ALWAYS TRIGGER evaluation_change_of_no_person;
ALTER TABLE evaluation_change ENABLE ALWAYS TRIGGER evaluation_change_only_grows;
ALTER TABLE evaluation_change ENABLE ALWAYS TRIGGER evaluation_change_is_not_taken_away;
ALTER TABLE subjects_subject ENABLE ALWAYS TRIGGER evaluation_of_a_subject_that_became_a_person;
"""

UNDO = """
DROP TRIGGER evaluation_change_is_not_taken_away ON evaluation_change;
DROP TRIGGER evaluation_change_only_grows ON evaluation_change;
DROP TRIGGER evaluation_of_a_subject_that_became_a_person ON subjects_subject;
DROP TRIGGER evaluation_change_of_no_person ON evaluation_change;
DROP TRIGGER evaluation_score_of_no_person_updated ON evaluation_score;
DROP TRIGGER evaluation_score_of_no_person_inserted ON evaluation_score;
DROP FUNCTION evaluation_history_only_grows;
DROP FUNCTION evaluation_forgets_persons;
DROP FUNCTION evaluation_refuses_persons;
"""
