"""Sign-ons of others that people may come by: the province's, 爱山东, by OpenID Connect.

Invariant: a sign-on is read strictly from one file of the operator's, an unknown key is an error; its secret stands in
the environment or in a file of its own, never in that file; its issuer is https, except on this machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from quanxin.policy.model import Key, Text
from quanxin.runtime import environment, trusted
from quanxin.runtime.environment import BadSetting

FILE = "oidc.yaml"
_HERE = {"127.0.0.1", "localhost", "::1"}


def _secure(issuer: str) -> str:
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise ValueError("must begin with https://")
    return issuer.rstrip("/")


class SignOn(BaseModel):
    """One sign-on: what it is called, where it is, who we are to it, and what its claims mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    title: Text
    issuer: Annotated[str, AfterValidator(_secure)]
    client_id: Annotated[str, StringConstraints(min_length=1)]
    scopes: tuple[str, ...] = ("openid", "profile")
    identity_claim: str = ""  # the claim with the identity number of the real person, if the sign-on vouches for it
    token_auth: Literal["client_secret_basic", "client_secret_post"] = "client_secret_basic"  # noqa: S105


def read(data_dir: Path) -> tuple[SignOn, ...]:
    """The sign-ons of ``QUANXIN_OIDC_FILE``, else of ``oidc.yaml`` in the data directory; none without the file.

    Raises ``BadSetting`` where the file cannot be read or says what it may not.
    """
    path = environment.folder("QUANXIN_OIDC_FILE") or data_dir / FILE
    if not path.is_file():
        if environment.value("QUANXIN_OIDC_FILE"):
            raise BadSetting(f"QUANXIN_OIDC_FILE={path}", "没有这个文件。", "there is no such file.")
        return ()
    try:
        given = yaml.safe_load(trusted.read(path.parent, path.name)) or []
        made = tuple(SignOn.model_validate(one) for one in given)
    except (OSError, trusted.Untrusted, UnicodeDecodeError, yaml.YAMLError, ValidationError, TypeError) as error:
        raise BadSetting(f"{path}", "无法读取。", f"cannot be read. {error}") from error
    if len({one.key for one in made}) != len(made):
        raise BadSetting(f"{path}", "key 重复。", "a key stands twice.")
    return made


def secret_of(key: str, data_dir: Path) -> str:
    """The client secret of a sign-on: from ``QUANXIN_OIDC_SECRETS``, else from ``oidc-secret-KEY`` in the data directory.

    Raises ``BadSetting`` where there is neither.
    """
    for part in environment.value("QUANXIN_OIDC_SECRETS").split(";"):
        name, found, secret = part.strip().partition("=")
        if found and name.strip() == key:
            return secret.strip()
    path = data_dir / f"oidc-secret-{key}"
    if not path.is_file():
        raise BadSetting(
            f"统一认证 {key}",
            f"没有密钥：设 QUANXIN_OIDC_SECRETS，或写入 {path}。",
            f"the sign-on has no secret: set QUANXIN_OIDC_SECRETS, or write it to {path}.",
        )
    try:
        return trusted.read(data_dir, path.name).strip()
    except (OSError, trusted.Untrusted, UnicodeDecodeError) as error:
        raise BadSetting(f"{path}", "无法读取。", f"cannot be read. {error}") from error


def applications(sign_ons: tuple[SignOn, ...], data_dir: Path) -> list[dict[str, object]]:
    """The sign-ons as the sign-in library is told of them."""
    return [
        {
            "provider_id": one.key,
            "name": one.title.zh,
            "client_id": one.client_id,
            "secret": secret_of(one.key, data_dir),
            "settings": {
                "server_url": one.issuer,
                "scope": list(one.scopes),
                "token_auth_method": one.token_auth,
                "oauth_pkce_enabled": True,
                "fetch_userinfo": True,
            },
        }
        for one in sign_ons
    ]
