"""The record table: partitioned by a hash of the subject, append-only, under batches of editions in force."""

from django.db import migrations

PARTITIONS = 16

TABLE = """
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

UNDO = """
DROP TABLE archive_record;
DROP FUNCTION archive_record_is_append_only();
DROP FUNCTION archive_record_has_basis();
DROP SEQUENCE archive_record_id_seq;
DROP SEQUENCE archive_batch_number_seq;
"""


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial"), ("subjects", "0001_initial")]

    operations = [
        migrations.RunSQL(TABLE + "".join(PARTITION.format(n, PARTITIONS) for n in range(PARTITIONS)), UNDO),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(HAS_BASIS, migrations.RunSQL.noop),
    ]
