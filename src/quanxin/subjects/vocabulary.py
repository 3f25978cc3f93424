"""The words that organisation names are made of, as the pack in force gives them.

Invariant: places, legal forms and words of trades are data (code sets ``place-names``, that of divisions,
``organisation-form``, ``industry-words``); a city's pack adds to them and no word of them stands in Python.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from quanxin.calendar import today
from quanxin.engine import normalise_name
from quanxin.policy import Rules
from quanxin.policy.model import Code
from quanxin.runtime.pack import current_pack

_SUFFIX = re.compile("(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|地区|省|市|盟)$")


@dataclass(frozen=True, slots=True)
class Form:
    """A legal or other form: its canonical word and its kind (company, cooperative, branch, outlet …)."""

    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by their text. ``places`` and ``forms`` are looked up longest first."""

    places: Mapping[str, str]
    full_places: Mapping[str, str]
    forms: Mapping[str, Form]
    trades: frozenset[str]
    longest: int

    def codes_of(self, region: Iterable[str]) -> tuple[str, ...]:
        """The division codes of place names as ``parse`` gives them; those that have none are left out."""
        return tuple(code for name in region if (code := self.full_places.get(name)))


def vocabulary() -> Vocabulary:
    """The words in force today."""
    return _vocabulary(today())


@lru_cache(maxsize=4)
def _vocabulary(day: dt.date) -> Vocabulary:
    return build(current_pack().on(day))


def build(rules: Rules) -> Vocabulary:
    """The words of the rules of a day."""
    sets = rules.code_sets
    places: dict[str, str] = {}
    for code in (*sets["place-names"].codes, *rules.divisions):
        places |= dict.fromkeys(_words(code), _bare(code))
    full = {_bare(c): c.value for c in (*rules.divisions, *sets["place-names"].codes)}
    forms = {
        normalise_name(word): Form(code.value, str(code.attributes["kind"]))
        for code in sets["organisation-form"].codes
        for word in _words(code)
    }
    trades = frozenset(word for code in sets["industry-words"].codes for word in _words(code))
    longest = max(map(len, (*places, *forms, *trades)))
    return Vocabulary(places, full, forms, trades, longest)


def _words(code: Code) -> list[str]:
    own = code.value if not code.value.isdigit() else code.title.zh
    return [own, *code.aliases]


def _bare(code: Code) -> str:
    """A place as it is compared: its name without 省, 市 and the like."""
    return code.aliases[0] if code.aliases else _SUFFIX.sub("", code.title.zh)
