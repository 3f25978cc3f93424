"""What was issued never changes: a document is superseded once and revoked once, its bodies are sealed anew and say the same."""

NEVER_CHANGE = """
CREATE FUNCTION documents_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept jsonb := to_jsonb(OLD) - '{superseded_by_id,superseded_at,revoked_at,revoked_by,revoked_reason,revoked_words}'::text[];
BEGIN
    IF TG_OP = 'DELETE' OR NOT to_jsonb(NEW) @> kept
        OR (OLD.superseded_at IS NOT NULL
            AND (OLD.superseded_at, OLD.superseded_by_id) IS DISTINCT FROM (NEW.superseded_at, NEW.superseded_by_id))
        OR (OLD.revoked_at IS NOT NULL AND (OLD.revoked_at, OLD.revoked_by, OLD.revoked_reason, OLD.revoked_words)
            IS DISTINCT FROM (NEW.revoked_at, NEW.revoked_by, NEW.revoked_reason, NEW.revoked_words))
    THEN
        RAISE EXCEPTION 'an issued document does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_never_change BEFORE UPDATE OR DELETE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION documents_never_change();

CREATE FUNCTION documents_bodies_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.id, OLD.document_id, OLD.form, OLD.sha256)
        IS DISTINCT FROM (NEW.id, NEW.document_id, NEW.form, NEW.sha256)
    THEN
        RAISE EXCEPTION 'the body of a document does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_bodies_stay BEFORE UPDATE OR DELETE ON documents_body
    FOR EACH ROW EXECUTE FUNCTION documents_bodies_stay();

CREATE FUNCTION documents_certificates_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.fingerprint, OLD.der, OLD.chain, OLD.since)
        IS DISTINCT FROM (NEW.fingerprint, NEW.der, NEW.chain, NEW.since) OR NEW.revoked_from > OLD.revoked_from
        OR (OLD.revoked_from IS NOT NULL AND NEW.revoked_from IS NULL)
    THEN
        RAISE EXCEPTION 'a certificate is revoked, and never restored' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_certificates_stay BEFORE UPDATE OR DELETE ON documents_certificate
    FOR EACH ROW EXECUTE FUNCTION documents_certificates_stay();
SELECT ledger_guard_whole('documents_document'), ledger_guard_whole('documents_body'),
    ledger_guard_whole('documents_certificate');
"""
MAY_CHANGE = """
DROP TRIGGER documents_never_change ON documents_document;
DROP FUNCTION documents_never_change();
DROP TRIGGER documents_bodies_stay ON documents_body;
DROP FUNCTION documents_bodies_stay();
DROP TRIGGER documents_certificates_stay ON documents_certificate;
DROP FUNCTION documents_certificates_stay();
"""
