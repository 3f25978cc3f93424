"""Ways of looking at the queue that somebody keeps under a name.

Invariant: a view is its owner's alone, and says only how a list is narrowed: it never adds to what may be seen.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q, QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.casework.errors import RightsError
from quanxin.runtime.free_text import FreeLine

MOST = 20  # that one person keeps


class SavedView(models.Model):
    """How an ``owner`` (the name of an actor) narrows the queue: a query string under a title."""

    owner = models.CharField(max_length=128)
    title = FreeLine(max_length=40)
    query = FreeLine(max_length=400)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "title"], name="view_has_one_name"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(query=""), name="view_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.title}"


def views_of(actor: Actor) -> QuerySet[SavedView]:
    """The views that an actor keeps, by their names."""
    return SavedView.objects.filter(owner=actor.name)


@act
def keep(actor: Actor, title: str, query: str) -> None:
    """Keep a view under a name; one of that name is replaced. Raises ``RightsError`` for no name, nothing narrowed, or
    too many."""
    title = " ".join(title.split())[:40]
    if not title or not query or len(query) > 400:
        raise RightsError("view-empty")
    if not views_of(actor).filter(title=title).exists() and views_of(actor).count() >= MOST:
        raise RightsError("view-many", most=MOST)
    SavedView.objects.update_or_create(owner=actor.name, title=title, defaults={"query": query})
    audit(actor, "casework.view.keep", f"view:{title}", query=query)


@act
def drop(actor: Actor, number: int) -> None:
    """Keep a view no longer; there is nothing to do where there is none of the actor's."""
    if views_of(actor).filter(pk=number).delete()[0]:
        audit(actor, "casework.view.drop", f"view:{number}")
