"""The city of ``scene`` is built once for a module; what a test does to it is undone after the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from quanxin.calendar import travel
from tests.access import scene as city
from tests.access.scene import MOMENT, Scene

HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@contextmanager
def _undone() -> Iterator[None]:
    """Undo whatever the block did; what must be outermost may be so within it, as in Django's own tests."""
    block: Any = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(request: pytest.FixtureRequest) -> None:
    """The transaction that pytest-django gives each test; those of the scene have its own."""
    if "scene" not in request.fixturenames:
        request.getfixturevalue("_django_db_helper")


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Scene, Path]]:
    folder = tmp_path_factory.mktemp("city")
    with django_db_blocker.unblock(), _undone():
        with override_settings(DATA_DIR=folder / "data", PASSWORD_HASHERS=HASHERS):
            made = city.build(folder)
        yield made, folder


@pytest.fixture
def scene(built: tuple[Scene, Path], django_db_blocker: DjangoDbBlocker, settings: Settings) -> Iterator[Scene]:
    """The city on the morning on which others try for what is in it."""
    made, folder = built
    settings.DATA_DIR = folder / "data"
    with django_db_blocker.unblock(), _undone(), travel(MOMENT):
        yield made
