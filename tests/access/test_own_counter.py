"""Nobody binds or authorises themselves at the counter, and a window does so in its district alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from quanxin.accounts import operator, own_matters
from quanxin.accounts.actors import Role
from quanxin.accounts.agency import Scope, authorise
from quanxin.accounts.binding import Principal, bind, bind_person, unbind
from quanxin.accounts.models import AuditLine, User
from quanxin.accounts.own_matters import OwnMatter
from quanxin.accounts.people import actor_of, add_account
from tests.access.scene import Scene, acting
from tests.access.test_own_matters import LAST, clerk
from tests.accounts.people import ADULT, PASSWORD
from tests.city import CODES

pytestmark = pytest.mark.django_db


def test_nobody_binds_or_authorises_themselves_at_the_counter(scene: Scene) -> None:
    actor = clerk(Role.WINDOW)
    tries: tuple[Callable[[], object], ...] = (
        lambda: bind(actor, "insider", CODES[1], reason="执照"),
        lambda: bind_person(actor, "insider", ADULT, reason="身份证"),
        lambda: authorise(actor, Principal(code=CODES[1]), "insider", [Scope.ARCHIVE], LAST, document="授6号"),
    )
    for n, attempt in enumerate(tries):
        with pytest.raises(OwnMatter):
            attempt()
        assert AuditLine.objects.filter(actor=actor.name, act="access.refused").count() == n + 1
    user = User.objects.get(username="insider")
    assert not user.bindings.exists()
    assert not user.agencies.exists()
    bind(operator(), "insider", CODES[1], reason="执照")
    with pytest.raises(OwnMatter):
        unbind(actor_of(user), "insider", reason="不再")


def test_a_window_binds_and_authorises_in_its_district_alone(scene: Scene) -> None:
    add_account(operator(), "far", password=PASSWORD, role=Role.WINDOW, district="370103")
    add_account(operator(), "far", password="", role=Role.CENTRE, district="370104")
    far = acting("far")
    for attempt in (
        lambda: bind(far, "helper", CODES[1], reason="执照"),
        lambda: authorise(far, Principal(code=CODES[1]), "helper", [Scope.ARCHIVE], LAST, document="授5号"),
    ):
        with pytest.raises(own_matters.NotAllowed):
            attempt()
    assert AuditLine.objects.filter(actor="user:far", act="access.refused").count() == 2
    add_account(operator(), "near", password=PASSWORD, role=Role.WINDOW, district="370102")
    assert bind(acting("near"), "helper", CODES[1], reason="执照").code == CODES[1]
    with pytest.raises(own_matters.NotAllowed):
        unbind(far, "helper", reason="不再")
