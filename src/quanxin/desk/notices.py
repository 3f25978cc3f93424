"""What a person of the desk is told by their roles.

Invariant: only notices to one's own roles and providers are listed; a link to a case is shown to who may open it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.casework import inbox as staff
from quanxin.casework import queues
from quanxin.casework.rendering import Language, rendered
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import page_of
from quanxin.pages.messages import person, status_of
from quanxin.runtime import parameters
from quanxin.runtime.language import english, in_words
from quanxin.runtime.problems import Problem

PAGE = 20


@require_safe
@requires_role(*Role)
def notices(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The notices, the latest first; ``unread`` lists those that nobody has read."""
    only = bool(request.GET.get("unread"))
    found = staff.notices_of(actor)
    found = found.filter(read_at=None) if only else found
    shown, paging = page_of(request, found, PAGE, {"unread": "1" if only else ""})
    openable = queues.seen_by(actor, [n.case for n in shown if n.case is not None])
    language: Language = "en" if english() else "zh"
    rows = [
        {
            "notice": n,
            "said": _said(rendered(n, language)),
            "by": person(n.read_by),
            "case": n.case if n.case_id in openable else None,
        }
        for n in shown
    ]
    return render(request, "desk/notices.html", {"rows": rows, "paging": paging, "only": only})


@require_POST
@requires_role(*Role)
def read(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Say that a notice, or all of them, were read."""
    number = request.POST.get("number", "")
    try:
        if number == "all":
            staff.mark_all_read(actor)
        else:
            staff.mark_read(actor, parameters.number(number) or 0)
    except Problem as error:
        return render(request, "desk/refused.html", {"problem": in_words(error)}, status=status_of(error))
    return redirect("desk:notices")


def _said(letter: tuple[str, str]) -> tuple[str, str]:
    """Title and body, without the address of the case, which has a link of its own here."""
    title, body = letter
    return title, "\n".join(line.partition("/desk/cases/")[0].rstrip("：: ") for line in body.splitlines())
