"""An application rests on a record that stands, and what was lifted does not come back: the database refuses the rest."""

GROUNDED = """
CREATE FUNCTION measures_application_has_ground() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM archive_record r WHERE r.subject_id = NEW.subject_id AND r.resource = NEW.resource
        AND r.key_hash = NEW.key_hash AND r.superseded_at IS NULL
    ) OR EXISTS (
        SELECT 1 FROM archive_restriction x WHERE x.subject_id = NEW.subject_id AND x.resource = NEW.resource
        AND x.key_hash = NEW.key_hash AND x.ended_at IS NULL
    ) THEN
        RAISE EXCEPTION 'a measure is applied on a record that stands and is not held by a decision'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measures_application_has_ground BEFORE INSERT ON measures_application
    FOR EACH ROW EXECUTE FUNCTION measures_application_has_ground();

CREATE FUNCTION measures_application_stays_lifted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.lifted_at IS NOT NULL OR (NEW.id, NEW.case_id, NEW.measure, NEW.enforcer, NEW.resource, NEW.key_hash,
        NEW.ground, NEW.since, NEW.applied_at, NEW.applied_by) IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.measure,
        OLD.enforcer, OLD.resource, OLD.key_hash, OLD.ground, OLD.since, OLD.applied_at, OLD.applied_by) THEN
        RAISE EXCEPTION 'what was applied stays as it was, and what was lifted stays lifted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measures_application_stays_lifted BEFORE UPDATE OR DELETE ON measures_application
    FOR EACH ROW EXECUTE FUNCTION measures_application_stays_lifted();
SELECT ledger_guard_whole('measures_application');
"""
UNDO = """
DROP TRIGGER measures_application_has_ground ON measures_application;
DROP TRIGGER measures_application_stays_lifted ON measures_application;
DROP FUNCTION measures_application_has_ground();
DROP FUNCTION measures_application_stays_lifted();
"""
