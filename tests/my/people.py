"""People who open a subject's own pages, in browsers of their own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.agency import Scope, authorise
from quanxin.accounts.binding import Principal, bind, bind_person
from quanxin.accounts.models import Agency, User
from quanxin.archive.models import Record
from quanxin.subjects.models import Subject
from tests.accounts.people import ADULT
from tests.city import CODES, hand_in, penalty, person
from tests.desk.people import signed_in

REASON = "核验营业执照和授权书"
CLERK = Actor("user:clerk", frozenset({Role.WINDOW, Role.CENTRE}))


def browser(name: str, language: str = "zh-CN") -> Client:
    """A browser in which an account, made if need be, is signed in."""
    user, _ = User.objects.get_or_create(username=name)
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def owner(n: int = 0, name: str = "owner", language: str = "zh-CN") -> Client:
    """The representative of a company."""
    client = browser(name, language)
    bind(operator(), name, CODES[n], reason=REASON)
    return client


def agent(*scopes: Scope, until: dt.date, name: str = "agent") -> tuple[Client, Agency]:
    """Somebody whom the first company's representative authorised, acting for it."""
    client = browser(name)
    made = authorise(CLERK, Principal(code=CODES[0]), name, scopes, until, document="授字1号")
    client.post("/my/acting", {"agency": made.pk})
    return client, made


def window(name: str = "window") -> Client:
    """A clerk of the counter."""
    return signed_in(Role.WINDOW, name=name)


def natural(folder: Path) -> tuple[Subject, Record]:
    """A natural person with a penalty."""
    row = penalty(
        0,
        "济历罚〔2026〕人1号",
        decision_date="2026-05-12",
        valid_until="2027-05-12",
        **(person() | {"identity_number": ADULT}),
    )
    hand_in(folder, "administrative-penalty", [row], name="person.csv")
    subject = Subject.objects.get(natural=True)
    return subject, Record.objects.get(subject_id=subject.pk)


def oneself(name: str = "someone") -> Client:
    """A person bound to the number of ``natural``."""
    client = browser(name)
    bind_person(operator(), name, ADULT, reason="核验身份证")
    return client


def text(client: Client, path: str, status: int = 200) -> str:
    """The page at an address, with the status that it should have."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()
