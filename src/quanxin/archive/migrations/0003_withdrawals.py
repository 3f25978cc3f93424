"""Withdrawals, and the position of each event: given at commit, in the order in which commits become visible."""

import django.db.models.deletion
from django.db import migrations, models

# Fires as the last thing before the commit (it is deferred). The lock lasts until the commit is visible, so whoever
# sees a position sees every lower one that there will ever be. Two numbers spell "quanxin feed".
POSITION = """
CREATE SEQUENCE archive_event_position_seq;
UPDATE archive_event SET position = p.n FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM archive_event) p
    WHERE p.id = archive_event.id;
SELECT setval('archive_event_position_seq', (SELECT count(*) + 1 FROM archive_event), false);
CREATE FUNCTION archive_event_takes_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(20824, 17766);
    UPDATE archive_event SET position = nextval('archive_event_position_seq') WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER archive_event_position AFTER INSERT ON archive_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION archive_event_takes_position();
CREATE INDEX archive_record_batch ON archive_record (batch_id, id);
"""
UNDO = """
DROP INDEX archive_record_batch;
DROP TRIGGER archive_event_position ON archive_event;
DROP FUNCTION archive_event_takes_position();
DROP SEQUENCE archive_event_position_seq;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0002_record_table"),
    ]

    operations = [
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("revoked", "决定已撤销"),
                            ("mistaken", "报送有误"),
                            ("taken-back", "整批撤回"),
                            ("replaced", "替换报送未列"),
                            ("undone", "主体关联已撤销"),
                        ],
                        max_length=12,
                    ),
                ),
                ("resource", models.CharField(max_length=64)),
                ("provider", models.CharField(max_length=64)),
                ("reason", models.TextField()),
                ("actor", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="WithdrawnRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                ("record_id", models.BigIntegerField()),
                ("key_hash", models.UUIDField()),
                ("version", models.IntegerField()),
                ("restored_id", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="batch",
            name="batch_file_once",
        ),
        migrations.AddField(
            model_name="batch",
            name="taken_back_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="event",
            name="position",
            field=models.BigIntegerField(editable=False, null=True, unique=True),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replay_of", None), ("taken_back_at", None)),
                fields=("resource", "provider", "mode", "file_sha256"),
                name="batch_file_once",
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="batch",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="withdrawals", to="archive.batch"
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="event",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal", to="archive.event"
            ),
        ),
        migrations.AddField(
            model_name="withdrawnrecord",
            name="withdrawal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="records", to="archive.withdrawal"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="withdrawal_has_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="withdrawnrecord",
            index=models.Index(fields=["subject_id", "key_hash"], name="archive_wit_subject_087ba1_idx"),
        ),
        migrations.AddConstraint(
            model_name="withdrawnrecord",
            constraint=models.UniqueConstraint(fields=("record_id",), name="record_withdrawn_once"),
        ),
        migrations.RunSQL(POSITION, UNDO),
    ]
