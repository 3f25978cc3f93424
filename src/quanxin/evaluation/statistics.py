"""The statistics by which evaluations are judged: stability, intervals of shares, discrimination.

Invariant: counts go in and decimals of a stated number of places come out; sums are of integers and fractions, so that
the order of subjects changes nothing, and logarithms and roots are taken once, in decimals of fixed precision. What cannot
be told from the counts is None, never a number that looks like one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction

PRECISION = Context(prec=50)
PLACES = Decimal("0.0001")
Z = Decimal("1.959963984540054")  # of the normal distribution, for two-sided intervals of 95 per cent


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its interval of 95 per cent; without bounds where the counts do not give one."""

    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


def stability(before: Sequence[int], after: Sequence[int]) -> Decimal | None:
    """The population stability index of two counts over the same classes: Σ (q − p) · ln(q / p) of their shares.

    Where a class is empty on one side only, half a subject is added to every class of both, for the logarithm of nothing
    is none; a class that is empty on both says nothing. None where one side has nobody.
    """
    pairs = [(p, q) for p, q in zip(before, after, strict=True) if p or q]
    if not sum(before) or not sum(after):
        return None
    doubled = [(2 * p, 2 * q) for p, q in pairs]
    if any(p == 0 or q == 0 for p, q in pairs):
        doubled = [(p + 1, q + 1) for p, q in doubled]
    whole_p, whole_q = sum(p for p, _ in doubled), sum(q for _, q in doubled)
    with localcontext(PRECISION):
        terms = (
            (Decimal(q) / whole_q - Decimal(p) / whole_p) * (Decimal(q * whole_p) / Decimal(p * whole_q)).ln()
            for p, q in sorted(doubled)
        )
        return sum(terms, Decimal(0)).quantize(PLACES)


def wilson(hits: int, of: int) -> Interval | None:
    """The share of hits with the score interval of Wilson, without correction for continuity.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209–212; Newcombe,
    Statistics in Medicine 17 (1998) 857–872, method 3. None of nobody.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of}")
    if of == 0:
        return None
    with localcontext(PRECISION):
        n, p, z2 = Decimal(of), Decimal(hits) / of, Z * Z
        middle = p + z2 / (2 * n)
        half = Z * (p * (1 - p) / n + z2 / (4 * n * n)).sqrt()
        scale = 1 + z2 / n
        low = Decimal(0) if hits == 0 else (middle - half) / scale
        high = Decimal(1) if hits == of else (middle + half) / scale
        return Interval(p.quantize(PLACES), low.quantize(PLACES), high.quantize(PLACES))


def discrimination(counts: Sequence[tuple[int, int, int]]) -> Interval | None:
    """The area under the ROC curve, with its interval, from (score, bad, good) of each score; a low score means bad.

    It is the chance that a bad subject has a lower score than a good one, equal scores counting half (midranks). The
    variance is that of E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44 (1988) 837–845, whose two
    sums are taken exactly over the distinct scores as X. Sun and W. Xu, IEEE Signal Processing Letters 21 (2014)
    1389–1393, order them. None where either kind is missing; no bounds with fewer than two of a kind, or where the two
    are parted wholly, for the variance then says nothing.
    """
    rows = [(bad, good) for _, bad, good in sorted(counts)]
    bads, goods = sum(bad for bad, _ in rows), sum(good for _, good in rows)
    if not bads or not goods:
        return None
    won = of_bad = of_good = bad_below = 0
    good_above = goods
    for bad, good in rows:
        good_above -= good
        beaten, lost = 2 * good_above + good, 2 * bad_below + bad  # twice what each bad, each good one is ahead of
        won += bad * beaten
        of_bad += bad * beaten * beaten
        of_good += good * lost * lost
        bad_below += bad
    area = Fraction(won, 2 * bads * goods)
    value = _rounded(area)
    if bads < 2 or goods < 2 or area in (0, 1):
        return Interval(value)
    variance = _variance(of_bad, goods, bads, area) / bads + _variance(of_good, bads, goods, area) / goods
    with localcontext(PRECISION):
        half = Z * (Decimal(variance.numerator) / variance.denominator).sqrt()
        middle = Decimal(area.numerator) / area.denominator
        low, high = max(Decimal(0), middle - half), min(Decimal(1), middle + half)
        return Interval(value, low.quantize(PLACES), high.quantize(PLACES))


def _variance(squares: int, others: int, count: int, area: Fraction) -> Fraction:
    """The variance of the parts of one kind, from the sum of their squares, each being twice ``others`` too large."""
    return (Fraction(squares, 4 * others * others) - count * area * area) / (count - 1)


def _rounded(number: Fraction) -> Decimal:
    with localcontext(PRECISION):
        return (Decimal(number.numerator) / number.denominator).quantize(PLACES)
