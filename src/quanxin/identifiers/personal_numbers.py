"""Numbers of persons inside free text: identity, mobile, bank card, passport and permit numbers (V11); the one place
that tells them.

Invariant: Python and SQL (``personal_numbers_sql``) find the same numbers in every text, and a masked text has none.
What is no person's stays: document numbers, codes of organisations, registration numbers, land certificates, landlines,
amounts, dates.

A text is first folded: digits of every form to 0-9, what is not seen away. Then it is looked through in passes, each of
which cuts it into candidates, runs of letters and digits, and what lies between:

- numbers that the words before them speak of (身份证, 护照): of 18 digits even where mistyped, of 15, of passports;
- runs without a gap: an identity number with a plausible day of birth, of 2000 or later only with the right check
  character and never a 统一社会信用代码 (``kinds.LAYOUT``); a card number with the right check digit (Luhn); a mobile
  number, with 86 before it and letters at its ends or without;
- the same in groups, with blanks, line breaks, hyphens, dots, slashes or brackets between: the gaps fall on the ends of
  the number, and what is rather a date, an amount, an address of the network or two landlines is left.

``CANDIDATE`` and ``LIKELY`` are cheap questions, true wherever any of this may be found: one to be asked of every cell,
the other of those few that remain.
"""

from __future__ import annotations

import re

from quanxin.identifiers import identity, kinds, registration, uscc
from quanxin.identifiers.folding import BLANKS, DIGITS, ENCLOSED, HYPHENS, INVISIBLE, class_of

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WIDE_LETTERS = "".join(chr(ord(c) + 0xFEE0) for c in _LETTERS + _LETTERS.upper())
# The folding, as ``translate`` takes it: what is beyond the second text goes.
FOLDED_FROM = "".join(DIGITS) + _WIDE_LETTERS + INVISIBLE
FOLDED_BY = "".join(DIGITS.values()) + _LETTERS + _LETTERS.upper()
ENCLOSED_FROM, ENCLOSED_BY = "".join(ENCLOSED), "".join(ENCLOSED.values())
FOLDABLE = f"[{class_of([*DIGITS, *_WIDE_LETTERS, *INVISIBLE])}]"

_BETWEEN = f"{BLANKS}{HYPHENS}.．·・•∙/／∕⁄\\＼_＿()（）[]［］【】"
_ANY_GAP = f"[{class_of({*_BETWEEN, *INVISIBLE})}]*"
_G, _GAP = f"[{class_of(set(_BETWEEN))}]{{0,4}}", f"[{class_of(set(_BETWEEN))}]{{1,4}}"
# A row of enclosed digits (①③⑧) is a number; one or two are marks of a list.
ENCLOSED_ROW = f"(?:[{class_of(ENCLOSED)}]{_ANY_GAP}){{2}}[{class_of(ENCLOSED)}]"
_ANY_DIGIT = f"[0-9{class_of([*DIGITS, *ENCLOSED])}]"
_PAPERS = "护照|通行证|台胞证|回乡证|居留证"
CANDIDATE = f"(?:{_ANY_DIGIT}{_ANY_GAP}){{10}}{_ANY_DIGIT}|{_PAPERS}"

_PROVINCE = identity.PROVINCE.replace("(", "(?:")
_DISTRICT = f"{_PROVINCE}[0-9]{{4}}"
_MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
# Of the last century and of this country: too early for a document's number to look like it.
SURE = f"^{_DISTRICT}19[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}[0-9X]$"
CHECKED = f"^[A-Z]{{0,8}}(?:{_DISTRICT}|[89][0-9]{{5}})(?:19|20)[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}(?:X|[0-9](?:[A-WYZ][A-Z]*)?)$"
DATED = (
    f"^{_DISTRICT}(?:19|20)[0-9]{{2}}{_MONTH_DAY}[0-9]*$"  # district, date and serial: what documents are numbered by
)
MOBILE = "^([A-Za-z]*(?:(?:00)?86)?1[3-9][0-9])[0-9]{8}([A-Za-z]*)$"
CARD = "^(?:62[0-9]{14,17}|[45][0-9]{15}|35[0-9]{14}|9558[0-9]{12,15})$"
LEGACY = f"^{_DISTRICT}[0-9]{{2}}{_MONTH_DAY}[0-9]{{3}}$"


