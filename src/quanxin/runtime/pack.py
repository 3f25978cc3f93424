"""The policy pack in use.

Invariant: a process works under one pack from beginning to end.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings

from quanxin.policy import Pack, load, locate


@cache
def current_pack() -> Pack:
    """The pack that ``QUANXIN_PACK`` names, read once."""
    return load(settings.PACK)


def located(where: str) -> str | None:
    """Where a part of the pack in use stands that a lint speaks of: file and line."""
    return locate(settings.PACK, where)
