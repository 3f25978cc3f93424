"""Beginning a check: of one subject, or of a list that is handed in.

Invariant: a form that is sent twice is one check. What is asked about is sent in the body of a request, and stands in no address.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.checks import items, list_file, lists
from quanxin.checks.checking import check
from quanxin.checks.errors import CheckError
from quanxin.checks.queries import lists_of
from quanxin.pages.fields import Form, Item, Kind
from quanxin.pages.gates import missing, requires_role
from quanxin.pages.messages import status_of
from quanxin.policy.checks import CheckItem
from quanxin.runtime.language import in_words, said
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem
from quanxin.work.pages import progress

ONE, LIST = "one", "list"
_ITEM_OF = {"words-missing": "words", "case-missing": "case_ref", "item-expired": "item", "item-unknown": "item"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.INTAKE, Role.DECIDER)
def begin(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The two forms, of one subject and of a list; sent, the result, or the page that watches the list."""
    held, way = items.own_items(actor), request.POST.get("way", ONE)
    forms = {key: _form(request, held, key, sent=way == key and bool(request.POST)) for key in (ONE, LIST)}
    problem: Problem | None = None
    if request.method == "POST" and forms[way if way in forms else ONE].is_valid():
        try:
            return _begun(request, actor, way, forms[way].sent)
        except Problem as error:
            problem = error
            forms[way].refuse(in_words(error), _ITEM_OF.get(error.code))
    wrong = any(form.errors for form in forms.values())
    context = {
        "one": forms[ONE], "list": forms[LIST], "items": _said(held), "most": list_file.MOST, "way": way,
        "form": forms[way if way in forms else ONE], "begun": bool(request.POST),
    }  # fmt: skip
    status = status_of(problem) if problem else 422 if wrong else 200
    return render(request, "checks/begin.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(Role.INTAKE, Role.DECIDER)
def watched(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """How far a list has come; once it is checked, its results."""
    found = lists_of(actor).filter(pk=number).select_related("check_made").first()
    if found is None:
        raise missing(actor, f"check-list:{number[:40]}", "no such list of this actor's")
    if found.check_made is not None and request.method != "POST" and request.headers.get("HX-Request") != "true":
        return redirect("desk:check", found.check_made.number)
    context = {"list": found, "title": items.latest(found.item).title}
    return progress(request, actor, lists.LISTS, found, "checks/list.html", context)


def _form(request: HttpRequest, held: list[CheckItem], way: str, *, sent: bool) -> Form:
    first = {"key": secrets.token_hex(16), "item": request.GET.get("item", "")}
    form = request.POST if sent else None
    return Form(_asked(held, way, form["item"] if form and "item" in form else ""), form, key=way, initial=first)


def _begun(request: HttpRequest, actor: Actor, way: str, sent: dict[str, str]) -> HttpResponse:
    said_of = {"words": sent["words"], "case_ref": sent["case_ref"]}
    if way == ONE:
        made = check(actor, sent["item"], [sent["code"]], **said_of, form=sent["key"])
        return redirect("desk:check-result", made.number, 1)
    file = request.FILES.get("file")
    if file is None:
        raise CheckError("file-not-chosen")
    return redirect("desk:check-list", lists.hand_in(actor, sent["item"], file, file.name or "", **said_of).pk)


def _asked(held: list[CheckItem], way: str, chosen: str) -> list[Item]:
    """What a form asks for. An item ``chosen`` that is no more (or not theirs) is kept, so that the act says since when."""
    titles = {one.key: one.title for one in held}
    if chosen in (known := items.titles()):
        titles.setdefault(chosen, known[chosen])
    options = tuple((key, said(title)) for key, title in titles.items())
    found = [
        Item("item", _("核查事项"), Kind.CHOICE, required=True, options=options),
        Item("case_ref", _("办件编号或项目名称"), required=True, length=items.LONGEST_CASE, hint=_("结果只用于这一件事。")),
        Item("words", _("办理的事情"), required=True, length=items.LONGEST_WORDS, hint=_("主体在查询记录中看得到是哪一事项。")),
    ]  # fmt: skip
    if way == ONE:
        found += [
            Item("code", _("统一社会信用代码"), required=True, length=64),
            Item("key", "", Kind.HIDDEN),
        ]
    return found


def _said(held: list[CheckItem]) -> list[dict[str, Any]]:
    """What each item looks at, and what may follow, in words."""
    pack = current_pack()
    lists_, measures = ({one.key: one.title for one in getattr(pack, kind)} for kind in ("lists", "measures"))
    resources = {one.key: one.title for one in pack.resources}
    return [
        {
            "item": one,
            "lists": [said(lists_[key]) for key in one.lists if key in lists_],
            "reads": [(said(resources[r.resource]), r.years) for r in one.reads if r.resource in resources],
            "measures": [said(measures[key]) for key in one.measures if key in measures],
            "situation": pack.check_situations[one.situation],
        }
        for one in held
    ]
