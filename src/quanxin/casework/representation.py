"""Who one is here: oneself, somebody's agent, or a clerk for whom somebody stands at the counter.

Invariant: a page is given a party that was seen to stand for its subject in this very request, or nothing is read. An agent
opens only pages that the authorisation names; who is refused is told why, and the try leaves a line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern
from django.utils.cache import add_never_cache_headers

from quanxin.accounts import Actor, NotAllowed
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import refused_line
from quanxin.accounts.agency import Scope, agencies_held
from quanxin.accounts.binding import Principal, principal_of
from quanxin.accounts.models import Agency, User
from quanxin.accounts.own_matters import OwnMatter
from quanxin.accounts.people import actor_of
from quanxin.archive import viewers
from quanxin.archive.display import show_date
from quanxin.casework import counter
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Notice
from quanxin.casework.parties import Party, at_counter
from quanxin.casework.visit_models import Visit
from quanxin.runtime.language import in_words
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Identifier, Subject
from quanxin.subjects.queries import find, resolve

AGENCY = "agency"  # the session's key of the authorisation that one acts by

View = Callable[..., HttpResponseBase]


class Nobody(Exception):
    """That the signed-in person stands for nobody here; ``why`` names the page that says so."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Representation:
    """The party of a request and by what it stands: an ``agency``, the ``counter``, or neither where it is oneself."""

    party: Party
    principal: Principal
    agency: Agency | None = None
    counter: Visit | None = None
    unread: int = 0  # how many notices were not read; nothing where one may not see them

    @property
    def subject(self) -> Subject:
        return self.party.subject

    @property
    def scorable(self) -> bool:
        """Whether such subjects have scores; natural persons and sole traders never do."""
        return not self.subject.natural and current_pack().subject_types[self.subject.type].scorable

    def may(self, *scopes: Scope) -> bool:
        """Whether one may do any of these things here: an agent what the authorisation names, others everything."""
        return self.agency is None or any(scope.value in self.agency.scope for scope in scopes)

    @property
    def may_archive(self) -> bool:
        return self.may(Scope.ARCHIVE)

    @property
    def may_records(self) -> bool:
        return self.may(Scope.ARCHIVE, Scope.REPAIR, Scope.OBJECTION)

    @property
    def may_repair(self) -> bool:
        return self.may(Scope.REPAIR)

    @property
    def may_object(self) -> bool:
        return self.may(Scope.OBJECTION)

    @property
    def may_consent(self) -> bool:
        return self.may(Scope.CONSENT)


def representation_of(request: HttpRequest) -> Representation:
    """Whom the signed-in person of a request stands for now.

    Raises ``Nobody`` where that is no one, ``NotAllowed`` (with a line) where an authorisation or a role has ended.
    """
    user: User = request.user  # type: ignore[assignment]
    actor = actor_of(user)
    if (held := counter.current(request.session, actor)) is not None:
        return _at_the_counter(request, actor, held)
    if (number := request.session.get(AGENCY)) is not None:
        return _as_agent(request, user, actor, number)
    principal = principal_of(user)
    if principal is None:
        raise Nobody("choose" if agencies_held(user) else "unbound")
    subject = subject_of(principal)
    unread = _unread(subject)
    return Representation(Party(actor, subject, ids=tuple(unread)), principal, unread=sum(unread.values()))


def subject_of(principal: Principal) -> Subject:
    """The subject of a principal; raises ``Nobody`` where there is no record of it."""
    if principal.code:
        found = find(principal.code)
    else:
        index = Identifier.objects.filter(kind=Identifier.Kind.IDENTITY, value=principal.identity)
        one = index.select_related("subject__merged_into").first()
        found = resolve(one.subject) if one is not None and one.subject.natural else None
    if found is None:
        raise Nobody("unregistered" if principal.code else "nothing")
    return found


def _unread(subject: Subject) -> dict[int, int]:
    """The ids under which a subject is kept, its own first, each with how many notices to it were not read."""
    told = Notice.objects.filter(subject_id=OuterRef("pk"), read_at=None).order_by().values("subject_id")
    counted = Coalesce(Subquery(told.annotate(n=Count("pk")).values("n")), 0)
    found = Subject.objects.filter(Q(pk=subject.pk) | Q(merged_into=subject)).annotate(unread=counted)
    by_id = dict(found.order_by("pk").values_list("pk", "unread"))
    return {subject.pk: by_id.pop(subject.pk, 0)} | by_id