def _gapped(*parts: str) -> str:
    return _G.join(parts)


_D = "[0-9]"
_GAPPED_PROVINCE = f"(?:{'|'.join(_gapped(p[0], p[1:]) for p in identity.PROVINCE.strip('()').split('|'))})"
_GAPPED_MONTH_DAY = _gapped(
    f"(?:{_gapped('0', '[1-9]')}|{_gapped('1', '[0-2]')})",
    f"(?:{_gapped('0', '[1-9]')}|{_gapped('[12]', _D)}|{_gapped('3', '[01]')})",
)
_GAPPED_DISTRICT = f"(?:{_gapped(_GAPPED_PROVINCE, _D, _D, _D, _D)}|{_gapped('[89]', *[_D] * 5)})"
_GAPPED_CENTURY = f"(?:{_gapped('1', '9')}|{_gapped('2', '0')})"
_GAPPED_BIRTH = _gapped(_GAPPED_CENTURY, _D, _D, _GAPPED_MONTH_DAY, _D, _D, _D, "[0-9Xx]")
_GAPPED_IDENTITY = f"{_GAPPED_DISTRICT}{_G}{_GAPPED_BIRTH}"
_GAPPED_CARD = f"(?:{_gapped('6', '2')}|{_gapped('[45]', _D)}|{_gapped('3', '5')}|{_gapped('9', '5')})"
_AREA = f"(?:(?:00)?86{_G})?"
_GAPPED_MOBILE = f"{_AREA}{_gapped('1', '[3-9]')}(?:{_G}{_D}){{9}}"
_END = r"(?:\*?(?:[^0-9A-Za-z*]|$))"  # more than one star is the end of what was masked before
TAIL = r"(\*?[^0-9A-Za-z*]?)$"
_REST = "[0-9A-Za-z]+|[^0-9A-Za-z]+"
# A text as candidates, runs and what is between, one after the other: nothing else is in it.
RUNS = _REST
IDENTITIES_AND_CARDS = f"{_GAPPED_IDENTITY}{_END}|{_GAPPED_CARD}(?:{_G}{_D}){{14,17}}{_END}|{_REST}"
SHORT_CARD = "^(?:[0-9][^0-9]*){15}[0-9][^0-9]"  # sixteen digits of a card, and others behind a gap
MOBILES = f"{_GAPPED_MOBILE}{_END}|{_REST}"
IN_GROUPS = "[0-9][^0-9A-Za-z]+[0-9]"
USUAL = f"^[0-9]{{6}}{_GAP}[0-9]{{8}}{_GAP}[0-9]{{3}}[0-9Xx]"  # how an identity number is written in groups

# What in groups is no number of a person's.
_DATE_THERE = f"(?:19|20)[0-9]{{2}}{_GAP}(?:0?[1-9]|1[0-2]){_GAP}[0-9]{{1,2}}(?:[^0-9]|$)"
_AMOUNTS = r"[^0-9.].*[.][0-9]{1,2}[^0-9]*$|[.][0-9]{1,2}[^0-9.][^.]*[0-9]"
_NETWORK = "^[0-9]{1,3}(?:[.][0-9]{1,3}){3}[^0-9]*$"
_NUMBERED_BY_YEAR = r"[(（\[［【](?:19|20)[0-9]{2}[)）\]］】][0-9]+号$"
NO_CARD = f"[^0-9]{_DATE_THERE}|{_AMOUNTS}"
TWO_LANDLINES = "^([0-9]{2})[0-9]{6}[^0-9]+([0-9]{2})[0-9]{6}[^0-9]*$"
NO_MOBILE = f"[^0-9]{_DATE_THERE}|{_AMOUNTS}|{_NETWORK}|{_NUMBERED_BY_YEAR}|^[0-9]+[.．][0-9]+[^0-9]*$"
GROUPS_OF_A_MOBILE = (
    f"^(?:00)?86|^1[0-9]{{2}}|^(?:[0-9]{_GAP}){{10}}[0-9]|^1{_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{4}}"
    f"|^[0-9]+{_GAP}[0-9]+[^0-9]*$"
)

