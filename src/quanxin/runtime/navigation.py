"""The links of a face, as slices declare them.

Invariant: nobody is offered what would be refused: a link of the desk is shown to the roles that its page is opened to, and to
no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from quanxin.runtime import slices
from quanxin.runtime.slices import Face, Link


@dataclass(frozen=True, slots=True)
class Shown:
    """A link for one person: ``current`` is "page" on its own page, "true" on one that belongs to it, else ""."""

    address: str
    words: str | Promise
    current: str
    count: int


def of(face: Face, path: str, *, roles: frozenset[str] = frozenset(), who: Any = None) -> Iterator[Shown]:
    """The links of a face for somebody, on the page of an address; ``who`` is what the face knows of them."""
    links = [link for link in slices.links(face) if (face is not Face.DESK or link.roles & roles) and link.shown(who)]
    addresses = [reverse(link.page) for link in links]
    above = [
        one for one in addresses if not one.endswith("/") and f"{path}/".startswith(f"{one}/")
    ]  # a home has all below it
    nearest = max(above, key=len, default="")
    for link, address in zip(links, addresses, strict=True):
        count = slices.load(link.count)(who) if link.count else 0
        yield Shown(address, link.title, _current(link, address, path, nearest), count)


def _current(link: Link, address: str, path: str, nearest: str) -> str:
    if path == address:
        return "page"
    return "true" if address == nearest or any(path.startswith(other) for other in link.also) else ""