def _at_the_counter(request: HttpRequest, actor: Actor, held: Visit) -> Representation:
    if not actor.may(Role.WINDOW):
        counter.end(request.session, actor)
        raise viewers.refused(actor, f"subject:{held.subject_id}", "no longer at the counter")
    if held.over:
        counter.end(request.session, actor)
        raise Nobody("over")
    subject = Subject.objects.select_related("merged_into").get(pk=held.subject_id)
    party = at_counter(actor, subject, held.who)
    return Representation(party, held.principal, counter=held, unread=sum(_unread(party.subject).values()))


def _as_agent(request: HttpRequest, user: User, actor: Actor, number: int) -> Representation:
    agency = next((one for one in agencies_held(user) if one.pk == number), None)
    if agency is None:
        del request.session[AGENCY]
        raise viewers.refused(actor, f"agency:{number}", "the authorisation has ended")
    principal = Principal(code=agency.code, identity=agency.identity)
    subject = subject_of(principal)
    unread = _unread(subject)
    by = f"委托第{agency.pk}号，至{show_date(agency.until)}"
    party = Party(actor, subject, on_behalf=by, agent=True, ids=tuple(unread))
    return Representation(party, principal, agency, unread=sum(unread.values()) if Scope.ARCHIVE in agency.scope else 0)


def requires_scope(*scopes: Scope, agents: bool = True) -> Callable[[View], View]:
    """Open a view to whoever stands for a subject; the view is given the standing.

    An agent needs one of ``scopes`` (none: any authorisation); where not ``agents``, only the subject itself is let in, or
    the counter for it. What a view raises as ``RightsError`` or ``NotAllowed`` becomes a page in words.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            answer = _answer(view, request, (scopes, agents), *args, **kwargs)
            if not answer.has_header("Cache-Control"):
                add_never_cache_headers(answer)
            return answer

        page.scopes, page.agents = frozenset(scopes), agents  # type: ignore[attr-defined]
        return page

    return wrap


def closed(pattern: URLPattern) -> URLPattern:
    """A page that a slice adds, which says by ``requires_scope`` to whom it opens; ``TypeError`` where it does not."""
    if not hasattr(pattern.callback, "scopes"):
        raise TypeError(f"to whom does the page {pattern.name} of one's own open?")
    return pattern


def _answer(
    view: View, request: HttpRequest, needed: tuple[tuple[Scope, ...], bool], *args: Any, **kwargs: Any
) -> HttpResponseBase:
    me: Representation | None = None
    try:
        me = representation_of(request)
        _within(me, *needed)
        return view(request, me, *args, **kwargs)
    except Nobody as nobody:
        return _nobody(request, nobody.why)
    except NotAllowed as error:
        own = in_words(error) if isinstance(error, OwnMatter) else None
        return shown(request, me, "my/refused.html", {"own": own}, status=403)
    except RightsError as error:
        if error.status == 404 and error.line is None and me is not None:  # another's looks like what is not there
            refused_line(me.party.actor, f"subject:{me.subject.pk}", error.code, asked=request.path[:200])
        return shown(request, me, "my/problem.html", {"problem": in_words(error)}, error.status)


def _within(me: Representation, scopes: tuple[Scope, ...], agents: bool) -> None:
    if me.agency is not None and not (agents and (not scopes or me.may(*scopes))):
        target = f"subject:{me.subject.pk}"
        raise viewers.refused(
            me.party.actor,
            target,
            "beyond the agent's authorisation",
            agency=str(me.agency.pk),
            scope=",".join(scopes) or "own",
        )


def _nobody(request: HttpRequest, why: str) -> HttpResponse:
    if why == "choose":
        return redirect("my:acting")
    status = 200 if why == "nothing" else 403
    return shown(request, None, f"my/{why}.html", status=status)


def shown(
    request: HttpRequest,
    me: Representation | None,
    template: str,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of somebody's own, with what its frame needs to know."""
    return render(request, template, {"me": me, **(context or {})}, status=status)
