"""My consents: what may be given, what was given, how it was used, and its end.

Invariant: what is agreed to is shown in full before the button; what is sensitive is given on a page of its own; it is
narrowed at once; to revoke asks once more, and then ends at once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from quanxin.accounts.agency import Scope
from quanxin.accounts.models import Organisation
from quanxin.calendar import add_months, today
from quanxin.casework.errors import RightsError
from quanxin.casework.representation import Representation, requires_scope, shown
from quanxin.pages.listings import Column, Kind, Listing
from quanxin.policy.model import Text
from quanxin.policy.rights import ConsentText
from quanxin.rights import consents
from quanxin.rights.consent_models import Consent
from quanxin.runtime import parameters
from quanxin.runtime.language import in_words
from quanxin.runtime.pack import current_pack

USES = 50  # of each consent, newest first


@dataclass(frozen=True, slots=True)
class Given:
    """A consent as its subject sees it."""

    consent: Consent
    institution: str
    items: Text
    stands: bool
    uses: int

    @property
    def title(self) -> Text:
        """The title of the wording that was agreed to."""
        return Text(**self.consent.wording.text["title"])

    @property
    def body(self) -> Text:
        """The wording itself."""
        return Text(**self.consent.wording.text["body"])


def _given(found: list[Consent]) -> list[Given]:
    keys = {one.institution for one in found}
    names = dict(Organisation.objects.filter(key__in=keys).values_list("key", "name")) if keys else {}
    day = today()
    return [
        Given(
            one, names.get(one.institution, one.institution), consents.titles(one), one.stands(day), len(one.uses.all())
        )
        for one in found
    ]


@require_safe
@requires_scope(Scope.CONSENT)
def listed(request: HttpRequest, me: Representation) -> HttpResponse:
    """What stands, what ended, and what may be given."""
    every = _given(list(consents.of_subject(me.party)))
    texts = consents.offered()
    return shown(
        request,
        me,
        "my/consents.html",
        {
            "standing": [one for one in every if one.stands],
            "ended": [one for one in every if not one.stands],
            "plain": [text for text in texts if not text.sensitive],
            "sensitive": [text for text in texts if text.sensitive],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(Scope.CONSENT)
def give(request: HttpRequest, me: Representation, key: str) -> HttpResponse:
    """One consent text in full, and the form that gives it."""
    text = next((one for one in consents.offered() if one.key == key), None)
    if text is None:
        raise RightsError("consent-text-unknown")
    problem = None
    if request.method == "POST":
        try:
            made = consents.grant(
                me.party,
                key,
                request.POST.get("institution", ""),
                request.POST.getlist("item"),
                _day(request, text),
                alert=bool(request.POST.get("alert")),
            )
            return redirect("my:consent", made.pk)
        except RightsError as error:
            problem = in_words(error)
    return shown(request, me, "my/give.html", _form(request, text, problem), 422 if problem else 200)


def _form(request: HttpRequest, text: ConsentText, problem: str | None) -> dict[str, Any]:
    sent = request.method == "POST"
    return {
        "text": text,
        "problem": problem,
        "institutions": list(Organisation.objects.filter(kind="bank").order_by("name")),
        "longest": add_months(today(), text.longest_months),
        "first": today(),
        "said": request.POST,
        "items": request.POST.getlist("item"),
        "alert": bool(request.POST.get("alert")) or not sent,
    }


def _day(request: HttpRequest, text: ConsentText) -> dt.date:
    day = parameters.day(request.POST.get("until"))
    if day is None:
        longest = add_months(today(), text.longest_months)
        raise RightsError("consent-term", longest=longest.isoformat())
    return day


@require_safe
@requires_scope(Scope.CONSENT)
def one(request: HttpRequest, me: Representation, number: int) -> HttpResponse:
    """One consent: to whom, for what, until when, and each use of it."""
    found = consents.own(me.party, number)
    purpose = next((p.title for p in current_pack().purposes if p.key == found.purpose), None)
    uses = Listing(
        key="uses",
        title=_("使用记录"),
        rows=list(found.uses.all())[:USES],
        empty=_("还没有使用过。"),
        columns=[
            Column(_("时间"), lambda use: use.at, Kind.MOMENT),
            Column(_("查到的记录"), lambda use: ngettext("%(n)s 条", "%(n)s 条", use.records) % {"n": use.records}),
        ],
    )
    return shown(request, me, "my/consent.html", {"given": _given([found])[0], "purpose": purpose, "uses": uses})


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(Scope.CONSENT)
def narrow(request: HttpRequest, me: Representation, number: int) -> HttpResponse:
    """Let a consent cover less, or end sooner; what it covers now is where the form begins."""
    found, problem = consents.own(me.party, number), None
    if not found.stands(today()):
        return redirect("my:consent", number)
    if request.method == "POST":
        try:
            day = parameters.day(request.POST.get("until"))
            if day is None:
                raise RightsError("consent-term", longest=found.until.isoformat())
            consents.narrow(me.party, number, request.POST.getlist("item"), day)
            return redirect("my:consent", number)
        except RightsError as error:
            problem = in_words(error)
    items = [(item["key"], Text(**item["title"])) for item in found.wording.text["items"] if item["key"] in found.items]
    context = {
        "given": _given([found])[0],
        "items": items,
        "first": today(),
        "problem": problem,
        "chosen": request.POST.getlist("item") if problem else found.items,
    }
    return shown(request, me, "my/narrow.html", context, 422 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires_scope(Scope.CONSENT)
def revoke(request: HttpRequest, me: Representation, number: int) -> HttpResponse:
    """End a consent, once that is confirmed."""
    found = consents.own(me.party, number)
    if request.method == "POST" and request.POST.get("confirmed"):
        consents.revoke(me.party, number)
    elif found.stands(today()):
        return shown(request, me, "my/revoke.html", {"given": _given([found])[0]})
    return redirect("my:consent", number)
