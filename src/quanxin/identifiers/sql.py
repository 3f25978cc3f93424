"""The checks of identifiers as SQL expressions, in DuckDB's dialect; ``for_spark`` makes Spark's of them.

Invariant: an expression is total (no text makes it fail), says NULL for NULL, and agrees with the Python check of the
same name on every text. Arguments are SQL expressions; ``code`` is one that ``normalise_code`` has been over.

Cost. The weighted sums are most of what checking costs. Taking each character by ``substr`` is the slow part, so a
sum reads eight characters at once as a 64-bit integer and takes bytes out of that. The word appears once for every
byte, and DuckDB computes it once only where the sum is a column of a projection: not inside CASE, not in a filter.
So the words (``uscc_words``) and the tables (``places``) are columns of one step, ``uscc_remainder`` and
``uscc_organisation_remainder`` of the next, and the CASEs of the step after read those. Each constant and each call of a
query costs memory and time before its first row, and Spark looks at each of them some hundred times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from quanxin.identifiers import identity, kinds, organisation, registration, uscc
from quanxin.identifiers.normalise import DROPPED, REPLACED_BY, REPLACED_FROM

_WORD = 8  # characters in a 64-bit integer
_WORDS = [(start, min(_WORD, uscc.LENGTH - start)) for start in range(0, uscc.LENGTH, _WORD)]  # first character, size
_ALPHABETS = {
    "code": uscc.ALPHABET,
    "digits": uscc.ALPHABET[:10],
    "organisation": organisation.ALPHABET,
    "check": organisation.CHECK_CHARACTERS,
}
_TABLE = 91  # entries of a table by byte: up to Z; a byte beyond it finds NULL


def normalise_code(column: str) -> str:
    """VARCHAR: the text half width, in capitals, without blanks, hyphens and invisible characters."""
    return (
        f"CASE WHEN {_matches(column, '[0-9A-Z]*')} THEN {column} "
        f"ELSE translate({column}, {_quoted(REPLACED_FROM + DROPPED)}, {_quoted(REPLACED_BY)}) END"
    )


def has_lower_case(column: str) -> str:
    """BOOLEAN: whether the text as written has small letters; for the note ``uscc-lower-case``."""
    return f"regexp_matches({column}, '[a-zａ-ｚ]')"


def uscc_words(code: str) -> list[str]:
    """BIGINT, three of them: the first 18 characters of a text, eight bytes in each; NULL where they are more bytes."""
    return [_word(code, start, size) for start, size in _WORDS]


def places() -> dict[str, str]:
    """INTEGER[] by name: what each character counts in a weighted sum, by its byte, NULL for one outside the alphabet."""
    return {name: _table(alphabet) for name, alphabet in _ALPHABETS.items()}


def uscc_remainder(code: str, words: Sequence[str] = (), tables: Mapping[str, str] | None = None) -> str:
    """INTEGER: the weighted sum of 18 characters modulo 31, 0 for a right one; NULL where one is not of the alphabet.

    To be selected as a column of its own, see above. ``words`` and ``tables`` are columns of ``uscc_words`` and ``places``
    of a step before; without them, all is written out.
    """
    named = ["digits" if i in uscc.DIVISION else "code" for i in range(uscc.LENGTH)]
    return _remainder(_bytes(words or uscc_words(code)), named, uscc.WEIGHTS, uscc.MODULUS, tables)


def uscc_organisation_remainder(code: str, words: Sequence[str] = (), tables: Mapping[str, str] | None = None) -> str:
    """INTEGER: 0 where the organisation code inside passes its own check, for the warning ``uscc-org-check``.

    Beside ``uscc_remainder`` in one SELECT it shares its words.
    """
    inside = _bytes(words or uscc_words(code))[uscc.ORGANISATION.start : uscc.ORGANISATION.stop]
    named = ["organisation"] * len(organisation.WEIGHTS) + ["check"]
    return _remainder(inside, named, (*organisation.WEIGHTS, 1), organisation.MODULUS, tables)


def uscc_status(code: str, remainder: str) -> str:
    """VARCHAR: ``valid`` or the reason, as ``uscc.check`` has it; ``remainder`` is the column of ``uscc_remainder``."""
    pilot = _sum(code, organisation.ALPHABET, uscc.PILOT_WEIGHTS)
    return (
        f"CASE WHEN {code} IS NULL THEN NULL WHEN {code} = '{uscc.PLACEHOLDER}' THEN 'uscc-placeholder' "
        f"WHEN length({code}) <> {uscc.LENGTH} THEN 'uscc-length' WHEN {remainder} IS NULL THEN 'uscc-charset' "
        f"WHEN {remainder} = 0 THEN 'valid' WHEN regexp_matches({code}, '{uscc.PILOT_BLOCK}') "
        f"AND ({pilot}) % {uscc.PILOT_MODULUS} = 0 THEN 'uscc-grandfathered' ELSE 'uscc-check-digit' END"
    )


def organisation_ok(code: str) -> str:
    """BOOLEAN: whether a code standing alone is a right 组织机构代码."""
    total = f"{_sum(code, organisation.ALPHABET, organisation.WEIGHTS)} + {_digit(code, 9, 'X')}"
    right = f"({total}) % {organisation.MODULUS} = 0"
    return f"CASE WHEN {_matches(code, organisation.SHAPE)} THEN {right} WHEN {code} IS NOT NULL THEN FALSE END"


def registration_ok(code: str) -> str:
    """BOOLEAN: whether a text is a right 15-digit 注册号; 13 digits are ``registration_status``'s to tell."""
    product = "10"
    for position in range(1, 15):
        product = f"(({product} + {_digit(code, position)} + 9) % 10 + 1) * 2 % 11"
    right = f"({product} + {_digit(code, 15)}) % 10 = 1"
    return f"CASE WHEN {_matches(code, registration.SHAPE)} THEN {right} WHEN {code} IS NOT NULL THEN FALSE END"


