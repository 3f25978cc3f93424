"""The parts that the declaration of notes names."""

from django.shortcuts import render
from django.urls import path
from ninja import Router

from quanxin.accounts.actors import Role
from quanxin.api.clients import Token, client_of
from quanxin.api.problems import Refused
from quanxin.archive.handlers import Now, soon
from quanxin.archive.models import Event
from quanxin.casework.representation import requires_scope, shown
from quanxin.pages.gates import requires_role
from quanxin.runtime.finding import ok
from quanxin.terminal.access import may
from quanxin.terminal.output import emit

watched: list[Event] = []  # within the act
followed: list[Event] = []  # after it
WATCHED = Now("notes.watch", frozenset(Event.Kind), watched.extend)
FOLLOWED = soon("notes", "记事", lambda event: followed.append(event) or 1)  # type: ignore[func-returns-value]
desk = requires_role(Role.CENTRE)(lambda request, actor: render(request, "desk/base.html"))
my = requires_scope()(lambda request, me: shown(request, me, "my/base.html"))
DESK, MY = [path("notes", desk, name="notes")], [path("notes", my, name="notes")]
PORTAL = [path("notes", lambda request: render(request, "web/base.html"), name="notes")]
router = Router(auth=Token("changes"), tags=["记事 / notes"])


@router.get("/notes", operation_id="notes", url_name="notes")
def counted(request):  # type: ignore[no-untyped-def]
    """How many events were followed, for a consumer."""
    if not client_of(request).consumer:
        raise Refused("not-allowed")
    return {"notes": len(followed)}


def register(app):  # type: ignore[no-untyped-def]
    """Add the command."""
    app.command(name="notes", help="记事。 / Notes.")(notes)


@may(Role.CENTRE)
def notes() -> None:
    emit({"notes": len(followed)})


def health():  # type: ignore[no-untyped-def]
    yield ok("notes", "记事正常", "Notes are well")


def tidy() -> int:
    return 0


def demo(actor, tell):  # type: ignore[no-untyped-def]
    return {"made": 1}
