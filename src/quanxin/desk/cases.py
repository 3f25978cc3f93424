"""Cases of repair and objection at the desk: the queue, one case whole, and what may be done with it.

Invariant: these pages only show and ask; who may do what is decided by the acts, and by what reads for them. Every act is
sent by POST and answered by going back to the case.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quanxin.accounts import Actor, NotAllowed
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import refused_line
from quanxin.attachments import download, http
from quanxin.attachments.errors import AttachmentError
from quanxin.casework import case_view as looking
from quanxin.casework import engine, offers, queues, saved_views
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.casework.procedures import procedure_of
from quanxin.desk import case_list, case_page
from quanxin.desk.case_list import PAGE, WORKING
from quanxin.desk.case_page import Tried
from quanxin.ledger import log_reading
from quanxin.pages.gates import requires_role
from quanxin.pages.messages import status_of
from quanxin.pages.papers import FILES, kind_of, only_papers, papers_of
from quanxin.pages.proofs import answered
from quanxin.rights import documents
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words
from quanxin.runtime.problems import Problem

SEEING = (*WORKING, Role.CENTRE, Role.AUDITOR)


@require_http_methods(["GET", "HEAD"])
@requires_role(*SEEING)
def queue(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The cases that wait for a person, the most pressing first; ``all`` lists every one that they may open."""
    if sought := request.GET.get("number", "").strip():
        return redirect("desk:case", number) if (number := parameters.case_number(sought)) else _unknown(request)
    return case_list.show(request, actor)


