"""People who sign in by the pages themselves, and the codes of their second factors."""

from __future__ import annotations

import hashlib
import hmac
import struct
import time
from base64 import b32decode

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.models import User
from quanxin.accounts.people import add_account

PASSWORD = "七泉映月-Spring-72"
ADULT, MINOR = "370102199003074519", "370102201503071015"


def person(name: str = "clerk-zhao", *roles: Role) -> User:
    made = add_account(operator(), name, password=PASSWORD)
    for role in roles:
        add_account(operator(), name, password=PASSWORD, role=role)
    User.objects.filter(pk=made.pk).update(one_time=False)  # the password is the person's own
    made.refresh_from_db()
    return made


def browser(**headers: str) -> Client:
    return Client(headers={"accept-language": "zh-CN", **headers})


def sign_in(client: Client, name: str = "clerk-zhao", password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post("/desk/sign-in", {"login": name, "password": password, **more})  # type: ignore[return-value]


def signed_in(name: str = "clerk-zhao") -> Client:
    client = browser()
    assert sign_in(client, name).status_code == 302
    return client


def again(client: Client) -> None:
    """Confirm with the password that it is oneself, as the pages about factors ask."""
    assert client.post("/account/again", {"password": PASSWORD}).status_code == 302


def code_of(secret: str, step: int = 0) -> str:
    """The code that an authenticator shows (RFC 6238), reckoned here and not by the library."""
    counter = int(time.time()) // 30 + step
    digest = hmac.new(b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def enrolled(name: str = "clerk-zhao") -> str:
    """The secret of an authenticator that the person set up by the pages."""
    client = signed_in(name)
    again(client)
    secret: str = client.get("/account/totp").context["form"].secret
    assert client.post("/account/totp", {"code": code_of(secret)}).status_code == 302
    assert Authenticator.objects.filter(user__username=name, type="totp").exists()
    return secret
