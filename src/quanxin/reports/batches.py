"""Batches: a report about each of those whom a credit check asked about, issued by a job and watched on a page.

Invariant: a report is issued once for a result of a check, by whatever attempt; the job reads as the department of the check, by
the purpose of its item, about nobody whom its clerk stands for. A batch ends with all its reports, or in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.accounts.own_matters import OwnMatter
from quanxin.archive import viewers
from quanxin.archive.own_matters import expect_others
from quanxin.calendar import today
from quanxin.casework import notices
from quanxin.checks import items, queries
from quanxin.checks.models import Check, Result
from quanxin.documents.models import Document
from quanxin.reports.asked import asked, report_on
from quanxin.reports.errors import ReportError
from quanxin.reports.issuing import issue
from quanxin.reports.models import Batch
from quanxin.reports.office import CHECK_REPORT
from quanxin.reports.queries import FOR_CHECKS
from quanxin.subjects.models import Subject
from quanxin.work import engine
from quanxin.work.kinds import Kind, Tell

MOST = 1_000  # reports of a batch
AT_ONCE = 20  # reports between two looks whether somebody cancelled


class Batches(Kind[Batch]):
    """Issuing the reports of a check; the job acts as who asked for it, with what its department and districts allow alone."""

    key: ClassVar[str] = "report-batch"
    queue: ClassVar[str] = "studies"
    most_attempts: ClassVar[int] = 5
    model = Batch

    def steps(self, _work: Batch, /) -> Mapping[str, str | Promise]:
        return {"reading": _("读取核查结果"), "issuing": _("出具并签名")}

    def carry_out(self, work: Batch, tell: Tell, /) -> Mapping[str, Any]:
        tell("reading")
        found = work.check_of
        actor = Actor(work.actor, items.of_department(items.latest(found.item), work.districts))
        results = _of(found)
        for n, result in enumerate(results):
            if n % AT_ONCE == 0:
                tell("issuing")
            try:
                issue_one(actor, found, result, "en" if work.language == "en" else "zh")
            except OwnMatter as error:
                raise ReportError("batch-own-matter") from error
        return {"issued": len(results), "left_out": found.subjects - len(results)}

    def given_up(self, _work: Batch, /) -> ReportError:
        return ReportError("batch-given-up")

    def require(self, actor: Actor, work: Batch, /) -> None:
        items.asking(actor, items.latest(work.check_of.item))


BATCHES = Batches()


@act
def begin(actor: Actor, number: str, *, language: Literal["zh", "en"] = "zh") -> Batch:
    """Have a job issue the reports of a check that still holds; asked for again, the batch that there is.

    Raises ``CheckError`` for a check that is not the actor's, ``OwnMatter`` where it asked about whom the actor stands for,
    ``ReportError`` for one that has expired, is about a person, or asked about nobody or too many.
    """
    found = queries.one_of(actor, number)
    held = items.asking(actor, items.latest(found.item))
    if found.source == Check.Source.PERSON:
        raise ReportError("report-not-for")
    if queries.expired(found):
        raise ReportError("check-expired")
    about = _of(found)
    if not 0 < len(about) <= MOST:
        raise ReportError("batch-size", limit=MOST, count=len(about))
    expect_others(actor, [one.subject_id for one in about if one.subject_id], f"check:{number}")
    there = Batch.objects.filter(check_of=found, language=language).first()
    if there is not None:
        return there
    districts = sorted({one.district for one in held})
    made = engine.begin(BATCHES, actor, check_of=found, language=language, districts=districts)
    audit(actor, "reports.batch", f"check:{found.number}", batch=made.pk, reports=len(about))
    return made


def issue_one(actor: Actor, check: Check, result: Result, lang: Literal["zh", "en"]) -> Document:
    """The report about one of those whom a check asked about, issued once."""
    subject = Subject.objects.get(pk=result.subject_id or 0)
    wanted = asked(CHECK_REPORT, subject, viewers.sharing(actor, check.purpose), lang=lang)
    key = f"{FOR_CHECKS.removeprefix('report:')}{check.number}:{lang}:{result.position}"
    department = notices.authority(check.department).zh
    return issue(
        actor, wanted, key=key, applicant=department, purpose=f"{check.case_ref} {check.words}", until=check.valid_until
    )


def _of(check: Check) -> list[Result]:
    """The results about subjects of whom a report is made, in their order."""
    types = report_on(CHECK_REPORT, today()).subject_types
    seen = Subject.objects.filter(type__in=types, natural=False).values("pk")
    read = (Result.Verdict.CLEAR, Result.Verdict.HINT, Result.Verdict.RESTRICTED)
    return list(check.results.filter(subject_id__in=seen, verdict__in=read).order_by("position"))