# Numbers with the words before them, and by what they are replaced: their first digits kept. Each is looked for twice: what
# ends one may begin the words before the next, which is then found the second time.
_SPEAKS = "(?:身份证|身份号码|公民身份|(?:^|[^可照记])证件号)[^0-9]{0,8}"
SPOKEN = 2 * (
    (f"({_SPEAKS}{_GAPPED_PROVINCE}(?:{_G}{_D}){{4}}){_G}{_GAPPED_BIRTH}([^0-9A-Za-z]|$)", r"\1************\2"),
    (f"({_SPEAKS}{_GAPPED_PROVINCE}(?:{_G}{_D}){{4}}){_G}{_gapped(_D, _D, _GAPPED_MONTH_DAY, _D, _D, _D)}([^0-9A-Za-z]|$)",
     r"\1*********\2"),
    (f"((?:{_PAPERS})[^0-9A-Za-z]{{0,8}}[A-Za-z]{{1,2}})[0-9]{{7,10}}([^0-9A-Za-z]|$)", r"\1********\2"),
    ("(台胞证[^0-9A-Za-z]{0,8})[0-9]{8}([^0-9A-Za-z]|$)", r"\1********\2"),
)  # fmt: skip
# Wider than what is found, so that an engine finds out fast: no form is spelt out.
_ANY = f"(?:[{class_of(set(_BETWEEN))}]*{_D})"
LIKELY = (
    f"{FOLDABLE}|{ENCLOSED_ROW}|身份证|身份号码|公民身份|证件号|{_PAPERS}|(?:^|[^0-9])"
    f"(?:1{_ANY}{{10}}|86{_ANY}{{11}}|0086{_ANY}{{11}}|{_D}{_ANY}{{15,18}}|{_D}{_ANY}{{16}}[{class_of(set(_BETWEEN))}]*[Xx])"
    "(?:[^0-9]|$)"
)
CARD_DIGITS = 19
TWICE = "0516273849"  # the place of a digit in it is the sum of the digits of twice that digit


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$(?![^\[]*\])", r"\\Z", pattern))  # in Python "$" would let a line feed follow


_RUNS, _CANDIDATE, _ENCLOSED_ROW, _TAIL = map(_compiled, (RUNS, CANDIDATE, ENCLOSED_ROW, TAIL))
_SURE, _CHECKED, _DATED, _MOBILE, _CARD, _LEGACY = map(_compiled, (SURE, CHECKED, DATED, MOBILE, CARD, LEGACY))
_IDENTITIES_AND_CARDS, _SHORT_CARD, _MOBILES = map(_compiled, (IDENTITIES_AND_CARDS, SHORT_CARD, MOBILES))
_IN_GROUPS, _USUAL, _NO_CARD, _TWO, _NO_MOBILE, _GROUPS = map(
    _compiled, (IN_GROUPS, USUAL, NO_CARD, TWO_LANDLINES, NO_MOBILE, GROUPS_OF_A_MOBILE)
)
_SPOKEN = [(_compiled(pattern), by) for pattern, by in SPOKEN]
_LAYOUT = re.compile(kinds.LAYOUT)
_FOLDING = str.maketrans(FOLDED_FROM[: len(FOLDED_BY)], FOLDED_BY, INVISIBLE)
_ENCLOSING = str.maketrans(ENCLOSED_FROM, ENCLOSED_BY)
_DIGITS_OF = re.compile("[0-9]{17}[0-9X]")


