"""Numbers of persons inside free text: identity, mobile and bank card numbers (V11); the one place that tells them.

Invariant: Python and SQL find the same numbers in every text, and a masked text has none. What is no person's stays:
document numbers, codes of organisations, amounts, dates.

A text is cut into runs of letters and digits, and into numbers written in groups (138 0000 0000). A run is

- an identity number, if it has the form and a plausible day of birth; one of 2000 or later, which a document number made
  of district, date and serial resembles, and one that begins with 8 or 9 only with the right check character; and none
  that is rather a 统一社会信用代码 (``kinds.LAYOUT``);
- an identity number of 15 digits, if the words before it speak of a document: alone it looks like too much else;
- a mobile number, with or without letters at its ends; a bank card number, if its check digit (Luhn) is right.

Digits may be full width. ``CANDIDATE`` and ``LIKELY`` are cheap questions, true wherever any of this may be found: one
to be asked of every cell, the other of those few that remain.
"""

from __future__ import annotations

import re

from quanxin.identifiers import identity, kinds, sql, uscc

_WIDE, _NARROW, _GAPS = "０１２３４５６７８９Ｘｘx", "0123456789XXX", " -－\u3000"
_TABLE = str.maketrans(_WIDE, _NARROW, _GAPS)
_D, _GAP, _WORD = "[0-9０-９]", "[-－ \u3000]", "0-9０-９A-Za-zＡ-Ｚａ-ｚ"
_GROUPS = (
    f"{_D}{{6}}{_GAP}{_D}{{8}}{_GAP}{_D}{{3}}[0-9０-９XxＸｘ]",
    f"{_D}{{4}}{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}(?:{_GAP}{_D}{{1,3}})?",
    f"[1１]{_D}{{2}}{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}",
)
# A text as its runs, one after the other: nothing is between them.
RUNS = f"{'|'.join(_GROUPS)}|[{_WORD}]+|[^{_WORD}]+"
CANDIDATE = f"{_D}{{11}}|{_D}{{4}}{_GAP}{_D}{{4}}|{_D}{{6}}{_GAP}{_D}{{8}}{_GAP}"
_BEGINS, _ENDS = f"(?:^|[^{_WORD}])", f"(?:$|[^{_WORD}])"
LIKELY = (
    f"{_BEGINS}{_D}{{16,19}}{_ENDS}|{_BEGINS}{_D}{{17}}[XxＸｘ]{_ENDS}|(?:^|[^0-9０-９])[1１][3-9３-９]{_D}{{9}}(?:$|[^0-9０-９])"
    f"|{_D}{{4}}{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}|[1１]{_D}{{2}}{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}|{_D}{{6}}{_GAP}{_D}{{8}}{_GAP}{_D}{{3}}"
    "|(?:身份证|身份号码|证件号|证号)[^0-9]{0,8}[0-9]{15}"
)

_DISTRICT = f"{identity.PROVINCE.replace('(', '(?:')}[0-9]{{4}}"
_MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
# Of the last century and of this country: too early for a document's number to look like it.
SURE = f"^{_DISTRICT}19[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}[0-9X]$"
CHECKED = f"^(?:{_DISTRICT}|[89][0-9]{{5}})(?:19|20)[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}[0-9X]$"
DATED = (
    f"^{_DISTRICT}(?:19|20)[0-9]{{2}}{_MONTH_DAY}[0-9]*$"  # district, date and serial: what documents are numbered by
)
MOBILE = "^([A-Za-z]*1[3-9][0-9])[0-9]{8}([A-Za-z]*)$"
CARD = "^(?:62[0-9]{14,17}|[45][0-9]{15}|35[0-9]{14}|9558[0-9]{12,15})$"
LEGACY = f"^{_DISTRICT}[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}$"
# An old number with the words before it and what ends it, its first six digits kept.
SPOKEN = f"((?:身份证|身份号码|证件号|证号)[^0-9]{{0,8}}{_DISTRICT})[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}([^0-9A-Za-z]|$)"
_CARD_DIGITS = 19
_TWICE = "0516273849"  # the place of a digit in it is the sum of the digits of twice that digit


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("$", r"\Z"))  # in Python "$" would let a line feed follow


