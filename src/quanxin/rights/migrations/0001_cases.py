"""Cases, terms, notices and consents. Histories only grow; what a decided case or a kept wording says never changes."""

import django.db.models.deletion
from django.db import migrations, models

# The place of a case among all, and how far the archive's events were followed when the platform learnt to.
BEGIN = """
CREATE SEQUENCE rights_case_number_seq;
INSERT INTO rights_followed (position) SELECT coalesce(max(position), 0) FROM archive_event;
"""
ONLY_GROWS = """
CREATE FUNCTION rights_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER rights_step_only_grows BEFORE UPDATE OR DELETE ON rights_step
    FOR EACH ROW EXECUTE FUNCTION rights_only_grows();
CREATE TRIGGER rights_wording_only_grows BEFORE UPDATE OR DELETE ON rights_wording
    FOR EACH ROW EXECUTE FUNCTION rights_only_grows();
CREATE TRIGGER rights_consentuse_only_grows BEFORE UPDATE OR DELETE ON rights_consentuse
    FOR EACH ROW EXECUTE FUNCTION rights_only_grows();
"""
UNDO = """
DROP TRIGGER rights_step_only_grows ON rights_step;
DROP TRIGGER rights_wording_only_grows ON rights_wording;
DROP TRIGGER rights_consentuse_only_grows ON rights_consentuse;
DROP FUNCTION rights_only_grows();
DROP SEQUENCE rights_case_number_seq;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("archive", "0004_restrictions")]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                ("institution", models.CharField(max_length=64)),
                ("items", models.JSONField()),
                ("resources", models.JSONField()),
                ("purpose", models.CharField(max_length=64)),
                ("granted_by", models.CharField(max_length=128)),
                ("on_behalf", models.CharField(blank=True, max_length=200)),
                ("granted_at", models.DateTimeField()),
                ("until", models.DateField()),
                ("alert", models.BooleanField(default=False)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.CharField(blank=True, max_length=128)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Followed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=64)),
                ("version", models.CharField(max_length=96)),
                ("text", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("repair", "信用修复"), ("objection", "异议"), ("second-look", "异议复核")],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("filed", "已提交"),
                            ("forwarded", "已转办"),
                            ("accepted", "已受理"),
                            ("waiting", "待补充材料"),
                            ("granted", "已准予修复"),
                            ("corrected", "已更正"),
                            ("withdrawn", "已撤下"),
                            ("returned", "已退回重办"),
                            ("refused", "不予支持"),
                            ("rejected", "不予受理"),
                            ("retracted", "申请人已撤回"),
                            ("joined", "已并案"),
                            ("revoked", "修复已撤销"),
                        ],
                        max_length=12,
                    ),
                ),
                ("channel", models.CharField(choices=[("online", "网上"), ("window", "窗口")], max_length=8)),
                ("subject_id", models.BigIntegerField()),
                ("resource", models.CharField(blank=True, max_length=64)),
                ("key_hash", models.UUIDField(null=True)),
                ("record_id", models.BigIntegerField(null=True)),
                ("version", models.IntegerField(null=True)),
                ("model", models.CharField(blank=True, max_length=64)),
                ("provider", models.CharField(blank=True, max_length=64)),
                ("filed_by", models.CharField(max_length=128)),
                ("on_behalf", models.CharField(blank=True, max_length=200)),
                ("contact", models.CharField(blank=True, max_length=200)),
                ("statement", models.TextField(blank=True)),
                ("particulars", models.JSONField(default=dict)),
                ("filed_at", models.DateTimeField()),
                ("claimed_by", models.CharField(blank=True, max_length=128)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=128)),
                ("reason", models.TextField(blank=True)),
                (
                    "after",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reapplied",
                        to="rights.case",
                    ),
                ),
                (
                    "joined_to",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="joined", to="rights.case"
                    ),
                ),
                (
                    "looks_at",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="second_looks",
                        to="rights.case",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Bar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField(db_index=True)),
                ("from_at", models.DateTimeField()),
                ("published_until", models.DateField()),
                ("without_commitment_until", models.DateField(null=True)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bar", to="rights.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConsentUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                ("records", models.PositiveIntegerField()),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="rights.consent"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("role", models.CharField(blank=True, max_length=16)),
                ("provider", models.CharField(blank=True, max_length=64)),
                ("record_id", models.BigIntegerField(null=True)),
                ("particulars", models.JSONField(default=dict)),
                ("once", models.CharField(max_length=128, unique=True)),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("read_by", models.CharField(blank=True, max_length=128)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("mail_attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="rights.case"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Shield",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField(db_index=True)),
                ("ruling", models.CharField(max_length=128)),
                ("court", models.CharField(max_length=128)),
                ("actor", models.CharField(max_length=128)),
                ("from_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True, choices=[("completed", "执行完毕"), ("failed", "执行失败")], max_length=12
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=128)),
                ("ended_reason", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ruling", ""), _negated=True), models.Q(("court", ""), _negated=True)
                        ),
                        name="shield_has_a_ruling",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("subject_id", "ruling"), name="shield_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(max_length=24)),
                ("state", models.CharField(max_length=12)),
                ("actor", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
                ("particulars", models.JSONField(default=dict)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="rights.case"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("clock", models.CharField(max_length=64)),
                ("role", models.CharField(max_length=16)),
                ("provider", models.CharField(blank=True, max_length=64)),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("warnings", models.JSONField(default=list)),
                ("warned", models.PositiveSmallIntegerField(default=0)),
                ("escalate_to", models.CharField(blank=True, max_length=16)),
                ("escalated_at", models.DateTimeField(null=True)),
                ("extended", models.PositiveSmallIntegerField(default=0)),
                ("paused_at", models.DateTimeField(null=True)),
                ("paused_days", models.PositiveSmallIntegerField(default=0)),
                ("provisional", models.BooleanField(default=False)),
                ("stopped_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="rights.case"
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="consent",
            name="wording",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="rights.wording"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["subject_id", "key_hash"], name="rights_case_subject_bacd73_idx"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["state", "provider"], name="rights_case_state_eb097f_idx"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("model", ""),
                        models.Q(("resource", ""), _negated=True),
                        ("key_hash__isnull", False),
                        ("record_id__isnull", False),
                    ),
                    models.Q(
                        models.Q(("model", ""), _negated=True),
                        ("key_hash", None),
                        ("record_id", None),
                        ("resource", ""),
                    ),
                    _connector="OR",
                ),
                name="case_is_about_a_record_or_a_score",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["refused", "rejected", "revoked", "returned"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="case_refused_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "repair"), ("state__in", ("filed", "forwarded", "accepted", "waiting"))),
                fields=("kind", "subject_id", "resource", "key_hash"),
                name="case_one_open_repair",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "objection"), ("state__in", ("filed", "forwarded", "accepted", "waiting"))),
                fields=("kind", "subject_id", "resource", "key_hash", "model"),
                name="case_one_open_objection",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["subject_id", "-id"], name="rights_noti_subject_4ae6f0_idx"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["role", "provider", "-id"], name="rights_noti_role_2e4ec7_idx"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", ""), ("subject_id__isnull", False)),
                    models.Q(("subject_id", None), models.Q(("role", ""), _negated=True)),
                    _connector="OR",
                ),
                name="notice_to_a_subject_or_a_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="term",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stopped_at", None)), fields=("case",), name="term_one_runs"
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["subject_id", "institution"], name="rights_cons_subject_0bdb35_idx"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("items", []), _negated=True), models.Q(("resources", []), _negated=True)),
                name="consent_is_to_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at", None), ("revoked_by", "")),
                    models.Q(("revoked_at__isnull", False), models.Q(("revoked_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="consent_revoked_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)),
                fields=("subject_id", "institution", "wording", "items", "until"),
                name="consent_once",
            ),
        ),
        migrations.RunSQL(BEGIN, migrations.RunSQL.noop),
        migrations.RunSQL(ONLY_GROWS, UNDO),
    ]
