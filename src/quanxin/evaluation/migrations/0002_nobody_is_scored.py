"""Natural persons and sole traders, who are natural persons in business, have no score: the database refuses it.

The history of scores only grows, and one row tells how far scores follow the archive.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION evaluation_refuses_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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

INSERT INTO evaluation_followed (position) VALUES (0);
"""

UNDO = """
DROP TRIGGER evaluation_change_only_grows ON evaluation_change;
DROP TRIGGER evaluation_of_a_subject_that_became_a_person ON subjects_subject;
DROP TRIGGER evaluation_change_of_no_person ON evaluation_change;
DROP TRIGGER evaluation_score_of_no_person_updated ON evaluation_score;
DROP TRIGGER evaluation_score_of_no_person_inserted ON evaluation_score;
DROP FUNCTION evaluation_history_only_grows;
DROP FUNCTION evaluation_forgets_persons;
DROP FUNCTION evaluation_refuses_persons;
DELETE FROM evaluation_followed;
"""


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial"), ("subjects", "0003_decisions")]

    operations = [migrations.RunSQL(REFUSE, UNDO)]
