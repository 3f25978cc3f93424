"""Trying for what is somebody else's: each try is refused, shows nothing, and leaves its line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine
from quanxin.accounts.people import add_organisation
from tests.access.scene import Scene, browser

LINES = ("access.refused", "scores.refused")


def lines(actor: str = "") -> int:
    found = AuditLine.objects.filter(act__in=LINES)
    return found.filter(actor=actor).count() if actor else found.count()


def tried(
    client: Client, scene: Scene, path: str, sent: Mapping[str, Any] | None = None, among: tuple[int, ...] = (403, 404)
) -> None:
    """Try an address (with ``sent``: by POST): it is refused, shows nothing, and leaves one line."""
    before = lines()
    answer = client.get(path) if sent is None else client.post(path, sent)
    assert answer.status_code in among, f"{path} {answer.status_code}"
    body = answer.content
    assert [what for what, secret in scene.secrets().items() if secret in body] == [], path
    assert lines() == before + 1, f"{path} left {lines() - before} lines"


def own_addresses(scene: Scene) -> list[tuple[str, dict[str, Any] | None]]:
    """Each address under ``/my/`` of a thing of company 0's, with what is sent to it."""
    record = f"/my/records/{scene.private.subject_id}-{scene.private.id}"
    case = f"/my/cases/{scene.objection.number}"
    consent = f"/my/consents/{scene.consent.pk}"
    said = {"confirmed": "1", "reason": "试", "statement": "试", "text": "试"}
    gets = [record, f"{record}/repair", f"{record}/objection", f"{record}/honour-deletion", case, f"{case}/decision.pdf", consent,
            f"{consent}/narrow", f"{consent}/revoke", f"/my/attachments/{scene.paper.pk}",
            f"/my/agents/{scene.agency.pk}/end"]  # fmt: skip
    posts = [
        f"{record}/repair",
        f"{record}/objection",
        f"{record}/honour-deletion",
        f"{case}/answer",
        f"{case}/retract",
        f"{case}/second-look",
        f"{consent}/narrow",
        f"{consent}/revoke",
        f"/my/agents/{scene.agency.pk}/end",
    ]
    return (
        [(path, None) for path in gets]
        + [(path, said) for path in posts]
        + [("/my/notices/read", {"notice": str(scene.notice.pk)})]
    )


def words_of(client: Client, path: str) -> tuple[int, str]:
    """What an answer says, without what was asked for."""
    answer = client.get(path)
    text = answer.content.decode().replace(path.rpartition("/")[2], "").partition("<main")[2]
    return answer.status_code, re.sub(r'value="\w{64}"', "", text)


def asked_by_machine(machine: Client, scene: Scene, path: str, body: dict[str, Any] | None) -> None:
    before = lines()
    answer = (
        machine.get(path) if body is None else machine.post(path, json.dumps(body), content_type="application/json")
    )
    assert answer.status_code in (403, 404), f"{path} {answer.status_code} {answer.content!r}"
    assert not any(secret in answer.content for secret in scene.secrets().values())
    assert lines() == before + 1, path


def officer(key: str = "sample-bank", name: str = "teller") -> Client:
    add_organisation(operator(), key, name=f"样例{key}", kind="bank")
    return browser(name, Role.BANK, organisation=key)
