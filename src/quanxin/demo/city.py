"""The population of the sample city.

Invariant: the same seed and size give the same members; every member has a code of its own, formed by the rules and
marked as a sample by the letters QX where registers write their serial, and no member is a natural person that exists.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from quanxin.demo import names
from quanxin.demo.place import here
from quanxin.identifiers.organisation import check_character as organisation_check
from quanxin.identifiers.registration import check_digit as registration_check
from quanxin.identifiers.uscc import check_character as code_check
from quanxin.policy.model import Code

# Shares of the subject types, in thousandths: about what a provincial capital registers.
SHARES = {
    "enterprise": 405, "sole-trader": 525, "cooperative": 15, "organ": 6, "institution": 12, "mass-organisation": 2,
    "social-group": 8, "private-non-enterprise": 10, "foundation": 1, "village-committee": 8, "law-firm": 3,
    "collective": 5,
}  # fmt: skip
PREFIXES = {
    "enterprise": "91", "sole-trader": "92", "cooperative": "93", "organ": "11", "institution": "12",
    "mass-organisation": "13", "social-group": "51", "private-non-enterprise": "52", "foundation": "53",
    "village-committee": "54", "law-firm": "31", "collective": "N2",
}  # fmt: skip
SERIAL = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class Member:
    """One subject of the sample city."""

    number: int
    type: str
    code: str
    name: str
    division: str
    division_name: str
    established: dt.date
    representative: str
    registration_number: str
    address: str
    closed: dt.date | None = None  # the day on which its register ended it

    @property
    def organisation_code(self) -> str:
        return self.code[8:17]


def populate(random: Random, size: int, divisions: Sequence[Code], day: dt.date) -> list[Member]:
    """``size`` members over the divisions, established before ``day``; at least one of every type."""
    places = [(c.value, c.title.zh) for c in divisions if not c.value.endswith("00")]
    city = next(((c.value, c.title.zh) for c in divisions if c.value.endswith("00")), places[0])
    counts = {kind: max(1, size * share // 1000) for kind, share in SHARES.items()}
    counts["sole-trader"] += size - sum(counts.values())
    taken: set[str] = set()
    members: list[Member] = []
    for kind, count in counts.items():
        for n in range(count):
            home = [city] if kind == "organ" and n == 0 else places  # the first plans and draws for the whole city
            members.append(_member(random, kind, n, len(members), home, taken, day))
    return members


def _member(
    random: Random, kind: str, n: int, number: int, places: list[tuple[str, str]], taken: set[str], day: dt.date
) -> Member:
    division, place = places[n % len(places)] if kind in ("organ", "institution") else random.choice(places)
    name = _name(random, kind, n // len(places), place)
    while name in taken:
        name = _name(random, kind, n // len(places), place)
    taken.add(name)
    return Member(
        number=number,
        type=kind,
        code=code_of(PREFIXES[kind], division, number),
        name=name,
        division=division,
        division_name=place,
        established=day - dt.timedelta(days=random.randrange(400, 9000)),
        representative=names.person(random),
        registration_number=registration_of(division, kind, number),
        address=names.address(random, place),
        closed=_end(kind, number, day),
    )


def _end(kind: str, number: int, day: dt.date) -> dt.date | None:
    """The day on which one in thirty-three companies ended; everybody was founded more than 400 days ago."""
    ended = kind == "enterprise" and number % 33 == 5
    return day - dt.timedelta(days=60 + number * 37 % 300) if ended else None


def _name(random: Random, kind: str, n: int, place: str) -> str:
    makers = {
        "enterprise": lambda: names.enterprise(random, place),
        "sole-trader": lambda: names.sole_trader(random, place),
        "cooperative": lambda: names.cooperative(random, place),
        "organ": lambda: names.organ(n, place),
        "institution": lambda: names.institution(n, place),
        "mass-organisation": lambda: f"{here().of(place)}{names.trade_name(random)}联合会",
        "social-group": lambda: names.social_group(random, place),
        "private-non-enterprise": lambda: names.private_non_enterprise(random, place),
        "foundation": lambda: names.foundation(random),
        "village-committee": lambda: names.village_committee(random, place),
        "law-firm": lambda: names.law_firm(random),
        "collective": lambda: names.collective(random, place),
    }
    return makers[kind]()


def code_of(prefix: str, division: str, number: int) -> str:
    """A 统一社会信用代码 with valid check characters whose serial begins with QX."""
    serial, rest = "", number
    for _ in range(6):
        rest, digit = divmod(rest, len(SERIAL))
        serial = SERIAL[digit] + serial
    body = f"QX{serial}"
    stem = f"{prefix}{division}{body}{organisation_check(body)}"
    return stem + code_check(stem)


def registration_of(division: str, kind: str, number: int) -> str:
    """A 15-digit registration number with a valid check digit; its serial says sole trader or enterprise."""
    stem = f"{division}{'6' if kind == 'sole-trader' else '2'}{number:07d}"
    return stem + registration_check(stem)
