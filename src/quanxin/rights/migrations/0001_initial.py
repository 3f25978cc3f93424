"""Consents, bars. A consent that was given never grows: it may name less, end sooner, and is ended once."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION rights_consent_never_grows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fixed rights_consent := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.revoked_at IS NULL
        AND NEW.items <@ OLD.items AND NEW.resources <@ OLD.resources AND NEW.until <= OLD.until
    THEN
        fixed.items := NEW.items;
        fixed.resources := NEW.resources;
        fixed.until := NEW.until;
        fixed.alert := NEW.alert;
        fixed.revoked_at := NEW.revoked_at;
        fixed.revoked_by := NEW.revoked_by;
        IF fixed IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rights_consent never grows: another consent is another act'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER rights_consent_never_grows BEFORE UPDATE OR DELETE ON rights_consent
    FOR EACH ROW EXECUTE FUNCTION rights_consent_never_grows();
"""
BACKWARD = """
DROP TRIGGER rights_consent_never_grows ON rights_consent;
DROP FUNCTION rights_consent_never_grows();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0001_initial"),
    ]

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
            name="Wording",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=64)),
                ("version", models.CharField(max_length=96)),
                ("text", models.JSONField()),
            ],
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="bar", to="casework.case"
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
        migrations.AddField(
            model_name="consent",
            name="wording",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="rights.wording"
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
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
