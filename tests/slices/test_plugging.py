"""A room plugs in by one declaration: everything of it appears everywhere, and is gone when it is taken out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import get_resolver, path, reverse
from ninja import Router

from quanxin.api.interface import said_whom
from quanxin.casework import representation
from quanxin.pages import gates
from quanxin.runtime import slices
from quanxin.runtime.slices import Face, Slice
from tests.slices.inventory import inventory

# What the slice of the tests adds, by kind.
OURS = {
    "routes": ["api:notes", "desk:notes", "my:notes", "portal:notes"],
    "links": ["desk:notes", "my:notes", "portal:notes"],
    "operations": ["/api/v1/notes"],
    "commands": ["notes"],
    "checks": ["notes"],
    "jobs": ["notes.end", "notes.follow", "notes.tidy"],
    "terms": ["notes"],
    "handlers": ["notes", "notes.watch"],
    "demo": ["notes"],
    "apps": ["tests.slices.notes"],
    "docs": ["slices/notes/notes.md"],
    "documented": ["## `notes` 记事 / Notes", "## `quanxin notes`"],
}


def test_it_adds_what_it_declares_and_nothing_of_it_is_left_without_it(root: Path, tmp_path: Path) -> None:
    own = {"PYTHONPATH": str(root), "QUANXIN_DATA_DIR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-m", "tests.slices.plug"],
        cwd=root,
        env=dict(os.environ) | own,
        capture_output=True,
        check=True,
    )
    with_it, without = json.loads(told.stdout), inventory()
    assert set(with_it) == set(without) == set(OURS)
    for kind, there in without.items():
        added = Counter(with_it[kind]) - Counter(there)
        assert sorted(added.elements()) == OURS[kind], kind
        assert not Counter(there) - Counter(with_it[kind]), kind


@pytest.mark.slow
def test_where_it_is_plugged_in_everything_of_it_works(root: Path) -> None:
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.slices.plug",
            "-p",
            "no:cacheprovider",
            "tests/slices/plugged.py",
        ],
        cwd=root,
        env=dict(os.environ) | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]


def test_the_page_for_developers_shows_its_thirty_lines(root: Path) -> None:
    declared = (root / "tests/slices/notes/slice.py").read_text(encoding="utf-8")
    assert declared in (root / "docs/developers/slices.md").read_text(encoding="utf-8")
    assert len(declared.splitlines()) <= 30


def names(one: Slice) -> Iterator[str]:
    """Everything that a declaration names."""
    yield from (*one.pages.values(), *one.routers, *one.commands, *one.handlers, *one.demo.values())
    yield from (*one.health.values(), *one.deep.values(), *one.works.values())
    yield from (*(job.act for job in one.jobs), *(term.remove for term in one.terms))
    yield from (link.count for link in one.links if link.count)


@pytest.mark.parametrize("package", slices.PACKAGES)
def test_everything_that_is_declared_is_there(package: str) -> None:
    one = dict(slices.packages())[package]
    for name in names(one):
        assert slices.load(name) is not None, name
    for link in one.links:
        assert reverse(link.page)


def test_nothing_is_declared_twice() -> None:
    every = list(slices.plugged())
    for found in (
        [one.key for one in every],
        [key for one in every for key in one.works],
        [link.page for one in every for link in one.links],
        [name for one in every for name in (*one.health, *one.deep)],
        [name for one in every for name in (*(job.name for job in one.jobs), *(term.job for term in one.terms))],
    ):
        assert [name for name, times in Counter(found).items() if times > 1] == []


def test_a_link_of_the_desk_is_shown_to_whom_its_page_opens_and_to_nobody_else() -> None:
    for link in slices.links(Face.DESK):
        view = get_resolver().resolve(reverse(link.page)).func
        assert link.roles == view.roles, link.page  # type: ignore[attr-defined]


def test_what_does_not_say_to_whom_it_opens_is_not_plugged_in() -> None:
    for closed in (gates.closed, representation.closed):
        with pytest.raises(TypeError, match="open"):
            closed(path("x", lambda request: None, name="x"))  # type: ignore[arg-type,misc,return-value]
    router = Router()
    router.add_api_operation("/x", ["GET"], lambda request: {})
    with pytest.raises(TypeError, match="GET /x let in"):
        said_whom(router)
