"""A made-up long work, of no slice: an errand with three steps that writes each of them into its result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import connection, models
from django.test.utils import isolate_apps

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.runtime.problems import Problem, Wording
from quanxin.work.kinds import Kind, Tell
from quanxin.work.models import Work

STEPS = ("packing", "walking", "handing-over")


class ErrandError(Problem):
    wordings: ClassVar[Mapping[str, Wording]] = {
        "errand-closed": Wording("{place}已经关门。", "{place} is closed."),
        "errand-given-up": Wording("跑了 {attempts} 次都没有办成。", "It came to nothing {attempts} times."),
    }


with isolate_apps("quanxin.work"):  # no migration is asked for it

    class Errand(Work):
        place = models.CharField(max_length=20)
        result = models.CharField(max_length=100, blank=True)

        class Meta(Work.Meta):
            abstract = False
            app_label = "work"


class Errands(Kind[Errand]):
    key: ClassVar[str] = "errand"
    queue: ClassVar[str] = "errands"
    most_attempts: ClassVar[int] = 3
    model = Errand
    keep = dt.timedelta(days=7)

    def __init__(self, at: Callable[[str], None] = lambda step: None) -> None:
        self.at = at  # what befalls it at each step
        self.cleared: list[int] = []

    def steps(self, _work: Errand, /) -> Mapping[str, str]:
        return {"packing": "收拾", "walking": "路上", "handing-over": "交付"}

    def carry_out(self, work: Errand, tell: Tell, /) -> Mapping[str, Any]:
        if work.place == "closed":
            raise ErrandError("errand-closed", place="窗口")
        for step in STEPS:
            tell(step)
            self.at(step)
        return {"result": f"{work.place}: {', '.join(STEPS)}"}

    def given_up(self, work: Errand, /) -> Problem:
        return ErrandError("errand-given-up", attempts=work.attempts)

    def require(self, actor: Actor, _work: Errand, /) -> None:
        actor.require(Role.CENTRE)

    def empty(self, work: Errand, /) -> None:
        Errand._default_manager.filter(pk=work.pk).update(result="")

    def ended(self, work: Errand, /) -> None:
        self.cleared.append(work.pk)


@contextmanager
def table() -> Iterator[None]:
    """The errands' table, for as long as a test lasts."""
    with connection.schema_editor() as editor:
        editor.create_model(Errand)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Errand)
