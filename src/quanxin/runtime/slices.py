"""Slices: what a room adds to the house, in one declaration, ``slice.py`` of its package.

Invariant: a shell knows no slice by name. It asks here what the slices that are plugged in declare; one that is taken out
of ``PACKAGES`` leaves nothing behind.

A declaration is read before Django is set up: what needs Django is named, ``"package.module:name"``, and loaded by whoever
uses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import resolve_name
from typing import Any

# The packages that are plugged in, from the floor up; each has a ``slice.py`` with its ``SLICE``.
PACKAGES: tuple[str, ...] = ("quanxin.exchange", "quanxin.evaluation", "quanxin.rights")

Name = str  # "package.module:name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What a room adds to the house. ``handlers`` are its subscribers to events (``archive.events``)."""

    key: str
    handlers: tuple[Name, ...] = ()


def plugged() -> Iterator[Slice]:
    """The slices that are plugged in, from the floor up."""
    for package in PACKAGES:
        yield import_module(f"{package}.slice").SLICE


def load(name: Name) -> Any:
    """What a declaration names. Raises ``ImportError`` or ``AttributeError`` where nothing has the name."""
    return resolve_name(name)
