"""People of the desk who have to do with cases, signed in, and the cases that they meet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from django.test import Client

from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.models import User
from quanxin.accounts.people import actor_of
from quanxin.calendar import travel
from quanxin.casework.models import Case
from tests.casework.acts import Kind, cases, objections, repairs
from tests.desk.people import signed_in
from tests.rights.life import LATER, applied, morning, owner, penalised

PROVIDER = "market-regulation"
MOMENT = morning(LATER, 10)


@dataclass(frozen=True, slots=True)
class People:
    """Browsers of those who handle cases."""

    window: Client
    decider: Client
    colleague: Client
    other: Client
    reviewer: Client
    auditor: Client


def people() -> People:
    """Everyone, with names of their own."""
    return People(
        signed_in(Role.WINDOW, name="wang"),
        signed_in(Role.DECIDER, provider=PROVIDER, name="decider"),
        signed_in(Role.DECIDER, provider=PROVIDER, name="colleague"),
        signed_in(Role.DECIDER, provider="taxation", name="taxman"),
        signed_in(Role.REVIEWER, name="reviewer"),
        signed_in(Role.AUDITOR, name="auditor"),
    )


def acting(name: str) -> Actor:
    return actor_of(User.objects.get(username=name))


def filed(folder: Path, **changes: str | None) -> Case:
    """An application for repair, as it was filed."""
    with travel(dt.date(2026, 5, 15)):
        record = penalised(folder, **changes)
    with travel(morning(LATER)):
        return applied(record)


def at(case: Case, state: str) -> Case:
    """The case taken on by those whose acts lead to a state; by the acts themselves."""
    window, decider = acting("wang"), acting("decider")
    with travel(morning(LATER)):
        cases.forward(window, case.number)
        if state == "accepted":
            take = repairs.accept if case.kind == Kind.REPAIR else objections.take_up
            take(decider, case.number)
            cases.give_back(decider, case.number)
    return Case.objects.get(pk=case.pk)


def objection(folder: Path, statement: str = "罚款金额有误，应为0.3万元。") -> Case:
    """An objection to the penalty, as it was filed."""
    with travel(dt.date(2026, 5, 15)):
        record = penalised(folder)
    with travel(morning(LATER)):
        return objections.object_to(owner(), statement, record=record)


def post(client: Client, case: Case, what: str, **sent: str) -> tuple[int, str]:
    """Send the form of an act; the status, and where it leads or what the page says."""
    with travel(MOMENT):
        answer = client.post(f"/desk/cases/{case.number}/{what}", sent)
    return answer.status_code, answer.headers.get("Location", "") or answer.content.decode()


def page(client: Client, path: str) -> str:
    with travel(MOMENT):
        answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def now_of(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def acts_on(text: str) -> list[str]:
    return [part.partition('"')[0] for part in text.split('id="act-')[1:]]
