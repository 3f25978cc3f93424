"""Kinds of long work: what a slice says of its own.

Invariant: a kind says how a work is carried out and who may end it; when, by whom and how often it is tried is not its matter.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from django.utils.functional import Promise

from quanxin.accounts import Actor
from quanxin.runtime import slices
from quanxin.runtime.problems import Problem
from quanxin.work.models import Work

W = TypeVar("W", bound=Work)
Tell = Callable[[str], None]  # says which step begins; raises ``Cancelled`` where somebody has cancelled the work


class Kind(ABC, Generic[W]):
    """A kind of long work; ``key`` names it in claims, jobs and audit lines, as its slice's declaration does.

    ``queue`` is the worker's. A work that broke off ``most_attempts`` times is not tried again: one that ends its worker
    each time must not be tried for ever, and a worker may well be killed a few times by others.
    """

    key: ClassVar[str]
    queue: ClassVar[str]
    most_attempts: ClassVar[int] = 12
    model: type[W]

    @abstractmethod
    def steps(self, work: W, /) -> Mapping[str, str | Promise]:
        """The steps in their order, each with its words."""

    @abstractmethod
    def carry_out(self, work: W, tell: Tell, /) -> Mapping[str, Any]:
        """Do it and return the columns of what came of it; a ``Problem`` refuses it in words.

        It may be called again for a work that broke off at any instant, and must then come to the same.
        """

    @abstractmethod
    def given_up(self, work: W, /) -> Problem:
        """What is said of a work that broke off too often."""

    @abstractmethod
    def require(self, actor: Actor, work: W, /) -> None:
        """``NotAllowed`` for who may not cancel a work or have it tried again."""

    def may_again(self, _work: W, /) -> bool:
        """Whether one that was refused or cancelled, and is still kept, can be tried again."""
        return True

    def here(self, _work: W, /) -> bool:
        """Whether this machine has what the work needs; one that does not leaves it to another, and no try is counted."""
        return True

    @property
    def keep(self) -> dt.timedelta | None:
        """How long what is kept of a work stays after its end; None for always."""
        return None

    def empty(self, work: W, /) -> None:
        """Remove what is kept of a work whose time is over; what is gone already is no fault."""

    def ended(self, work: W, /) -> None:
        """Clear away what a work that ended does not need; called once or more."""

    def named(self, pk: object) -> str:
        """What claims, jobs and audit lines call a work."""
        return f"{self.key}:{pk}"


def kind(key: str) -> Kind[Any]:
    """The kind that a slice declares under a key; ``KeyError`` where none does."""
    found: Kind[Any] = slices.load(slices.works()[key])
    return found


def kinds() -> Iterator[Kind[Any]]:
    """Every kind that slices declare."""
    return (kind(key) for key in slices.works())
