"""What a file is and whose it is never changes; it is tied once; a removed one stays on record."""

NEVER_CHANGE = """
CREATE FUNCTION attachments_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (OLD.id, OLD.kind, OLD.name, OLD.content_type, OLD.size, OLD.sha256, OLD.subject_id, OLD.uploaded_by, OLD.at)
            IS DISTINCT FROM
            (NEW.id, NEW.kind, NEW.name, NEW.content_type, NEW.size, NEW.sha256, NEW.subject_id, NEW.uploaded_by, NEW.at)
        OR (OLD."case" <> '' AND NEW."case" <> OLD."case")
        OR (OLD.verdict IN ('clean', 'infected') AND NEW.verdict <> OLD.verdict)
        OR (OLD.removed_at IS NOT NULL AND (OLD.removed_at, OLD.removed_by, OLD.removal_reason)
            IS DISTINCT FROM (NEW.removed_at, NEW.removed_by, NEW.removal_reason))
    THEN
        RAISE EXCEPTION 'an attachment does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attachments_never_change BEFORE UPDATE OR DELETE ON attachments_attachment
    FOR EACH ROW EXECUTE FUNCTION attachments_never_change();
"""
MAY_CHANGE = """
DROP TRIGGER attachments_never_change ON attachments_attachment;
DROP FUNCTION attachments_never_change();
"""
