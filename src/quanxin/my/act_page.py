"""A form of a procedure's act on one's own pages: filled in, its papers taken, checked where that is due, done.

Invariant: what was filled in is kept until the act is done; an act that ends a case, or weighs upon somebody, is shown for
checking before it is done. Sent twice, it is done once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.models import Attachment
from quanxin.casework import act_forms
from quanxin.casework.act_forms import CONTACT, STATEMENT, ActForm
from quanxin.casework.errors import RightsError
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.casework.representation import Representation, shown
from quanxin.pages import papers
from quanxin.policy.procedure import Act, Procedure
from quanxin.runtime.language import in_words

DONE = "done"  # the session's key of what was done last: the case's number and the act, to be confirmed on its page

Do = Callable[[Mapping[str, str], Sequence[str]], Case]


@dataclass(frozen=True, slots=True)
class ActPage:
    """An act whose form is shown: ``do`` does it with the form's items and the ids of its papers, ``back`` leads away.

    ``template`` is a page of its own where the matter needs one, with its ``context``; ``at`` names the item that each
    code of a refusal is about.
    """

    procedure: Procedure
    act: Act
    do: Do
    back: str
    context: Mapping[str, Any] = field(default_factory=dict)
    template: str = "my/act.html"
    at: Mapping[str, str] = field(default_factory=dict)


def answer(request: HttpRequest, me: Representation, page: ActPage) -> HttpResponse:
    """The page of a form; on to the case once the act is done."""
    kind, brought, problem = papers.kind_of(page.act.papers), list[Attachment](), None
    if request.method == "POST" and page.act.papers:
        brought, problem = papers.papers_of(request, me.party.actor, me.party.subject.pk, kind)
    form = _form(request, page)
    if not (form.is_bound or form.fields or page.act.papers) and act_forms.confirms(page.procedure, page.act):
        return _check(request, me, page, form, brought)  # nothing is to be filled in
    if problem is not None:
        form.refuse(in_words(problem))
    elif form.is_bound and (answered := _send(request, me, page, form, brought)) is not None:
        return answered
    context = {
        "form": form, "papers": brought, "procedure": page.procedure, "act": page.act, "back": page.back,
        **papers.files_said(kind), **page.context,
    }  # fmt: skip
    return shown(request, me, page.template, context, 422 if form.errors else 200)


def _form(request: HttpRequest, page: ActPage) -> ActForm:
    """The form as it was sent; one that only brought papers, or goes back to be changed, is not found wrong yet."""
    if request.method != "POST":
        return ActForm(page.procedure, page.act)
    if papers.only_papers(request) or "change" in request.POST:
        return ActForm(page.procedure, page.act, initial=request.POST)
    return ActForm(page.procedure, page.act, request.POST)


def _send(
    request: HttpRequest, me: Representation, page: ActPage, form: ActForm, brought: Sequence[Attachment]
) -> HttpResponse | None:
    """Do the act, or show it for checking; None where the form has to be shown again."""
    if act_forms.confirms(page.procedure, page.act) and "confirmed" not in request.POST:
        return _check(request, me, page, form, brought) if form.is_valid() else None
    try:
        made = page.do(form.sent, [str(paper.pk) for paper in brought])
    except (RightsError, AttachmentError) as error:
        form.say(error, page.at)
        return None
    request.session[DONE] = [made.number, page.act.key]
    return redirect("my:case", made.number)


def _check(
    request: HttpRequest, me: Representation, page: ActPage, form: ActForm, brought: Sequence[Attachment]
) -> HttpResponse:
    """What is about to be done, to be confirmed or changed."""
    context = {"form": form, "papers": brought, "act": page.act, "back": page.back, **page.context}
    return shown(request, me, "my/check.html", context)


def filing(me: Representation, procedure: Procedure, thing: Thing, after: Case | None = None) -> Do:
    """What begins a case about a thing with what the form says."""

    def do(sent: Mapping[str, str], brought: Sequence[str]) -> Case:
        said, contact = sent.get(STATEMENT, ""), sent.get(CONTACT, "")
        return file(procedure.key, Filed(me.party, thing, said, contact, sent, brought, after))

    return do


def too_much(request: HttpRequest, error: AttachmentError) -> HttpResponse:
    """What came was too much to be read: nothing of the form was; the page says so and leads back to it."""
    return shown(request, None, "my/problem.html", {"problem": in_words(error), "back": request.path})
