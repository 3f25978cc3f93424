"""Beginning a case at the desk: what one's roles begin, about whom and which record, by the form of the beginning act.

Invariant: a record is chosen among those that the person may read for this; whether the case may be begun is asked by the
act, and before papers are taken for it. What was filled in is kept until it is begun. Whom it is about stands in no
address.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.archive import viewers
from quanxin.archive.queries import archive_of
from quanxin.archive.shapes import RecordView
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.http import receiving
from quanxin.attachments.models import Attachment
from quanxin.casework import beginning, departments, effects, procedures
from quanxin.casework.act_forms import STATEMENT, ActForm
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.notices import authority
from quanxin.desk.case_list import BEGINNING
from quanxin.desk.cases import too_much
from quanxin.pages.fields import Item, Kind
from quanxin.pages.gates import requires_role
from quanxin.pages.papers import FILES, files_said, kind_of, only_papers, papers_of
from quanxin.policy.procedure import Procedure
from quanxin.runtime.language import in_words, said
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import asked_for

RECORD = "record"  # the item that names the record
WHOSE, FIND = "whose", "find"  # the code of whom it is about, and the button that only looks for it


@require_safe
@requires_role(*BEGINNING)
def begin(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The procedures whose cases this person's roles begin."""
    found = [p for p in procedures.in_force() if procedures.begun_by(actor, p)]
    return render(request, "desk/begin.html", {"procedures": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*BEGINNING)
@receiving(files=FILES, refusal=too_much)
def begin_one(request: HttpRequest, actor: Actor, kind: str) -> HttpResponse:
    """About whom, then the form; on to the case once it is begun."""
    procedure = next((p for p in procedures.in_force() if p.key == kind), None)
    if procedure is None:
        raise Http404
    if not procedures.begun_by(actor, procedure):
        raise viewers.refused(actor, f"procedure:{kind}", "not this actor's to begin")
    if procedure.begun_at:
        return redirect(procedure.begun_at)
    code = request.POST.get(WHOSE, "").strip()
    subject = asked_for(actor, code) if code else None
    context: dict[str, Any] = {"procedure": procedure, "act": procedure.files, "code": code, "subject": subject}
    if subject is None:
        context["problem"] = in_words(RightsError("subject-unknown")) if code else None
        return render(request, "desk/begin_one.html", context, status=422 if code else 200)
    extra = [*_which(actor, procedure, subject), *_for_whom(actor, procedure, subject)]
    whose = departments.of_filer(actor, procedure, subject)
    among = effects.narrowed(procedure, procedure.files, whose)
    begun = [Case(kind=kind, subject_id=subject.pk, provider=one) for one in whose]
    form, brought = _form(request, procedure, extra, among, begun), list[Attachment]()
    try:
        _take_papers(request, actor, procedure, subject, brought)
        if form.is_bound and form.is_valid():
            sent, ids = form.sent, [str(paper.pk) for paper in brought]
            made = beginning.begin(
                actor,
                kind,
                record=sent.get(RECORD, ""),
                subject=subject.code,
                statement=sent.get(STATEMENT, ""),
                form=sent,
                papers=ids,
            )
            return redirect(f"{reverse('desk:case', args=[made.number])}?done={procedure.files.key}")
    except RightsError as error:
        form.say(error)
    except AttachmentError as error:
        form.refuse(in_words(error))
    context |= {
        "form": form,
        "nothing": any(not one.options for one in extra),
        "papers": brought,
        **files_said(kind_of(procedure.files.papers)),
    }
    return render(request, "desk/begin_one.html", context, status=422 if form.errors else 200)


def _take_papers(
    request: HttpRequest, actor: Actor, procedure: Procedure, subject: Subject, brought: list[Attachment]
) -> None:
    """Take the papers that came with the form into ``brought``, once whoever sent it may begin such a case at all."""
    wanted = procedure.files.papers
    if not wanted or FIND in request.POST:
        return
    beginning.expect_may(actor, procedure, subject, request.POST.get(RECORD, "").strip())
    taken, refused = papers_of(request, actor, subject.pk, kind_of(wanted))
    brought.extend(taken)
    if refused is not None:
        raise refused


def _form(
    request: HttpRequest,
    procedure: Procedure,
    extra: Sequence[Item],
    among: Mapping[str, Collection[str]],
    begun: Sequence[Case],
) -> ActForm:
    """The form as it was sent; not found wrong where it is known by now about whom, or where it only brought papers."""
    if FIND in request.POST or only_papers(request):
        return ActForm(procedure, procedure.files, initial=request.POST, extra=extra, among=among, begun=begun)
    return ActForm(procedure, procedure.files, request.POST, extra=extra, among=among, begun=begun)


def _which(actor: Actor, procedure: Procedure, subject: Subject) -> Sequence[Item]:
    """The item that names the record, where such cases are about one, with the records that the person reads for it."""
    if procedures.about_itself(procedure):
        return []
    purpose = f"登记{procedure.title.zh}"
    ways = [who for who in procedure.files.who if who.role and actor.by(Role(who.role))]
    if all(who.of == "provider" for who in ways):
        viewer = viewers.department(actor, purpose, Role.DECIDER)
    else:
        viewer = viewers.handling(actor, purpose)
    found = [v for v in archive_of(subject.pk, viewer).timeline if procedures.about_record(procedure, v.resource)]
    options = tuple((f"{view.subject_id}-{view.id}", _named(view)) for view in found)
    return [Item(RECORD, _("哪一条记录"), Kind.CHOICE, required=True, options=options)]


def _for_whom(actor: Actor, procedure: Procedure, subject: Subject) -> Sequence[Item]:
    """The item that names the department, where a case is its filer's and the filer acts for several."""
    found = departments.of_filer(actor, procedure, subject)
    if len(found) < 2:
        return []
    options = tuple((one, said(authority(one))) for one in found)
    return [Item(departments.DEPARTMENT, _("由哪个部门办理"), Kind.CHOICE, required=True, options=options)]


def _named(view: RecordView) -> str:
    """A record in a list to choose from: what it is called, and what it says first."""
    return f"{said(view.title)}：{' · '.join(text for _field, text in view.fields[:6] if text)}"[:200]
