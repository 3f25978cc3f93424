"""Confirming one thing by a second factor: a code of the authenticator, or a passkey that signs a challenge.

Invariant: a code is used once and counts towards the lock of the name as at sign-in; a passkey's answer is good for the
challenge that whoever asks made, and for no other. Nothing is signed in by it.
"""

from __future__ import annotations

import json
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from fido2.webauthn import UserVerificationRequirement

from quanxin.accounts.attempts import KEY, note_sign_in
from quanxin.accounts.factors import CodeAgainForm
from quanxin.accounts.models import User

CODE = 6  # digits; what is longer is one of the codes to recover by, which confirm nothing


def has(user: User, kind: str) -> bool:
    """Whether a person has a factor of a kind (``totp``, ``webauthn``)."""
    return bool(Authenticator.objects.filter(user=user, type=kind).exists())


def code_holds(user: User, code: str) -> bool:
    """Whether a code of the person's authenticator is right and new; it is worth nothing from then on."""
    given = "".join(code.split())
    return len(given) == CODE and given.isdecimal() and bool(CodeAgainForm(data={"code": given}, user=user).is_valid())


def key_options(user: User, challenge: bytes) -> dict[str, Any]:
    """What a browser asks a passkey of the person to sign."""
    return dict(_begin(user, challenge)[0])


def key_holds(user: User, challenge: bytes, answer: str) -> bool:
    """Whether a passkey of the person signed the challenge."""
    try:
        credential = json.loads(answer)
        if not isinstance(credential, dict):
            raise ValueError("a credential is an object")
        webauthn.parse_authentication_response(credential)
        webauthn.get_server().authenticate_complete(
            _begin(user, challenge)[1], webauthn.get_credentials(user), credential
        )
    except (ValidationError, ValueError, TypeError, KeyError):
        note_sign_in(user.username, False, context.request, KEY)
        return False
    return True


def _begin(user: User, challenge: bytes) -> tuple[Any, Any]:
    return webauthn.get_server().authenticate_begin(  # type: ignore[no-any-return]
        credentials=webauthn.get_credentials(user),
        user_verification=UserVerificationRequirement.PREFERRED,
        challenge=challenge,
    )
