"""Links of the desk: each role sees those that open to it, and no other."""

from __future__ import annotations

import re

import pytest

from quanxin.accounts.actors import Role
from tests.desk.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", list(Role))
def test_every_link_that_is_shown_opens(role: Role) -> None:
    client = signed_in(role, name="somebody")
    home = client.get("/desk/").content.decode()
    nav = home.partition('class="main-nav"')[2].partition("</nav>")[0]
    links = re.findall(r'href="(/desk/[^"]*)"', nav)
    assert "/desk/notices" in links
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200, link
        if link != "/desk/":
            assert f'href="{link}" aria-current="page"' in answer.content.decode()
