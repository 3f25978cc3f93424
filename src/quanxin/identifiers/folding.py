"""Characters that read alike: one closed table for digits, blanks, brackets and old shapes of Chinese characters.

Invariant: the tables follow from the Unicode 3.2 data that Python carries for ever (``unicodedata.ucd_3_2_0``), so no
version of Python, DuckDB or Java changes what is folded; they map single characters, so ``translate`` carries them out
in every engine. What folds to several characters (⑩, ㈠, №) stands in ``SEVERAL``.
"""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import ucd_3_2_0 as ucd

_PLANES = (
    *range(0x80, 0xD800),
    *range(0xF900, 0xFB00),
    *range(0xFE10, 0xFE70),
    *range(0xFF00, 0xFFA0),
    *range(0xFFE0, 0xFFE7),
    *range(0x1D400, 0x1D800),
)

# The blanks and line breaks of Unicode; what is not seen at all (of format, or a joiner, or a filler).
BLANKS = "".join(
    map(
        chr,
        (*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000),
    )
)
INVISIBLE = "".join(
    map(
        chr,
        (
            0xAD,
            0x34F,
            0x115F,
            0x1160,
            0x17B4,
            0x17B5,
            *range(0x180B, 0x180F),
            *range(0x200B, 0x2010),
            *range(0x202A, 0x202F),
            *range(0x2060, 0x2070),
            0x3164,
            *range(0xFE00, 0xFE10),
            0xFEFF,
            0xFFA0,
            *range(0xFFF9, 0xFFFC),
        ),
    )
)
HYPHENS = "".join(map(chr, (0x2D, *range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D)))

# Whatever is written for one digit, to the digit: full width, mathematical, of other scripts; ENCLOSED: ①, ⑴, ⒈, ².
_DIGITS = {chr(c): str(ucd.digit(chr(c))) for c in _PLANES if ucd.digit(chr(c), -1) >= 0}
DIGITS = {c: d for c, d in _DIGITS.items() if ucd.category(c) == "Nd"}
ENCLOSED = {c: d for c, d in _DIGITS.items() if c not in DIGITS and (c < "\u1000" or c >= "\u2000")}

_OPEN = "（〔［[【{｛〈《〖〘〚﹙﹛﹝︵︷︹︻︿︽⟨⟪⟦⸨⦅｟❨❪❬❲❴⦗«‹<＜"
_CLOSED = "）〕］]】}｝〉》〗〙〛﹚﹜﹞︶︸︺︼﹀︾⟩⟫⟧⸩⦆｠❩❫❭❳❵⦘»›>＞"
BRACKETS = dict.fromkeys(_OPEN, "(") | dict.fromkeys(_CLOSED, ")")

# CJK radicals (U+2E80 to U+2EF3) that no normal form knows, to the characters that they are printed for.
_RADICALS = dict(
    zip(
        "⺁⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "厂乙亻冂几刀刂卜卩小小兀尢尣尢巳幺彑彐忄心扌攵旡日月歹母民氵水灬爪爫丬牛犭王疋罒示礻竹糸纟网罒网罒网羊羊羊老耂聿月臼艹艹艹虎衤覀西见角角讠贝足车辶辶辶邑钅长长长门阜阝雨青韦页风飞食食饣飠首马骨鬼鱼鸟卤麦黄黾齐齐齿齿龙龙龟龟龟",
        strict=True,
    )
)


def _alike() -> dict[str, str]:
    """Single characters whose compatibility form (NFKC) is one other character."""
    found = {}
    for code in _PLANES:
        folded = ucd.normalize("NFKC", chr(code))
        if len(folded) == 1 and folded != chr(code):
            found[chr(code)] = folded
    return found


_NFKC = _alike()
SEVERAL = {
    chr(c): ucd.normalize("NFKC", chr(c))
    for c in (0x2116, *range(0x2469, 0x249C), *range(0x3220, 0x322A))
    if len(ucd.normalize("NFKC", chr(c))) > 1
}


def class_of(characters: Iterable[str]) -> str:
    """The inside of a character class with these characters, as Python, RE2 and Java read it."""
    made, codes = "", sorted(set(map(ord, characters)))
    while codes:
        last = next(i for i in range(len(codes)) if i + 1 == len(codes) or codes[i + 1] != codes[i] + 1)
        made += _written(codes[0]) + (f"-{_written(codes[last])}" if last else "")
        codes = codes[last + 1 :]
    return made


def _written(code: int) -> str:
    return rf"\x{code:02X}" if code < 0x30 or chr(code) in "[\\]^" or 0x7F <= code <= 0xA0 else chr(code)


def comparing_table() -> dict[str, str]:
    """What each character is compared as: its compatibility form, half width, capital, brackets round, dots as one.

    Blanks and what is not seen are not in it: they go (``BLANKS``, ``INVISIBLE``).
    """
    table = {c: BRACKETS.get(by, by) for c, by in (_RADICALS | _NFKC | DIGITS).items()} | BRACKETS
    table |= dict.fromkeys(HYPHENS, "-") | dict.fromkeys("•・‧∙●･⋅", "·")
    small = {c: by.upper() for c, by in table.items() if len(by.upper()) == 1}
    table = table | small | {c: c.upper() for c in "abcdefghijklmnopqrstuvwxyz"}
    return {c: by for c, by in table.items() if c != by and c not in BLANKS and c not in INVISIBLE}
