"""A city that the tests of a module, or of a directory, share: built once, and for each test as it was built.

Invariant: what a test does to it is undone after the test, in the database and in the objects that it is given; files
that a test writes stay until the module ends, and are of no record any more.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

BUILT = "_built"  # the fixture by whose name the transaction that each test has is known to be ours
HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@contextmanager
def undone() -> Iterator[None]:
    """Undo whatever the block did; what must be outermost may be so within it, as in Django's own tests."""
    block: Any = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def lake_of(factory: pytest.TempPathFactory) -> Path:
    """The one place of all lakes of a worker: a bench that stays reaches its own data directory alone."""
    return factory.getbasetemp() / "data"


def city(build: Callable[[Any], Any], *, on: str | None = None, autouse: bool = False) -> tuple[Any, Any]:
    """Two fixtures of a module, to be kept under the name that its tests ask for and as ``_built``.

    ``build`` is given a folder, or, where the module's city stands ``on`` that of its directory (``ground``), a copy of what
    built that; what it returns is given to each test as a copy of its own. Tests that commit for good, or begin with
    nothing, stand in another module.
    """

    @pytest.fixture(scope="module")
    def built(
        request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Any]:
        if on is None:
            request.getfixturevalue("django_db_setup")
            yield from _stands(build, tmp_path_factory.mktemp("city"), django_db_blocker, tmp_path_factory)
            shutil.rmtree(lake_of(tmp_path_factory), ignore_errors=True)
        else:
            below = copy.deepcopy(request.getfixturevalue(on))
            yield from _stands(build, below, django_db_blocker, tmp_path_factory)

    @pytest.fixture(autouse=autouse)
    def each(_built: Any, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
        with django_db_blocker.unblock(), undone():
            yield copy.deepcopy(_built)

    return each, built


def ground(build: Callable[[Path], Any]) -> Any:
    """A fixture of a directory, whose modules' cities stand on what it builds: one worker has them all, one after another."""

    @pytest.fixture(scope="package")
    def built(
        django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Any]:
        yield from _stands(build, tmp_path_factory.mktemp("city"), django_db_blocker, tmp_path_factory)
        shutil.rmtree(lake_of(tmp_path_factory), ignore_errors=True)

    return built


def _stands(
    build: Callable[[Any], Any], given: Any, blocker: DjangoDbBlocker, factory: pytest.TempPathFactory
) -> Iterator[Any]:
    with blocker.unblock(), undone():
        with override_settings(DATA_DIR=lake_of(factory), PASSWORD_HASHERS=HASHERS):
            made = build(given)
        yield made
