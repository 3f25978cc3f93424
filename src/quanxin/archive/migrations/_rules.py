"""The record table, and what the database itself refuses about records, events, restrictions and transfers."""

PARTITIONS = 16

# The record table: partitioned by a hash of the subject.
RECORDS = """
CREATE SEQUENCE archive_record_id_seq;
CREATE SEQUENCE archive_batch_number_seq;
CREATE TABLE archive_record (
    subject_id bigint NOT NULL,
    id bigint NOT NULL,
    resource varchar(64) NOT NULL,
    key_hash uuid NOT NULL,
    content_hash uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    payload jsonb NOT NULL,
    event_date date,
    valid_from date,
    valid_until date,
    published boolean NOT NULL,
    public_until date,
    tier varchar(32),
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz CHECK (superseded_at >= recorded_at),
    batch_id varchar(32) NOT NULL,
    provider varchar(64) NOT NULL,
    row_no bigint NOT NULL,
    PRIMARY KEY (subject_id, id)
) PARTITION BY HASH (subject_id);
CREATE UNIQUE INDEX archive_record_one_current ON archive_record (subject_id, resource, key_hash)
    WHERE superseded_at IS NULL;
CREATE INDEX archive_record_latest ON archive_record (resource, event_date DESC, id DESC)
    WHERE superseded_at IS NULL AND published;
CREATE INDEX archive_record_superseded ON archive_record (resource, id) WHERE superseded_at IS NOT NULL;
CREATE INDEX archive_record_batch ON archive_record (batch_id, id);
"""

PARTITION = (
    "CREATE TABLE archive_record_{0:02d} PARTITION OF archive_record FOR VALUES WITH (MODULUS {1}, REMAINDER {0});"
)

# A record is never rewritten and never deleted: the only change is the moment of its supersession, set once.
APPEND_ONLY = """
CREATE FUNCTION archive_record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL THEN
        OLD.superseded_at := NEW.superseded_at;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'archive_record is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER archive_record_append_only BEFORE UPDATE OR DELETE ON archive_record
    FOR EACH ROW EXECUTE FUNCTION archive_record_is_append_only();
"""

# No basis, no record: new rows belong to a batch of their resource whose edition was in force when it was received.
# Natural persons are never published.
HAS_BASIS = """
CREATE FUNCTION archive_record_has_basis() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT batch_id, resource FROM fresh) f
        LEFT JOIN archive_batch b ON b.id = f.batch_id
        LEFT JOIN archive_edition e ON e.id = b.edition_id AND e.resource = f.resource
            AND e.in_force_from <= b.received_on AND coalesce(b.received_on <= e.in_force_until, true)
        WHERE e.id IS NULL
    ) THEN
        RAISE EXCEPTION 'no basis, no record: the batch has no edition of this resource in force'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM fresh f JOIN subjects_subject s ON s.id = f.subject_id AND s."natural" WHERE f.published
    ) THEN
        RAISE EXCEPTION 'records of natural persons are never published'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER archive_record_basis AFTER INSERT ON archive_record
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION archive_record_has_basis();
"""

NO_RECORDS = """
DROP TABLE archive_record;
DROP FUNCTION archive_record_is_append_only();
DROP FUNCTION archive_record_has_basis();
DROP SEQUENCE archive_record_id_seq;
DROP SEQUENCE archive_batch_number_seq;
"""

# The position of an event: given at commit, in the order in which commits become visible. The trigger fires as the last
# thing before the commit (it is deferred). The lock lasts until the commit is visible, so whoever sees a position sees
# every lower one that there will ever be. Two numbers spell "quanxin feed".
POSITION = """
CREATE SEQUENCE archive_event_position_seq;
CREATE FUNCTION archive_event_takes_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(20824, 17766);
    UPDATE archive_event SET position = nextval('archive_event_position_seq') WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER archive_event_position AFTER INSERT ON archive_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION archive_event_takes_position();
"""

NO_POSITION = """
DROP TRIGGER archive_event_position ON archive_event;
DROP FUNCTION archive_event_takes_position();
DROP SEQUENCE archive_event_position_seq;
"""

# Restrictions are only ever added, and ended once.
ENDED_ONCE = """
CREATE FUNCTION archive_restriction_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
        OLD.ended_at := NEW.ended_at;
        OLD.ended_by := NEW.ended_by;
        OLD.ended_reason := NEW.ended_reason;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'archive_restriction is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER archive_restriction_append_only BEFORE UPDATE OR DELETE ON archive_restriction
    FOR EACH ROW EXECUTE FUNCTION archive_restriction_ends_once();
"""

NOT_ENDED_ONCE = "DROP TRIGGER archive_restriction_append_only ON archive_restriction; DROP FUNCTION archive_restriction_ends_once();"

# A record is its provider's. A version that ends another in the same act is of the same provider, or a transfer names
# both. The index of current versions lets a key have one of them, whoever's it is: so nobody's second record of a decision
# comes in either.
OWNERS = """
CREATE FUNCTION archive_record_keeps_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM fresh f JOIN archive_record p ON p.subject_id = f.subject_id AND p.resource = f.resource
            AND p.key_hash = f.key_hash AND p.superseded_at = f.recorded_at AND p.provider <> f.provider
        WHERE f.version > 1 AND NOT EXISTS (
            SELECT 1 FROM archive_transferredrecord t JOIN archive_transfer x ON x.id = t.transfer_id
            WHERE t.made_id = f.id AND t.record_id = p.id AND t.subject_id = f.subject_id AND x.resource = f.resource
              AND x.from_provider = p.provider AND x.to_provider = f.provider
        )
    ) THEN
        RAISE EXCEPTION 'a record is its provider''s: no transfer makes it another''s'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER archive_record_owner AFTER INSERT ON archive_record
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION archive_record_keeps_its_owner();
CREATE FUNCTION archive_transfer_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER archive_transfer_append_only BEFORE UPDATE OR DELETE ON archive_transfer
    FOR EACH ROW EXECUTE FUNCTION archive_transfer_only_grows();
CREATE TRIGGER archive_transferredrecord_append_only BEFORE UPDATE OR DELETE ON archive_transferredrecord
    FOR EACH ROW EXECUTE FUNCTION archive_transfer_only_grows();
"""

NO_OWNERS = """
DROP TRIGGER archive_record_owner ON archive_record;
DROP FUNCTION archive_record_keeps_its_owner();
DROP TRIGGER archive_transfer_append_only ON archive_transfer;
DROP TRIGGER archive_transferredrecord_append_only ON archive_transferredrecord;
DROP FUNCTION archive_transfer_only_grows();
"""
