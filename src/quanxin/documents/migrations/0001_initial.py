"""Issued documents."""

import django.db.models.deletion
from django.db import migrations, models

from quanxin.documents.migrations import _rules as rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0001_lines_that_stay")]

    operations = [
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("fingerprint", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("der", models.BinaryField()),
                ("chain", models.BinaryField()),
                ("since", models.DateTimeField()),
                ("revoked_from", models.DateTimeField(null=True)),
                ("revoked_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["since"],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=32, unique=True)),
                ("key", models.CharField(max_length=160, unique=True)),
                ("kind", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=200)),
                ("about", models.CharField(max_length=160)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("language", models.CharField(max_length=2)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=128)),
                ("cut_off", models.DateTimeField()),
                ("edition", models.CharField(max_length=64)),
                ("applicant", models.CharField(blank=True, max_length=200)),
                ("purpose", models.CharField(blank=True, max_length=400)),
                ("valid_until", models.DateField(null=True)),
                ("content", models.CharField(max_length=64)),
                ("public_key", models.CharField(max_length=64)),
                ("leaf", models.BigIntegerField()),
                ("superseded_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.CharField(blank=True, max_length=128)),
                ("revoked_reason", models.CharField(blank=True, max_length=32)),
                ("revoked_words", models.CharField(blank=True, max_length=400)),
                (
                    "certificate",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="documents.certificate"),
                ),
                (
                    "superseded_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supersedes",
                        to="documents.document",
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Body",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(choices=[("pdf", "PDF"), ("json", "JSON")], max_length=4)),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("sealed", models.BinaryField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bodies", to="documents.document"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["about"], name="document_about"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("subject_id", None), _negated=True),
                fields=["subject_id", "kind"],
                name="document_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ("zh", "en"))), name="document_language"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("superseded_at", None), ("superseded_by", None)),
                    models.Q(("superseded_at__isnull", False), ("superseded_by__isnull", False)),
                    _connector="OR",
                ),
                name="document_superseded_at_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at", None), ("revoked_by", ""), ("revoked_reason", ""), ("revoked_words", "")),
                    models.Q(
                        ("revoked_at__isnull", False),
                        models.Q(("revoked_by", ""), _negated=True),
                        models.Q(("revoked_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="document_revoked_by_someone_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="body",
            constraint=models.UniqueConstraint(fields=("document", "form"), name="body_once_a_form"),
        ),
        migrations.RunSQL(rules.NEVER_CHANGE, rules.MAY_CHANGE),
    ]
