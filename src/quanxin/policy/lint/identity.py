"""Lints about what a city's site is known by.

Invariant: under a pack that passes, whatever is written in the city's colours can be read, and its divisions are listed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanxin.policy.pack import Pack
from quanxin.policy.site import READABLE, contrast

Found = Iterator[tuple[str, str]]
PAPER, INK, ON_DEEP = "#fffefb", "#18292c", "#f3f1ea"  # the grounds and texts of the style sheet


def colours_unreadable(pack: Pack, today: dt.date) -> Found:
    """A colour of the site in which, or on which, text cannot be read (contrast under 4.5:1)."""
    if (own := pack.site.colours) is None:
        return
    pairs = {
        "accent": (own.accent, PAPER),
        "deep": (ON_DEEP, own.deep),
        "pale": (INK, own.pale),
        "mist": (INK, own.mist),
    }
    for name, (text, ground) in pairs.items():
        if (ratio := contrast(text, ground)) < READABLE:
            yield f"site/colours/{name}", f"{text} on {ground} has a contrast of {ratio:.2f}, asked are {READABLE}"


def divisions_unknown(pack: Pack, today: dt.date) -> Found:
    """A pack whose divisions are declared by the key of no code set in force, or that do not hold its own region."""
    if pack.divisions is None:
        return
    found = pack.on(today).code_sets.get(pack.divisions)
    if found is None:
        yield "pack/divisions", f"no code set {pack.divisions} is in force"
    elif pack.region not in {code.value for code in found.codes}:
        yield "pack/divisions", f"{pack.divisions} does not hold the region {pack.region}"