def registration_status(code: str) -> str:
    """VARCHAR: ``valid`` or the reason, as ``registration.check`` has it."""
    return (
        f"CASE WHEN {registration_ok(code)} THEN 'valid' "
        f"WHEN {_matches(code, registration.LEGACY_SHAPE)} THEN 'code-is-registration-number' "
        f"WHEN {_matches(code, registration.FOREIGN_SHAPE)} THEN 'code-is-foreign-registration' "
        f"WHEN {code} IS NOT NULL THEN 'registration-number-check' END"
    )


def foreign_number(code: str) -> str:
    """VARCHAR: a foreign-investment number in its full form, 企合苏总字第000174号; NULL where the text is none."""
    return (
        f"CASE WHEN {_matches(code, registration.FOREIGN_SHAPE)} "
        f"THEN concat(regexp_extract({code}, '^(.*字)', 1), '第', regexp_extract({code}, '([0-9]+)', 1), '号') END"
    )


def identity_status(code: str, today: str) -> str:
    """VARCHAR: ``valid`` or the reason, as ``identity.check`` has it on a day (a DATE)."""
    day = f"(year({today}) * 10000 + month({today}) * 100 + day({today}))"
    birth = _birth(code, day)
    born = f"CAST({birth} AS INTEGER)"
    return (
        f"CASE WHEN {code} IS NULL THEN NULL WHEN {_is_day(birth)} AND {born} <= {day} "
        f"AND (length({code}) <> 18 OR {identity_sum_ok(code)}) "
        f"THEN CASE WHEN ({day} - {born}) // 10000 < {identity.AGE_OF_MAJORITY} THEN 'identity-minor' "
        f"WHEN {_matches(code, identity.LEGACY_SHAPE)} THEN 'identity-legacy' ELSE 'valid' END "
        "ELSE 'identity-invalid' END"
    )


def holds_identity(text: str, today: str) -> str:
    """BOOLEAN: whether a text, half width, has an adult's identity number in it on a day (a DATE), no digit beside it.

    A day of these eighteen years is more likely the day of a document than a birth.
    """
    number = rf"regexp_extract({text}, '(?:^|[^0-9])([1-9][0-9]{{16}}[0-9X])(?:[^0-9X]|\z)', 1)"
    valid = f"list_extract(list_transform([{number}], lambda k: {identity_status('k', today)} = 'valid'), 1)"
    return f"(regexp_matches({text}, '[0-9]{{17}}[0-9X]') AND coalesce({valid}, false))"


def identity_sum_ok(code: str) -> str:
    """BOOLEAN: whether the check character of 18 characters of an identity number is right."""
    return f"({_sum(code, identity.CHECK_CHARACTERS, identity.WEIGHTS)}) % {identity.MODULUS} = 1"


def uscc_sum_ok(code: str) -> str:
    """BOOLEAN: whether 18 characters of the alphabet add up as a 统一社会信用代码; for few rows, see above."""
    return f"({_sum(code, uscc.ALPHABET, uscc.WEIGHTS)}) % {uscc.MODULUS} = 0"


def classify(code: str, status: str) -> str:
    """VARCHAR: the kind of what stands in a code column, as ``kinds.classify``; ``status`` is ``uscc_status``'s."""
    of_code = f"{status} IN ('valid', 'uscc-grandfathered')"
    form = _is_day(f"substr({code}, 7, 8)")
    person = (
        f"{_matches(code, identity.SHAPE)} AND {form} AND CASE WHEN ({identity_sum_ok(code)}) <> ({of_code}) "
        f"THEN {identity_sum_ok(code)} ELSE NOT regexp_matches({code}, '{kinds.LAYOUT}') END"
    )
    old_birth = f"concat('19', substr({code}, 7, 6))"
    old_person = f"{_matches(code, identity.LEGACY_SHAPE)} AND {_is_day(old_birth)} AND NOT ({registration_ok(code)})"
    return (
        f"CASE WHEN {code} IS NULL THEN NULL WHEN {status} = 'uscc-placeholder' THEN 'placeholder' "
        f"WHEN starts_with({code}, '企') AND {_matches(code, registration.FOREIGN_SHAPE)} THEN 'foreign-registration' "
        f"WHEN length({code}) = {uscc.LENGTH} THEN CASE WHEN {person} THEN 'identity' ELSE 'uscc' END "
        f"WHEN {_matches(code, f'({registration.SHAPE}|{registration.LEGACY_SHAPE})')} "
        f"THEN CASE WHEN {old_person} THEN 'identity' ELSE 'registration-number' END "
        f"WHEN {_matches(code, organisation.SHAPE)} THEN 'organisation-code' "
        f"WHEN {_matches(code, identity.FOREIGN_SHAPE)} THEN 'identity' ELSE 'unknown' END"
    )


