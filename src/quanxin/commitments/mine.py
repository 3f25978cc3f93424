"""What one promised: the texts, what is due and what came of it; reading and signing what is offered.

Invariant: a page shows the very text that is signed, with its digest; only the subject itself signs, by a factor of the person
who is signed in, never a clerk at the counter for it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts import confirming
from quanxin.accounts.models import User
from quanxin.casework import engine, offers
from quanxin.casework.errors import RightsError
from quanxin.casework.procedures import procedure_of, state_of
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.commitments import duties, signing, texts
from quanxin.commitments.errors import CommitmentError
from quanxin.commitments.models import Commitment, Confirmation, Signature
from quanxin.pages.listings import Cell, Column, Kind, Listing, page_of
from quanxin.runtime.language import in_words, said

LENGTH = 20
SIGN = "sign"  # the act of signing, in every procedure of commitments


@require_safe
@requires_scope(agents=False)
def listed(request: HttpRequest, me: Representation) -> HttpResponse:
    """What was offered to one and what one promised, the latest first."""
    found = Commitment.objects.filter(case__subject_id__in=me.party.ids).select_related("case")
    rows, paging = page_of(request, found, LENGTH)
    listing = Listing(
        key="commitments",
        title=_("我的承诺"),
        quiet=True,
        rows=rows,
        paging=paging,
        empty=_("还没有承诺。部门为您出具承诺书后，在这里阅读和签署。"),
        columns=[
            Column(_("承诺"), _link, Kind.LINK),
            Column(_("承诺事由"), lambda one: one.matter, bare=True),
            Column(_("受理单位"), lambda one: texts.authority(one.provider)),
            Column(_("签署日期"), lambda one: one.signed_on, Kind.DAY),
            Column(_("状态"), lambda one: Cell(said(state_of(one.case).title)), Kind.STATE),
        ],
    )
    return shown(request, me, "commitments/mine.html", {"listing": listing})


def _link(one: Commitment) -> Cell:
    return Cell(said(texts.title_of(one.template)), reverse("my:commitment", args=[one.case.number]))


@require_safe
@requires_scope(agents=False)
def one(request: HttpRequest, me: Representation, number: str) -> HttpResponse:
    """A commitment: its text, its digest, its duties; where it can be signed, how."""
    made = _own(me, number)
    return _page(request, me, made, signing.ask(me.party.actor, made) if _may_sign(me, made) else None)


@require_http_methods(["POST"])
@requires_scope(agents=False)
def sign(request: HttpRequest, me: Representation, number: str) -> HttpResponse:
    """Confirm the text by a code or a passkey, and sign it."""
    made = _own(me, number)
    if not _may_sign(me, made):
        return redirect("my:commitment", number)
    try:
        asked = signing.asked(me.party.actor, made.case, request.POST.get(signing.CONFIRMATION, ""))
        how = _confirmed(request, asked)
        if how is None:
            return _page(request, me, made, asked, _("口令不正确、已经用过，或者通行密钥没有通过验证。"))
        signing.confirm(me.party.actor, asked, how)
        engine.perform(me.party, number, SIGN, {signing.CONFIRMATION: asked.nonce})
    except CommitmentError as error:
        return _page(request, me, made, signing.ask(me.party.actor, made), in_words(error))
    return redirect("my:commitment", number)


def _confirmed(request: HttpRequest, asked: Confirmation) -> Signature.How | None:
    """By which factor the person confirmed; None where it did not."""
    user: User = request.user  # type: ignore[assignment]
    if answer := request.POST.get("credential", ""):
        return Signature.How.KEY if confirming.key_holds(user, signing.challenge(asked), answer) else None
    return Signature.How.CODE if confirming.code_holds(user, request.POST.get("code", "")) else None


def _own(me: Representation, number: str) -> Commitment:
    case = me.party.case(number)
    found = Commitment.objects.select_related("case").filter(case=case).first()
    if found is None:
        raise RightsError("case-unknown")
    return found


def _may_sign(me: Representation, made: Commitment) -> bool:
    """Whether the person may sign now: the text is offered, and one is here oneself."""
    offered = any(one.key == SIGN for one in offers.offered_to(me.party, made.case))
    return offered and me.counter is None


def _page(
    request: HttpRequest, me: Representation, made: Commitment, asked: Confirmation | None, problem: str = ""
) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    template = texts.edition_of(made.template, made.edition)
    context: dict[str, Any] = {
        "made": made,
        "template": template,
        "state": state_of(made.case).title,
        "procedure": procedure_of(made.case).title,
        "authority": texts.authority(made.provider),
        "signature": Signature.objects.filter(commitment=made).first(),
        "duties": duties_of(made),
        "asked": asked,
        "problem": problem,
        "at_counter": me.counter is not None and not made.number,
    }
    if asked is not None:
        keys = confirming.has(user, "webauthn")
        options = confirming.key_options(user, signing.challenge(asked)) if keys else None
        context |= {
            "code": confirming.has(user, "totp"),
            "keys": keys,
            "js_data": {"request_options": options} if options else None,
        }
    return shown(request, me, "commitments/my_one.html", context, 422 if problem else 200)


def duties_of(made: Commitment) -> Listing:
    """The duties of a commitment as a list."""
    return Listing(
        key="duties",
        title=_("承诺事项"),
        rows=list(made.duties.all()),
        empty=_("承诺生效后，这里列出每一项何时核查。"),
        columns=[
            Column(_("承诺事项"), lambda duty: said(duties.title(made, duty)), bare=True),
            Column(_("核查期限"), lambda duty: duty.due_on, Kind.DAY),
            Column(_("核查日期"), lambda duty: duty.checked_on, Kind.DAY),
            Column(_("结果"), lambda duty: Cell(duties.state_words(duty)), Kind.STATE),
        ],
    )
