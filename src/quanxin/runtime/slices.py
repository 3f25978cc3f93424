"""Slices: what a room adds to the house, in one declaration, ``slice.py`` of its package.

Invariant: a shell knows no slice by name. It asks here what those that are plugged in declare; a package that is taken out
of ``PACKAGES`` leaves nothing behind.

A declaration is read before Django is set up: what needs Django is named, ``"package.module:name"``, and loaded by the
shell that uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from django.utils.functional import Promise

# The packages that are plugged in, from the floor up; each has a ``slice.py`` with its ``SLICE``.
PACKAGES: tuple[str, ...] = (
    "quanxin.accounts",
    "quanxin.api",
    "quanxin.subjects",
    "quanxin.ledger",
    "quanxin.archive",
    "quanxin.attachments",
    "quanxin.pages",
    "quanxin.documents",
    "quanxin.work",
    "quanxin.casework",
    "quanxin.intake",
    "quanxin.sharing",
    "quanxin.evaluation",
    "quanxin.rights",
    "quanxin.commitments",
    "quanxin.measures",
    "quanxin.checks",
    "quanxin.supervision",
    "quanxin.reports",
    "quanxin.desk",
    "quanxin.my",
    "quanxin.web",
    "quanxin.cli",
)

Name = str  # "package.module:name"


class Face(StrEnum):
    """Who sees pages; also the namespace of their addresses."""

    DESK = "desk"  # departments and the centre
    MY = "my"  # whoever stands for a subject
    PORTAL = "portal"  # everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a face's navigation, to a page by the name of its address (``desk:home``).

    At the desk it is shown to ``roles``, in ``my`` to whoever ``shown`` says, given the standing; a portal's is shown to all.
    ``place`` orders them, the smaller first. ``also`` are the beginnings of other addresses that belong to it; ``count``
    names what it counts for whom it is shown to.
    """

    page: str
    title: str | Promise
    place: int = 100
    roles: frozenset[str] = frozenset()
    shown: Callable[[Any], bool] = lambda _: True
    also: tuple[str, ...] = ()
    count: Name = ""

    @property
    def face(self) -> Face:
        return Face(self.page.partition(":")[0])


@dataclass(frozen=True, slots=True)
class Job:
    """Something that the worker does by time (``runtime.jobs.every``): when, what, and its name."""

    cron: str
    act: Name
    name: str


@dataclass(frozen=True, slots=True)
class Term:
    """What is kept for a while: how it is called, what removes what is over (and returns how much), when, in which job."""

    kind: str
    cron: str
    remove: Name
    job: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """What an act of the audit leaves in the public log: of which kind, and which of its particulars its receipt says."""

    kind: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What a room adds to the house.

    ``django`` says whether it is a Django app. Of each face: its ``links``, and by ``pages`` a list of URL patterns.
    ``routers`` are the interface's, each of whose operations says who is let in; ``commands`` are functions that are
    given the command line. ``health`` are the checks of ``quanxin doctor`` by their names, ``deep`` those of
    ``--deep``. ``jobs`` recur, ``terms`` end; ``works`` are kinds of long work by their keys (``work.kinds``);
    ``handlers`` subscribe to events (``archive.events``). ``panels`` are what the page of a case at the desk shows besides,
    by its procedure: functions of an actor and a case that return a template and what it shows. ``leaves`` are the acts of
    the audit that the public log commits to, by their names; ``lines`` are given the lines of the audit within their act.
    ``demo`` are what the sample city makes besides, by the key of its outcome: functions of an actor and of whom to tell
    the steps. ``docs`` are Markdown files beside the declaration.
    """

    key: str
    title: tuple[str, str]  # Chinese, English
    django: bool = True
    links: tuple[Link, ...] = ()
    pages: Mapping[Face, Name] = field(default_factory=dict)
    routers: tuple[Name, ...] = ()
    commands: tuple[Name, ...] = ()
    health: Mapping[str, Name] = field(default_factory=dict)
    deep: Mapping[str, Name] = field(default_factory=dict)
    jobs: tuple[Job, ...] = ()
    terms: tuple[Term, ...] = ()
    works: Mapping[str, Name] = field(default_factory=dict)
    handlers: tuple[Name, ...] = ()
    panels: Mapping[str, Name] = field(default_factory=dict)
    leaves: Mapping[str, Leaf] = field(default_factory=dict)
    lines: tuple[Name, ...] = ()
    demo: Mapping[str, Name] = field(default_factory=dict)
    docs: tuple[str, ...] = ()


def plugged() -> Iterator[Slice]:
    """The slices that are plugged in, from the floor up."""
    return (one for _, one in packages())


def packages() -> Iterator[tuple[str, Slice]]:
    """The same, each with the name of its package."""
    for package in PACKAGES:
        yield package, import_module(f"{package}.slice").SLICE


def load(name: Name) -> Any:
    """What a declaration names. Raises ``ImportError`` or ``AttributeError`` where nothing has the name."""
    return resolve_name(name)


def apps() -> list[str]:
    """The Django apps of the slices."""
    return [package for package, one in packages() if one.django]


def links(face: Face) -> list[Link]:
    """The links of a face, in the order of their places."""
    return sorted((link for one in plugged() for link in one.links if link.face is face), key=lambda link: link.place)


def pages(face: Face) -> Iterator[Any]:
    """The URL patterns that slices add to a face."""
    for one in plugged():
        if face in one.pages:
            yield from load(one.pages[face])


def routers() -> Iterator[Any]:
    """The routers of the interface."""
    return (load(name) for one in plugged() for name in one.routers)


def commands() -> Iterator[Callable[[Any], None]]:
    """What adds commands to the command line, the shell's own first."""
    return (load(name) for one in reversed(tuple(plugged())) for name in one.commands)


def checks(*, deep: bool) -> Iterator[tuple[str, Name]]:
    """The checks of ``quanxin doctor`` by their names, those of ``--deep`` last."""
    for one in plugged():
        yield from one.health.items()
    for one in plugged() if deep else ():
        yield from one.deep.items()


def terms() -> Iterator[Term]:
    """What has a term."""
    return (term for one in plugged() for term in one.terms)


def works() -> dict[str, Name]:
    """The kinds of long work by their keys."""
    return {key: name for one in plugged() for key, name in one.works.items()}


def panel(procedure: str) -> Name:
    """What the page of a case of a procedure shows besides; "" for nothing."""
    return next((one.panels[procedure] for one in plugged() if procedure in one.panels), "")


@cache
def leaves() -> dict[str, Leaf]:
    """The acts of the audit that the public log commits to."""
    return {act: leaf for one in plugged() for act, leaf in one.leaves.items()}


@cache
def lines() -> tuple[Callable[[Sequence[Any]], object], ...]:
    """What is given the lines of the audit within their act."""
    return tuple(load(name) for one in plugged() for name in one.lines)


def documents() -> Iterator[tuple[str, Path]]:
    """The pages of documentation that slices bring: where they stand under ``docs``, and their file."""
    for package, one in packages():
        folder = Path(str(import_module(f"{package}.slice").__file__)).parent
        yield from ((f"slices/{one.key}/{name}", folder / name) for name in one.docs)