def subject_type(code: str, prefixes: Mapping[str, str]) -> str:
    """VARCHAR: the subject type of a code by its first two characters; NULL where none fits."""
    cases = " ".join(f"WHEN {_quoted(p)} THEN {_quoted(t)}" for p, t in sorted(prefixes.items()))
    return f"CASE substr({code}, 1, 2) {cases} END" if cases else "CAST(NULL AS VARCHAR)"


def mask(text: str) -> str:
    """VARCHAR: a number as it may be shown, 3701**********1234."""
    return (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN length({text}) < 15 THEN repeat('*', length({text})) "
        f"ELSE concat(substr({text}, 1, 4), repeat('*', length({text}) - 8), right({text}, 4)) END"
    )


def for_spark(tree: exp.Expr) -> exp.Expr:
    """Rewrite the one construct that Spark lacks: the bytes of a text as an integer, in DuckDB a cast over BIT."""

    def rewritten(node: exp.Expr) -> exp.Expr:
        inner = node.this if isinstance(node, exp.TryCast) and node.to.is_type("BIGINT") else None
        if isinstance(inner, exp.TryCast) and inner.to.is_type("BIT") and isinstance(inner.this, exp.Encode):
            digits = exp.func("CONV", exp.func("HEX", inner.this), exp.Literal.number(16), exp.Literal.number(10))
            return exp.TryCast(this=digits, to=exp.DataType.build("BIGINT"))
        return node

    return tree.transform(rewritten)


def _word(code: str, start: int, size: int) -> str:
    """Bytes of a text as an integer; NULL or one with bytes above 127 where a character has several bytes."""
    return f"TRY_CAST(TRY_CAST(encode(substr({code}, {start + 1}, {size})) AS BIT) AS BIGINT)"


def _bytes(words: Sequence[str]) -> list[str]:
    """One expression a character, its byte in the words."""
    return [
        f"(({word} >> {8 * (size - 1 - position)}) & 255)"
        for word, (_, size) in zip(words, _WORDS, strict=True)
        for position in range(size)
    ]


def _remainder(
    bytes_: Sequence[str], named: Sequence[str], weights: Sequence[int], modulus: int, tables: Mapping[str, str] | None
) -> str:
    table = tables or places()
    terms = (f"list_extract({table[n]}, {b} + 1) * {w}" for n, b, w in zip(named, bytes_, weights, strict=True))
    return f"({' + '.join(terms)}) % {modulus}"


def _table(alphabet: str) -> str:
    """A list by byte: the place of the character in the alphabet, NULL for any other."""
    entries = ["NULL"] * _TABLE
    for value, character in enumerate(alphabet):
        entries[ord(character)] = str(value)
    return f"[{','.join(entries)}]"


def _sum(code: str, alphabet: str, weights: Sequence[int]) -> str:
    """The plain form of a weighted sum, for the few rows that a CASE lets through to it."""
    terms = (f"(strpos('{alphabet}', substr({code}, {i}, 1)) - 1) * {w}" for i, w in enumerate(weights, start=1))
    return " + ".join(terms)


def _digit(code: str, position: int, ten: str = "") -> str:
    return f"(strpos('0123456789{ten}', substr({code}, {position}, 1)) - 1)"


def _birth(code: str, day: str) -> str:
    recent = f"concat('20', substr({code}, 8, 6))"
    return (
        f"CASE WHEN {_matches(code, identity.SHAPE)} THEN substr({code}, 7, 8) "
        f"WHEN {_matches(code, identity.LEGACY_SHAPE)} THEN concat('19', substr({code}, 7, 6)) "
        f"WHEN {_matches(code, identity.FOREIGN_SHAPE)} THEN CASE WHEN TRY_CAST({recent} AS INTEGER) <= {day} THEN {recent} "
        f"ELSE concat('19', substr({code}, 8, 6)) END END"
    )


def _is_day(digits: str) -> str:
    iso = f"concat(substr({digits}, 1, 4), '-', substr({digits}, 5, 2), '-', substr({digits}, 7, 2))"
    return f"(TRY_CAST({iso} AS DATE) IS NOT NULL)"


def _matches(column: str, pattern: str) -> str:
    return rf"regexp_matches({column}, '^({pattern})\z')"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
