"""Seals and removals, and the guards of every table that only grows: no row changed, none deleted, none emptied."""

from django.db import migrations, models

# ``ledger_guard`` is for lines; ``ledger_guard_whole`` for tables whose rows have a trigger of their own.
FUNCTIONS = """
CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM ledger_removal r
        WHERE r.name = TG_TABLE_NAME AND (to_jsonb(OLD) ->> 'at')::timestamptz < r.before
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION ledger_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION ledger_guard_whole(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER is_not_emptied BEFORE TRUNCATE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_not_emptied()', guarded);
END $$;
CREATE FUNCTION ledger_guard(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_guard_whole(guarded);
    EXECUTE format('CREATE OR REPLACE TRIGGER only_grows BEFORE UPDATE OR DELETE ON %s
        FOR EACH ROW EXECUTE FUNCTION ledger_only_grows()', guarded);
END $$;
"""

# What is removed was sealed, is at least a month old whatever anyone says, and ends where a seal ends.
REMOVAL = """
CREATE FUNCTION ledger_removes_what_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.before > now() - interval '30 days' OR NOT EXISTS (
        SELECT FROM ledger_seal s WHERE (s.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' = NEW.before
    ) THEN
        RAISE EXCEPTION 'only what was sealed and is a month old is removed, whole days of it'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_removal_is_over BEFORE INSERT ON ledger_removal
    FOR EACH ROW EXECUTE FUNCTION ledger_removes_what_is_over();

CREATE FUNCTION ledger_remove(which text, until_before timestamptz, moment timestamptz, who text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    going bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I WHERE at < $1', which) INTO going USING until_before;
    IF going > 0 THEN
        INSERT INTO ledger_removal (name, before, at, actor, lines) VALUES (which, until_before, moment, who, going);
        EXECUTE format('DELETE FROM %I WHERE at < $1', which) USING until_before;
    END IF;
    RETURN going;
END $$;
"""

GUARDED = (
    "accounts_auditline", "accounts_signin", "archive_access", "casework_step", "rights_wording", "rights_consentuse",
    "ledger_seal", "ledger_removal",
)  # fmt: skip
GUARDED_WHOLE = (
    "archive_record", "archive_restriction", "rights_consent", "attachments_attachment", "evaluation_change",
)  # fmt: skip
# A leaf is placed once and what opens it may be forgotten; a tile grows at its end; of a head only cosignatures grow.
LOG = """
CREATE FUNCTION ledger_leaf_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a leaf of the log stays as it is' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_leaf_stays BEFORE DELETE ON ledger_leaf FOR EACH ROW EXECUTE FUNCTION ledger_leaf_stays();
CREATE TRIGGER ledger_leaf_is_placed_once BEFORE UPDATE ON ledger_leaf FOR EACH ROW WHEN (
    OLD.place IS NOT NULL AND NEW.place IS DISTINCT FROM OLD.place
    OR NEW.entry <> OLD.entry OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.about <> OLD.about OR NEW.at <> OLD.at
    OR NEW.content IS NOT NULL AND NEW.content IS DISTINCT FROM OLD.content
    OR NEW.salt IS NOT NULL AND NEW.salt IS DISTINCT FROM OLD.salt
) EXECUTE FUNCTION ledger_leaf_stays();
CREATE FUNCTION ledger_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes
        OR length(NEW.hashes) > 8192 OR (NEW.level, NEW.number) <> (OLD.level, OLD.number) THEN
        RAISE EXCEPTION 'a tile of the log grows at its end only' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_tile_grows BEFORE UPDATE OR DELETE ON ledger_tile
    FOR EACH ROW EXECUTE FUNCTION ledger_tile_grows();
CREATE FUNCTION ledger_head_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.size, NEW.root, NEW.at) IS DISTINCT FROM (OLD.size, OLD.root, OLD.at)
        OR left(NEW.note, length(OLD.note)) <> OLD.note THEN
        RAISE EXCEPTION 'a head of the log stays as it was signed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_head_stays BEFORE UPDATE OR DELETE ON ledger_head
    FOR EACH ROW EXECUTE FUNCTION ledger_head_stays();
SELECT ledger_guard_whole('ledger_leaf'), ledger_guard_whole('ledger_tile'), ledger_guard_whole('ledger_head');
"""
# Days are looked up by their moments; a range index costs an insert next to nothing.
INDEXES = "".join(
    f"CREATE INDEX {table}_at ON {table} USING brin (at) WITH (pages_per_range = 16);"
    for table in ("accounts_signin", "archive_access", "casework_step", "rights_consentuse")
)


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("accounts", "0001_initial"),
        ("archive", "0001_initial"),
        ("casework", "0001_initial"),
        ("rights", "0001_initial"),
        ("attachments", "0001_initial"),
        ("evaluation", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("previous", models.CharField(blank=True, max_length=64, unique=True)),
                ("tables", models.JSONField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("signature", models.CharField(max_length=96)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["day"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("digest__regex", "^[0-9a-f]{64}$"), models.Q(("signature", ""), _negated=True)
                        ),
                        name="seal_is_signed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Removal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64)),
                ("before", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=128)),
                ("lines", models.BigIntegerField()),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", "accounts_signin")), name="removal_of_what_has_a_term"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=32)),
                ("about", models.CharField(max_length=128)),
                ("content", models.JSONField(null=True)),
                ("salt", models.BinaryField(null=True)),
                ("entry", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("place", models.BigIntegerField(null=True, unique=True)),
            ],
            options={
                "ordering": ["place"],
                "indexes": [
                    models.Index(fields=["about", "kind"], name="leaf_about"),
                    models.Index(fields=["id"], condition=models.Q(("place", None)), name="leaf_waiting"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("place", None), ("place__gte", 0), _connector="OR"), name="leaf_place"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
                ("witnesses", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["size"],
                "indexes": [
                    models.Index(fields=["size"], condition=models.Q(("witnesses__gt", 0)), name="head_witnessed")
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS + REMOVAL + INDEXES + LOG),
        migrations.RunSQL("".join(f"SELECT ledger_guard('{table}');" for table in GUARDED)),
        migrations.RunSQL("".join(f"SELECT ledger_guard_whole('{table}');" for table in GUARDED_WHOLE)),
    ]
