"""Masking persons' numbers as SQL expressions, for DuckDB and, translated, for Spark.

Invariant: a list of texts that went through ``folded`` and then every one of ``PASSES`` holds of each text what
``personal_numbers.mask`` makes of it, or its folded form where that leaves it as it is, or NULL where it has nothing to
look at. Each pass is a step of its own: one within the other they would take an engine seconds to plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from quanxin.identifiers import kinds, sql
from quanxin.identifiers import personal_numbers as numbers
from quanxin.identifiers.personal_numbers import CARD_DIGITS, TWICE


def likely(texts: Sequence[str]) -> str:
    """BOOLEAN: whether any of the texts may hold a number; they are looked at as one, for that is done once."""
    return f"regexp_matches(concat_ws(chr(31), {', '.join(texts)}), {_quoted(numbers.LIKELY)})"


def folded(texts: Sequence[str]) -> str:
    """VARCHAR[]: the folded form of each text that is a candidate, NULL for the others."""
    candidate = f"regexp_matches(x, {_quoted(numbers.CANDIDATE)})"
    return f"list_transform([{', '.join(texts)}], lambda x: CASE WHEN {candidate} THEN {_folded('x')} END)"


def runs_masked(column: str) -> str:
    """VARCHAR[]: the texts without numbers that words speak of, or that stand in one run."""
    spoken = "f"
    for pattern, by in numbers.SPOKEN:
        spoken = f"regexp_replace({spoken}, '{pattern}', '{by}', 'g')"
    return f"list_transform({column}, lambda f: {_each(spoken, numbers.RUNS, _run())})"


def identities_and_cards_masked(column: str) -> str:
    """VARCHAR[]: the texts without identity and card numbers in groups."""
    return f"list_transform({column}, lambda f: {_each('f', numbers.IDENTITIES_AND_CARDS, _identity_or_card())})"


def mobiles_masked(column: str) -> str:
    """VARCHAR[]: the texts without mobile numbers in groups."""
    return f"list_transform({column}, lambda f: {_each('f', numbers.MOBILES, _grouped_mobile())})"


PASSES: tuple[Callable[[str], str], ...] = (runs_masked, identities_and_cards_masked, mobiles_masked)


def chosen(text: str, place: int, folded: str, masked: str) -> str:
    """VARCHAR: a text, or the masked one at its place (from 1) where that differs from the folded one."""
    before, after = f"list_extract({folded}, {place})", f"list_extract({masked}, {place})"
    return f"CASE WHEN {folded} IS NULL THEN {text} WHEN {after} <> {before} THEN {after} ELSE {text} END"


def _let(name: str, value: str, body: str) -> str:
    """``body`` with ``name`` standing for ``value``, which is computed once."""
    return f"list_extract(list_transform([{value}], lambda {name}: {body}), 1)"


def _folded(column: str) -> str:
    folded = f"translate({column}, {_quoted(numbers.FOLDED_FROM)}, {_quoted(numbers.FOLDED_BY)})"
    enclosed = f"translate(e, {_quoted(numbers.ENCLOSED_FROM)}, {_quoted(numbers.ENCLOSED_BY)})"
    return _let("e", folded, f"CASE WHEN regexp_matches(e, '{numbers.ENCLOSED_ROW}') THEN {enclosed} ELSE e END")


def _each(text: str, tokens: str, judged: str) -> str:
    """The text with each of its tokens ``t`` judged; ``n`` are the token's letters and digits, in capitals."""
    one = _let("n", "upper(regexp_replace(t, '[^0-9A-Za-z]', '', 'g'))", judged)
    return f"array_to_string(list_transform(regexp_extract_all({text}, '{tokens}'), lambda t: {one}), '')"


def _run() -> str:
    return (
        f"CASE WHEN {_is_identity(grouped=False)} THEN {_starred_identity()} "
        f"WHEN {_is_card('n')} THEN {_starred()} ELSE {_mobile('t')} END"
    )


def _identity_or_card() -> str:
    short = f"regexp_matches(t, '{numbers.SHORT_CARD}')"
    cards = _let(
        "k", f"list_filter([n, CASE WHEN {short} THEN substr(n, 1, 16) END], lambda k: {_is_card('k')})", _card_of()
    )
    landlines = f"regexp_extract(t, '{numbers.TWO_LANDLINES}', 1) = regexp_extract(t, '{numbers.TWO_LANDLINES}', 2)"
    no_card = (
        f"regexp_matches(t, '{numbers.NO_CARD}') OR (regexp_matches(t, '{numbers.TWO_LANDLINES}') AND {landlines})"
    )
    return (
        f"CASE WHEN NOT regexp_matches(t, '{numbers.IN_GROUPS}') THEN t "
        f"WHEN {_is_identity(grouped=True)} THEN concat({_starred_identity()}, {_TAIL}) "
        f"WHEN {no_card} THEN t ELSE {cards} END"
    )


def _card_of() -> str:
    """The token with the first of the card numbers ``k`` starred, or as it is without one."""
    card = "list_extract(k, 1)"
    rest = f"CASE WHEN length({card}) < length(n) THEN concat(' ', substr(n, 17)) ELSE '' END"
    stars = f"concat(substr(n, 1, 6), repeat('*', length({card}) - 6), {rest}, {_TAIL})"
    return f"CASE WHEN {card} IS NOT NULL THEN {stars} ELSE t END"


def _grouped_mobile() -> str:
    asked = (
        f"regexp_matches(t, '{numbers.IN_GROUPS}') AND regexp_matches(n, '{numbers.MOBILE}') "
        f"AND regexp_matches(t, '{numbers.GROUPS_OF_A_MOBILE}') AND NOT regexp_matches(t, '{numbers.NO_MOBILE}')"
    )
    return f"CASE WHEN {asked} THEN concat({_mobile('n')}, {_TAIL}) ELSE t END"


_TAIL = f"regexp_extract(t, '{numbers.TAIL}', 1)"


def _is_identity(*, grouped: bool) -> str:
    right = _let("k", "regexp_extract(n, '([0-9]{17}[0-9X])', 1)", sql.identity_sum_ok("k"))
    usual = f" AND regexp_matches(t, '{numbers.USUAL}')" if grouped else ""
    return (
        f"regexp_matches(n, '{numbers.CHECKED}') AND ({right} OR (regexp_matches(n, '{numbers.SURE}'){usual})) "
        f"AND NOT (regexp_matches(n, '{kinds.LAYOUT}') AND length(n) = 18 AND {sql.uscc_sum_ok('n')})"
    )


def _is_card(number: str) -> str:
    padded = f"lpad({number}, {CARD_DIGITS}, '0')"
    places = (
        f"strpos('{TWICE if n % 2 else '0123456789'}', substr({padded}, {n + 1}, 1)) - 1" for n in range(CARD_DIGITS)
    )
    twice = " + ".join(places)
    return (
        f"regexp_matches({number}, '{numbers.CARD}') AND ({twice}) % 10 = 0 "
        f"AND NOT regexp_matches({number}, '{numbers.DATED}')"
    )


def _mobile(text: str) -> str:
    return f"regexp_replace({text}, '{numbers.MOBILE}', '\\1********\\2', 'g')"


def _starred() -> str:
    return "concat(substr(n, 1, 6), repeat('*', length(n) - 6))"


def _starred_identity() -> str:
    return r"regexp_replace(n, '([0-9]{6})[0-9]{11}[0-9X]', '\1************', 'g')"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