_RUNS, _CANDIDATE, _SPOKEN = _compiled(RUNS), _compiled(CANDIDATE), _compiled(SPOKEN)
_SURE, _CHECKED, _DATED, _MOBILE, _CARD = map(_compiled, (SURE, CHECKED, DATED, MOBILE, CARD))
_RESEMBLES = (_CHECKED, _MOBILE, _CARD, _compiled(LEGACY))
_LAYOUT = re.compile(kinds.LAYOUT)


def mask(text: str) -> str:
    """A text without the persons' numbers in it: their first digits (6, of mobile numbers 3) and stars."""
    if _CANDIDATE.search(text) is None:
        return text
    return "".join(_run(run) for run in _RUNS.findall(_SPOKEN.sub(r"\1*********\2", text)))


def may_be_in(text: str) -> bool:
    """Whether a text holds what has the form of a person's number, right or mistyped; for what is kept sealed anyway."""
    return _CANDIDATE.search(text) is not None and any(_resembles(run) for run in _RUNS.findall(text))


def mask_whatever_resembles(text: str) -> str:
    """The same as ``mask`` of all that has the form of such a number; for texts that did not pass the checks."""
    if _CANDIDATE.search(text) is None:
        return text
    return "".join(_starred(run) if _resembles(run) else run for run in _RUNS.findall(mask(text)))


def masked(column: str) -> str:
    """VARCHAR: ``mask`` of a text, for DuckDB and, translated, for Spark; dear, so for the texts of ``LIKELY`` alone."""
    spoken = f"regexp_replace({column}, '{SPOKEN}', '\\1*********\\2', 'g')"
    number = f"translate(t, '{_WIDE}{_GAPS}', '{_NARROW}')"
    kept = "concat(substr(n, 1, 6), repeat('*', length(n) - 6))"
    twice = "".join(
        f"{' + ' if n else ''}strpos('{_TWICE if n % 2 else '0123456789'}', substr(lpad(n, {_CARD_DIGITS}, '0'), {n + 1}, 1)) - 1"
        for n in range(_CARD_DIGITS)
    )
    code = sql.uscc_sum_ok("n")
    run = (
        f"CASE WHEN regexp_matches(n, '{CHECKED}') AND (regexp_matches(n, '{SURE}') OR {sql.identity_sum_ok('n')}) "
        f"THEN CASE WHEN regexp_matches(n, '{kinds.LAYOUT}') AND {code} THEN t ELSE {kept} END "
        f"WHEN regexp_matches(n, '{CARD}') AND ({twice}) % 10 = 0 AND NOT regexp_matches(n, '{DATED}') THEN {kept} "
        f"WHEN regexp_matches(n, '{MOBILE}') THEN regexp_replace(n, '{MOBILE}', '\\1********\\2', 'g') ELSE t END"
    )
    runs = f"regexp_extract_all({spoken}, '{RUNS}')"
    one = f"list_extract(list_transform([{number}], lambda n: {run}), 1)"
    return f"array_to_string(list_transform({runs}, lambda t: {one}), '')"


def _run(run: str) -> str:
    number = run.translate(_TABLE)
    if _is_identity(number):
        # a code of an organisation that happens to look like a person's number
        return run if _LAYOUT.search(number) and uscc.check(number).text == "valid" else _starred(run)
    if _CARD.search(number) and _luhn(number) and not _DATED.search(number):
        return _starred(run)
    return _MOBILE.sub(r"\1********\2", number) if _MOBILE.search(number) else run


def _starred(run: str) -> str:
    number = run.translate(_TABLE)
    return number[:6] + "*" * (len(number) - 6)


def _resembles(run: str) -> bool:
    number = run.translate(_TABLE)
    return any(form.search(number) for form in _RESEMBLES)


def _is_identity(number: str) -> bool:
    if not _CHECKED.search(number):
        return False
    return _SURE.search(number) is not None or identity.check_character(number[:17]) == number[17]


def _luhn(number: str) -> bool:
    digits = number.zfill(_CARD_DIGITS)
    return sum(_TWICE.index(d) if n % 2 else int(d) for n, d in enumerate(digits)) % 10 == 0
