"""Signed-in people of the desk."""

from __future__ import annotations

from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.people import add_account

PASSWORD = "七泉映月-Spring-72"


def signed_in(*roles: Role, provider: str = "", name: str = "someone") -> Client:
    """A browser in which a person of these roles is signed in; without a provider, they act for every one."""
    for role in roles:
        made = add_account(operator(), name, password=PASSWORD, role=role, provider=provider)
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(made)
    return client