@require_POST
@requires_role(Role.WINDOW)
def forward(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Pass several filed cases on at once: forwarding decides nothing, so nothing is lost by doing it together."""
    return _several(request, actor, "forwarded", lambda _number: offers.BULK)


@require_POST
@requires_role(*WORKING)
def claim(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Claim several cases at once."""
    return _several(request, actor, "claimed", _claiming)


def _claiming(number: str) -> str:
    found = Case.objects.filter(number=number).first()
    if found is None:
        raise RightsError("case-unknown")
    if found.claimed_by:
        raise RightsError("case-claimed", who=found.claimed_by.partition(":")[2])
    act = offers.claim_of(found)
    if act is None:
        raise RightsError("act-not-now")
    return act.key


def _several(request: HttpRequest, actor: Actor, what: str, act_of: Callable[[str], str]) -> HttpResponse:
    """Do an act to each case that was chosen; what is refused is said line by line."""
    done, problems = 0, []
    for number in dict.fromkeys(request.POST.getlist("number")[:PAGE]):
        try:
            engine.perform(actor, number, act_of(number))
            done += 1
        except (RightsError, NotAllowed) as error:
            problems.append((number, in_words(error)))
    if problems or not done:
        return case_list.show(request, actor, problems=problems, done=done, what=what)
    return redirect(f"{reverse('desk:cases')}?{urlencode({what: done})}")


@require_POST
@requires_role(*SEEING)
def views(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keep the way in which the list is narrowed under a name, or, where ``drop`` names one, keep that no longer."""
    if (number := parameters.number(request.POST.get("drop"))) is not None:
        saved_views.drop(actor, number)
        return redirect("desk:cases")
    query = urlencode(case_list.filters_of(request, actor).kept)
    try:
        saved_views.keep(actor, request.POST.get("title", ""), query)
    except RightsError as error:
        return case_list.show(request, actor, problems=[("", in_words(error))], what="views")
    return redirect(f"{reverse('desk:cases')}?{query}")


@require_safe
@requires_role(*SEEING)
def case(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """One case whole."""
    return _case_page(request, actor, number)


def too_much(request: HttpRequest, error: AttachmentError) -> HttpResponse:
    """What came was too much to be read: nothing of the form was."""
    return _refused(request, error)


@require_POST
@requires_role(*WORKING)
@http.receiving(files=FILES, refusal=too_much)
def act(request: HttpRequest, actor: Actor, number: str, what: str) -> HttpResponse:
    """Do one act on a case, and go back to it; what is refused is said on its page, with what was filled in and uploaded."""
    found = Case.objects.filter(number=number).first()
    wanted = offers.act_of(what, found) if found else None
    if found is None or wanted is None:
        raise Http404
    sent = {key: str(value) for key, value in request.POST.items()}
    tried = Tried(wanted, sent)
    try:
        if wanted.papers:
            looking.open_case(actor, number)  # nobody uploads to what they may not open
            tried.papers, refused = papers_of(request, actor, found.subject_id, kind_of(wanted.papers))
            if refused is not None:
                raise refused
            if only_papers(request):
                return _case_page(request, actor, number, tried)
        brought = [str(paper.pk) for paper in tried.papers]
        engine.perform(actor, number, what, sent, paper=brought, seen=parameters.number(sent.get("seen")))
    except Problem as error:
        if isinstance(error, NotAllowed) and error.line is None:
            refused_line(actor, found.reference, "no role for the act", act=what)
        if isinstance(error, NotAllowed) and not queues.may_see(actor, found):
            return _refused(request, error)  # one line for one try
        tried.problem = error
        return _case_page(request, actor, number, tried)
    return redirect(f"{reverse('desk:case', args=[number])}?{urlencode({'done': what})}")


@require_safe
@requires_role(*SEEING)
def print_file(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The whole case on one page, to be printed: its steps with what was said, terms, papers with their digests, notices."""
    try:
        found = looking.open_case(actor, number)
    except Problem as error:
        return _refused(request, error, 404 if isinstance(error, RightsError) else 0)
    return render(request, "desk/case_file.html", case_page.file_of(actor, looking.look(actor, found)))


@require_safe
@requires_role(*SEEING)
def decision(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The decision as a document."""
    try:
        found = looking.open_case(actor, number)
        body = documents.decision(actor, found)
        looking.note(actor, found)
    except Problem as error:
        return _refused(request, error)
    name = (
        f"attachment; filename={found.number}.pdf" if "save" in request.GET else f"inline; filename={found.number}.pdf"
    )
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={
            "Content-Disposition": name,
            "Cache-Control": "private, no-store",
        },
    )


@require_safe
@requires_role(*SEEING)
def proof(request: HttpRequest, actor: Actor, number: str) -> HttpResponseBase:
    """The receipt of the public log of what was decided last."""
    try:
        found = looking.open_case(actor, number)
        looking.note(actor, found)
    except Problem as error:
        return _refused(request, error, 404 if isinstance(error, RightsError) else 0)
    where = reverse("desk:case", args=[found.number])
    return answered(log_reading.offered("decision", found.reference), found.number, where)


@require_safe
@requires_role(*SEEING)
def attachment(request: HttpRequest, actor: Actor, identity: uuid.UUID) -> HttpResponseBase:
    """A paper of a case, to be saved; each opening leaves its line."""
    try:
        return http.respond(download.download(actor, identity))
    except Problem as error:
        return _refused(request, error)


def _unknown(request: HttpRequest) -> HttpResponse:
    """What is answered where no case has the number asked for."""
    return _refused(request, RightsError("case-unknown"), 404)


def _case_page(request: HttpRequest, actor: Actor, number: str, tried: Tried | None = None) -> HttpResponse:
    try:
        found = looking.open_case(actor, number)
    except RightsError as error:
        return _refused(request, error, 404)
    except NotAllowed as error:
        return _refused(request, error)
    context = case_page.context_of(actor, looking.look(actor, found), tried)
    done = procedure_of(found).act_of.get(request.GET.get("done", ""))
    context["done"] = done if done is not None and not done.by_nobody else None
    problem = tried.problem if tried else None
    return render(request, "desk/case.html", context, status=status_of(problem) if problem else 200)


def _refused(request: HttpRequest, error: Problem, status: int = 0) -> HttpResponse:
    context = {"problem": in_words(error)}
    return render(request, "desk/refused.html", context, status=status or status_of(error))
