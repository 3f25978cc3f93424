"""Administrative divisions by their codes (GB/T 2260): a province, a city, a district.

Invariant: what lies within a division is told by the code alone, in one way everywhere.
"""

from __future__ import annotations

import re


def region_of(code: str) -> str:
    """The division that registered an organisation, by its code or its old registration number; "" where none says so."""
    found = code[2:8] if len(code) == 18 else code[:6]
    return found if found.isascii() and found.isdecimal() and len(found) == 6 else ""


def places_of(code: str) -> str:
    """What the codes of all places within a division begin with: a city's is four digits long, "" is everywhere."""
    return re.sub("(00)+$", "", code)
