"""The code by which a person lets a principal name them as agent."""

from __future__ import annotations

import datetime as dt

import pytest

from quanxin.accounts import NotAllowed, agent_codes, operator
from quanxin.accounts.models import AuditLine, User
from quanxin.accounts.people import actor_of, deactivate
from quanxin.calendar import now, travel
from tests.accounts.people import person

pytestmark = pytest.mark.django_db


def test_a_code_is_found_as_it_is_typed_and_kept_as_its_digest_alone() -> None:
    user = person("helper")
    code = agent_codes.issue(actor_of(user), user)
    for typed in (
        code,
        code.lower(),
        code.replace("-", ""),
        code.replace("-", "－"),
        code.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
        f" {code.replace('0', 'O')} ",
    ):
        assert agent_codes.username_of(operator(), typed) == "helper"
    user.refresh_from_db()
    assert code not in str(vars(user))
    assert code not in str(list(AuditLine.objects.values()))


def test_a_code_that_is_none_has_expired_or_was_replaced_names_nobody_and_leaves_a_line() -> None:
    user = person("helper")
    first = agent_codes.issue(actor_of(user), user)
    second = agent_codes.issue(actor_of(user), user)
    lines = AuditLine.objects.filter(act="access.refused")
    for n, typed in enumerate((first, "", "helper", "0000-0000-0000"), 1):
        assert agent_codes.username_of(operator(), typed) == ""
        assert lines.count() == n
    with travel(now() + agent_codes.STANDS - dt.timedelta(minutes=1)):
        assert agent_codes.username_of(operator(), second) == "helper"
    with travel(now() + agent_codes.STANDS):
        assert agent_codes.username_of(operator(), second) == ""
    deactivate(operator(), "helper", reason="离职")
    assert agent_codes.username_of(operator(), second) == ""


def test_nobody_gets_another_s_code() -> None:
    person("helper")
    with pytest.raises(NotAllowed):
        agent_codes.issue(actor_of(person("other")), User.objects.get(username="helper"))
    assert User.objects.get(username="helper").agent_code == ""
