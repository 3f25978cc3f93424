"""What decisions take from the reach of records; rows are only ever added, and ended once."""

from django.db import migrations, models

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
UNDO = "DROP TRIGGER archive_restriction_append_only ON archive_restriction; DROP FUNCTION archive_restriction_ends_once();"


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0003_withdrawals"),
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
                ],
                max_length=32,
            ),
        ),
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("repaired", "已修复"),
                            ("shielded", "重整、和解期间暂时屏蔽"),
                            ("deleted", "依本人申请删除"),
                            ("disputed", "异议处理中"),
                        ],
                        max_length=12,
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                ("resource", models.CharField(max_length=64)),
                ("key_hash", models.UUIDField()),
                ("case", models.CharField(max_length=64)),
                ("basis", models.JSONField()),
                ("actor", models.CharField(max_length=128)),
                ("from_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=128)),
                ("ended_reason", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_id", "key_hash"], name="archive_res_subject_737ebb_idx"),
                    models.Index(fields=["case"], name="archive_res_case_736b30_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case", ""), _negated=True), models.Q(("basis", []), _negated=True)
                        ),
                        name="restriction_has_case_and_basis",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", ""), ("ended_reason", "")),
                            models.Q(
                                ("ended_at__gte", models.F("from_at")),
                                models.Q(("ended_by", ""), _negated=True),
                                models.Q(("ended_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="restriction_ended_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("subject_id", "resource", "key_hash", "kind"),
                        name="restriction_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(ENDED_ONCE, UNDO),
    ]
