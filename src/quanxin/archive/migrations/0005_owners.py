"""A record is its provider's: another's version takes its place only by a transfer, and the database refuses the rest."""

import django.db.models.deletion
from django.db import migrations, models

# A version that ends another in the same act is of the same provider, or a transfer names both. The index of current
# versions lets a key have one of them, whoever's it is: so nobody's second record of a decision comes in either.
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
UNDO = """
DROP TRIGGER archive_record_owner ON archive_record;
DROP FUNCTION archive_record_keeps_its_owner();
DROP TRIGGER archive_transfer_append_only ON archive_transfer;
DROP TRIGGER archive_transferredrecord_append_only ON archive_transferredrecord;
DROP FUNCTION archive_transfer_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0004_restrictions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("batch-committed", "Batch Committed"),
                    ("records-withdrawn", "Records Withdrawn"),
                    ("subjects-merged", "Subjects Merged"),
                    ("subjects-split", "Subjects Split"),
                    ("judgement-undone", "Judgement Undone"),
                    ("records-restricted", "Records Restricted"),
                    ("records-released", "Records Released"),
                    ("records-transferred", "Records Transferred"),
                ],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="withdrawal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("revoked", "决定已撤销"),
                    ("mistaken", "报送有误"),
                    ("taken-back", "整批撤回"),
                    ("replaced", "替换报送未列"),
                    ("undone", "主体关联已撤销"),
                    ("anothers", "裁定归其他单位"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("handed-over", "单位移交"),
                            ("decided", "裁定归属"),
                            ("prevails", "以规定单位为准"),
                            ("restored", "撤回后恢复"),
                        ],
                        max_length=12,
                    ),
                ),
                ("resource", models.CharField(max_length=64)),
                ("from_provider", models.CharField(max_length=64)),
                ("to_provider", models.CharField(max_length=64)),
                ("act", models.CharField(max_length=64)),
                ("basis", models.JSONField(default=list)),
                ("reason", models.TextField()),
                ("actor", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                (
                    "event",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfer",
                        to="archive.event",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="TransferredRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                ("record_id", models.BigIntegerField()),
                ("made_id", models.BigIntegerField(unique=True)),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="records", to="archive.transfer"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["act"], name="transfer_by_act"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("reason", ""), _negated=True), models.Q(("act", ""), _negated=True)),
                name="transfer_has_act_and_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_provider", models.F("to_provider")), _negated=True),
                name="transfer_between_two",
            ),
        ),
        migrations.RunSQL(OWNERS, UNDO),
    ]