def mask(text: str) -> str:
    """A text without the persons' numbers in it: their first digits (6, of mobile numbers 3) and stars.

    A text without any is returned as it is; one with, in its folded form.
    """
    if _CANDIDATE.search(text) is None:
        return text
    folded = _folded(text)
    found = folded
    for pattern, by in _SPOKEN:
        found = pattern.sub(by, found)
    found = "".join(map(_run, _RUNS.findall(found)))
    found = "".join(map(_grouped_identity_or_card, _IDENTITIES_AND_CARDS.findall(found)))
    found = "".join(map(_grouped_mobile, _MOBILES.findall(found)))
    return text if found == folded else found


def may_be_in(text: str) -> bool:
    """Whether a text holds what has the form of a person's number, right or mistyped; for what is kept sealed anyway."""
    return mask_whatever_resembles(text) != text


def mask_whatever_resembles(text: str) -> str:
    """The same as ``mask`` of all that has the form of such a number; for texts that did not pass the checks."""
    if _CANDIDATE.search(text) is None:
        return text
    folded = _folded(mask(text))
    found = "".join(_starred(run) if _resembles(run) else run for run in _RUNS.findall(folded))
    found = "".join(_starred(t) if _IN_GROUPS.search(t) else t for t in _IDENTITIES_AND_CARDS.findall(found))
    return mask(text) if found == folded else found


def _folded(text: str) -> str:
    folded = text.translate(_FOLDING)
    return folded.translate(_ENCLOSING) if _ENCLOSED_ROW.search(folded) else folded


def _number(part: str) -> str:
    return re.sub("[^0-9A-Za-z]", "", part).upper()


def _run(run: str) -> str:
    number = run.upper()
    if _is_identity(number, run):
        return _starred_identity(number, "")
    if _is_card(number):
        return _starred(number)
    return _MOBILE.sub(r"\1********\2", run)


def _grouped_identity_or_card(part: str) -> str:
    if not _IN_GROUPS.search(part):
        return part
    number = _number(part)
    if _is_identity(number, part):
        return _starred_identity(number, _tail(part))
    two = _TWO.search(part)
    if _NO_CARD.search(part) or (two and two[1] == two[2]):
        return part
    if _is_card(number):
        return _starred(number) + _tail(part)
    if _SHORT_CARD.search(part) and _is_card(number[:16]):
        return f"{_starred(number[:16])} {number[16:]}{_tail(part)}"
    return part


def _grouped_mobile(part: str) -> str:
    number = _number(part)
    if not _IN_GROUPS.search(part) or not _MOBILE.search(number) or not _GROUPS.search(part) or _NO_MOBILE.search(part):
        return part
    return _MOBILE.sub(r"\1********\2", number) + _tail(part)


def _tail(part: str) -> str:
    found = _TAIL.search(part)
    return found[1] if found else ""


def _starred(run: str) -> str:
    number = _number(run)
    return number[:6] + "*" * (len(number) - 6) + _tail(run)


def _starred_identity(number: str, tail: str) -> str:
    return re.sub("([0-9]{6})[0-9]{11}[0-9X]", r"\1************", number, count=1) + tail


def _resembles(run: str) -> bool:
    number = run.upper()
    if any(form.search(number) for form in (_CHECKED, _MOBILE, _CARD)):
        return True
    return _LEGACY.search(number) is not None and registration.check(number).text != "valid"


def _is_identity(number: str, part: str) -> bool:
    """Whether letters and digits are an identity number, perhaps between letters; ``part`` is how they were written."""
    if not _CHECKED.search(number):
        return False
    digits = _DIGITS_OF.findall(number)[0]
    right = identity.check_character(digits[:17]) == digits[17]
    if not right and not (_SURE.search(number) and (not _IN_GROUPS.search(part) or _USUAL.search(part))):
        return False
    # a code of an organisation that happens to look like a person's number
    return not (_LAYOUT.search(number) and uscc.check(number).text == "valid")


def _is_card(number: str) -> bool:
    return _CARD.search(number) is not None and _luhn(number) and not _DATED.search(number)


def _luhn(number: str) -> bool:
    digits = number.zfill(CARD_DIGITS)
    return sum(TWICE.index(d) if n % 2 else int(d) for n, d in enumerate(digits)) % 10 == 0
