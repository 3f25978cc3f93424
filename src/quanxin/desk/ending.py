"""The administrator's pages of who is let in: clients of the interface with their secrets, and open sessions.

Invariant: a secret is shown in the answer to the request that made it and nowhere else; whatever is ended here is ended at
once, with a reason, by the same acts as on the command line.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from quanxin.accounts import Actor, clients, people, sessions
from quanxin.accounts.actors import Role
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import Session
from quanxin.pages.display import moment
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Cell, Column, Kind, Listing, page_of
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words

PAGE = 100  # sessions of a page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.ADMINISTRATOR)
def clients_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The clients; a client or a secret made, a secret or a client ended."""
    context: dict[str, Any] = {"done": request.GET.get("done", "")}
    if request.method == "POST":
        try:
            context["secret"] = _act(request, actor)
        except AccountError as error:
            context["problem"] = in_words(error)
        else:
            if context["secret"] is None:
                return redirect(f"{reverse('desk:clients')}?done=ended")
    context["clients"] = [(one, _secrets(one)) for one in clients.listing()]
    return render(request, "desk/clients.html", context, status=422 if "problem" in context else 200)


def _act(request: HttpRequest, actor: Actor) -> dict[str, str] | None:
    """Do what was asked for; the id and secret that were made, if any."""
    what, which, reason = (request.POST.get(name, "").strip() for name in ("what", "which", "reason"))
    if what == "end-client":
        clients.end_client(actor, which, reason=reason)
    elif what == "end-secret":
        clients.end_secret(actor, parameters.number(which) or 0, reason=reason)
    elif what == "secret":
        made, text = clients.new_secret(actor, which)
        return {"client_id": made.client.application.client_id, "text": text}
    else:
        provider, consumer = request.POST.get("provider", "").strip(), request.POST.get("consumer", "").strip()
        try:
            client, text = clients.add_client(actor, which, provider=provider, consumer=consumer)
        except IntegrityError:
            raise AccountError("client-unfit") from None
        return {"client_id": client.application.client_id, "text": text}
    return None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.ADMINISTRATOR)
def sessions_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who is signed in; every session of an account ended."""
    context: dict[str, Any] = {"done": request.GET.get("done", "")}
    if request.method == "POST":
        try:
            people.end_sessions(actor, request.POST.get("which", ""), reason=request.POST.get("reason", ""))
            return redirect(f"{reverse('desk:sessions')}?done=ended")
        except AccountError as error:
            context["problem"] = in_words(error)
    shown, paging = page_of(request, sessions.everybodys(), PAGE)
    rows = [(user, list(held)) for user, held in groupby(shown, key=lambda one: one.user)]
    context["listing"] = Listing(
        key="open",
        title=_("当前登录"),
        quiet=True,
        rows=rows,
        paging=paging,
        empty=_("目前没有人登录。"),
        columns=[
            Column(_("账号"), lambda r: Cell(r[0].username, notes=[r[0].name])),
            Column(_("登录"), lambda r: Cell(items=[_session(one) for one in r[1]])),
            Column(_("办理"), kind=Kind.ACT, template="desk/_end_sessions.html"),
        ],
    )
    return render(request, "desk/sessions.html", context, status=422 if "problem" in context else 200)


def _session(one: Session) -> str:
    """From when to when, from where, by what."""
    return f"{moment(one.began_at)} – {moment(one.seen_at)} · {one.address} · {one.browser}"


def _secrets(client: dict[str, Any]) -> Listing:
    return Listing(
        key=f"client-{client['client']}",
        title=client["client"],
        rows=client["secrets"],
        empty=_("没有有效的密钥。"),
        columns=[
            Column(_("密钥编号"), lambda r: str(r["secret"])),
            Column(_("签发"), lambda r: r["made"]),
            Column(_("有效期至"), lambda r: r["until"] or _("长期")),
            Column(_("办理"), kind=Kind.ACT, template="desk/_end_secret.html"),
        ],
    )
