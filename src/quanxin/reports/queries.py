"""The reports about a subject, as they were issued.

Invariant: a report is found among those about the subject that one stands for; another's looks like one that is not there.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from quanxin.documents.models import Document
from quanxin.reports.issuing import ABOUT

FOR_CHECKS = f"{ABOUT}check:"  # what departments' reports are about: those are theirs


def reports_about(ids: Collection[int]) -> QuerySet[Document]:
    """The reports about a subject, by the ids under which it is kept, that it asked for or consented to, the latest first."""
    found = Document.objects.filter(subject_id__in=ids, about__startswith=ABOUT)
    return found.exclude(about__startswith=FOR_CHECKS)


def of_check(number: str, language: str) -> QuerySet[Document]:
    """The reports about those whom a check asked about, in one language, as they were issued."""
    return Document.objects.filter(about__startswith=f"{FOR_CHECKS}{number}:{language}:").order_by("pk")
