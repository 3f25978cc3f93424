"""Reading others' records at the desk: for a purpose of the pack, by a consent, or as a personnel authority.

Invariant: whatever is shown came through the accessor for the actor and its purpose and left its line; what is asked for is
sent in the body of a request, so that no address and no log holds it. A person's number becomes its blind index at once.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import refused_line
from quanxin.accounts.binding import identity_of
from quanxin.accounts.errors import AccountError
from quanxin.accounts.lookups import look_up
from quanxin.archive import viewers
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import Viewer
from quanxin.casework.errors import RightsError
from quanxin.measures.told import beside
from quanxin.pages.gates import requires_role
from quanxin.pages.listings import Cell, Column, Kind, Listing
from quanxin.pages.messages import status_of
from quanxin.rights import consents
from quanxin.runtime.language import english, in_words, said
from quanxin.runtime.problems import Problem
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import asked_for, person_of, resolve

READERS = (Role.SUPERVISOR, Role.INTAKE, Role.DECIDER, Role.BANK, Role.PERSONNEL)


@never_cache
@sensitive_post_parameters("identity")
@require_http_methods(["GET", "HEAD", "POST"])
@requires_role(*READERS)
def reading(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What a person may read and how; sent, the archive that was asked for."""
    if request.method != "POST":
        return _page(request, actor)
    try:
        if request.POST.get("how") == "personnel":
            viewer = viewers.personnel(actor, request.POST.get("purpose", ""))
            subject = _person(actor, request.POST.get("identity", ""))
        else:
            viewer = viewers.sharing(actor, request.POST.get("purpose", ""), _kind(actor, request.POST.get("how", "")))
            subject = asked_for(actor, request.POST.get("code", "").strip())
        if subject is None:
            raise RightsError("subject-unknown")
        archive = archive_of(subject.pk, viewer)
    except NoSuchSubject:
        return _page(request, actor, RightsError("subject-unknown"))
    except Problem as error:
        return _page(request, actor, error)
    follows = beside([(view.subject_id, view.id) for view in archive.timeline])
    person = viewer.kind == "personnel"
    context = {"archive": archive, "purpose": _title(viewer), "person": person, "follows": {} if person else follows}
    return render(request, "desk/archive.html", context)


@never_cache
@require_POST
@requires_role(Role.BANK)
def consent(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """What an institution reads by a consent; each reading is kept and shown to the subject."""
    try:
        found, records = consents.read(actor, number)
    except Problem as error:
        return _page(request, actor, error)
    subject = resolve(Subject.objects.select_related("merged_into").get(pk=found.subject_id))
    context = {"consent": found, "records": records, "subject": subject, "items": consents.titles(found)}
    return render(request, "desk/consent.html", context)


@sensitive_variables("number")
def _person(actor: Actor, number: str) -> Subject | None:
    """The person of a number, which is looked at and forgotten; None where the register has none.

    Raises ``RightsError`` for a number that is none, and for a minor's.
    """
    try:
        index = identity_of(number.strip())
    except AccountError as error:
        code = "minor-refused" if error.code == "identity-minor" else "identity-invalid"
        raise RightsError(code, refused_line(actor, "subjects", code)) from None
    return look_up(actor, "identity", index, lambda: person_of(index))


def _page(request: HttpRequest, actor: Actor, problem: Any = None) -> HttpResponse:
    chosen = request.POST.get("how", "")
    context: dict[str, Any] = {
        "problem": in_words(problem) if problem else None, "chosen": request.POST.get("purpose", ""),
        "code": request.POST.get("code", ""), "how": chosen,
        "sharing": [(kind, viewers.purposes_for(kind)) for kind, roles in viewers.SHARING.items() if actor.by(*roles)],
        "personnel": viewers.purposes_for("personnel") if Role.PERSONNEL in actor.roles else (),
        "consents": _consents(actor) if Role.BANK in actor.roles else None,
    }  # fmt: skip
    return render(request, "desk/reading.html", context, status=status_of(problem) if problem else 200)


def _kind(actor: Actor, how: str) -> str:
    """As which kind of viewer a person reads what others share: as they say, or as the first that they can be."""
    held = (kind for kind, roles in viewers.SHARING.items() if actor.by(*roles))
    return how if how in viewers.SHARING else next(held, "department")


def _consents(actor: Actor) -> Listing:
    """The consents that an institution may use today, each with its subject and items."""
    standing = list(consents.of_institution(actor).select_related("wording")[:200])
    names = Subject.objects.in_bulk({one.subject_id for one in standing})
    return Listing(
        key="consents",
        title=_("主体授权"),
        rows=[(one, names[one.subject_id]) for one in standing],
        empty=_("没有有效的授权。请信息主体在“我的授权”中授权给贵机构。"),
        columns=[
            Column(_("主体"), lambda r: Cell(r[1].name, notes=() if r[1].natural else (r[1].code,))),
            Column(_("授权事项"), lambda r: said(consents.titles(r[0]))),
            Column(_("有效期至"), lambda r: r[0].until, Kind.DAY),
            Column(_("查询"), kind=Kind.ACT, template="desk/_read_by_consent.html", bare=True),
        ],
    )


def _title(viewer: Viewer) -> str:
    if viewer.opened is None:
        return viewer.purpose
    return viewer.opened.title.en if english() else viewer.opened.title.zh
