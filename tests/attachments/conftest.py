"""What tests of attachments share: people, a scanner that can be told what to do, rules of reading."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from quanxin.accounts import Actor, NotAllowed
from quanxin.accounts.actors import Role
from quanxin.attachments import download
from quanxin.attachments.models import Attachment
from tests.attachments.clamd import Clamd

LIU, WANG = Actor("person:liu", frozenset()), Actor("person:wang", frozenset())
REVIEWER = Actor("person:reviewer", frozenset({Role.REVIEWER}))


@pytest.fixture
def clamd(settings: Settings) -> Iterator[Clamd]:
    """A scanner on a port of this machine, set up as the installation's."""
    with Clamd() as server:
        settings.ANTIVIRUS = server.address
        yield server


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Rules by which whoever uploaded a file may read it; what was read, by whom."""
    lines: list[tuple[str, str]] = []

    def may_read(actor: Actor, attachment: Attachment) -> None:
        if actor.name != attachment.uploaded_by:
            raise NotAllowed(actor.name)

    monkeypatch.setattr(download, "_rules", download._Rules())
    download.govern(may_read=may_read, access_line=lambda actor, one: lines.append((actor.name, one.reference)))
    return lines
