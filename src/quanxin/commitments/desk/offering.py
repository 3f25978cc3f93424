"""Offering a commitment at the desk: which text, to whom, for which matter.

Invariant: a text is chosen among those that one's departments offer today; whether it may be offered is asked by the act, and
what was refused is said on the form that was filled in.
"""

from __future__ import annotations

from django.forms import HiddenInput
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.casework import beginning
from quanxin.casework.act_forms import STATEMENT, ActForm
from quanxin.casework.departments import DEPARTMENT
from quanxin.casework.errors import RightsError
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.gates import requires_role
from quanxin.policy.commitments import Template
from quanxin.policy.procedure import Procedure
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack

WHOSE, TEMPLATE = "whose", "template"


def _departments(actor: Actor, template: Template) -> list[str]:
    """The departments for which an actor offers a text."""
    held = sorted({one.provider for one in actor.by(Role.DECIDER) if one.provider})
    return [key for key in held if not template.departments or key in template.departments]


@require_safe
@requires_role(Role.DECIDER)
def offers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The texts that one's departments offer today."""
    found = [one for one in current_pack().on(today()).commitments.values() if one.procedure]
    return render(request, "commitments/offers.html", {"templates": [t for t in found if _departments(actor, t)]})


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.DECIDER)
def offer(request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
    """Fill in whom a text is offered to and for which matter; on to its case."""
    rules = current_pack().on(today())
    template = rules.commitments.get(key)
    procedure = rules.procedures.get(template.procedure) if template and template.procedure else None
    if template is None or procedure is None or not (mine := _departments(actor, template)):
        raise Http404
    form = _form(request, procedure, template, mine)
    if form.is_bound and form.is_valid():
        sent = form.sent
        try:
            made = beginning.begin(
                actor, procedure.key, subject=sent.get(WHOSE, ""), statement=sent.get(STATEMENT, ""), form=sent
            )
        except RightsError as error:
            form.say(error, {"subject-unknown": WHOSE})
        else:
            return redirect(f"{reverse('desk:case', args=[made.number])}?done={procedure.files.key}")
    matters = [rules.excluded_matters[one] for one in template.excluded_matters if one in rules.excluded_matters]
    context = {"template": template, "procedure": procedure, "form": form, "matters": matters}
    return render(request, "commitments/offer.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, procedure: Procedure, template: Template, mine: list[str]) -> ActForm:
    code = Item(WHOSE, _("承诺人的统一社会信用代码"), required=True, length=40)
    extra = [code]
    if len(mine) > 1:
        options = tuple((one, said(current_pack().providers[one].title)) for one in mine)
        extra.append(Item(DEPARTMENT, _("受理单位"), fields.Kind.CHOICE, required=True, options=options))
    posted = dict(request.POST.items()) | {TEMPLATE: template.key} if request.method == "POST" else None
    form = ActForm(procedure, procedure.files, posted, extra=extra, initial={TEMPLATE: template.key})
    form.fields[TEMPLATE].widget = HiddenInput()
    return form
