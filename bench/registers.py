"""Register rows in any number, as dirty as public registers are, each with what is right for it.

Invariant: the same number and seed give the same rows; the verdict on a row follows from how it was made, never from
what reads it. Shares and spellings are those of registers as published: old numbers in the column of codes, capital in
some forty spellings, brackets of every shape and width, NUL characters, rows that come twice.
"""

from __future__ import annotations

import csv
import datetime as dt
import resource as usage
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

from bench.ground import line, timed

HEADER = ("name", "code", "registrationDay", "character", "capital", "businessScope", "address")
READ, HELD, UNLINKED, REPEATED = "read", "held", "unlinked", "repeated"
NO_CAPITAL = "N/A"
FLAWS = {
    REPEATED: 0.0026,
    "old number": 0.0285,
    "lower case": 0.0005,
    "short code": 0.0002,
    "NUL": 0.0002,
}  # shares of rows
# per ten thousand: how capital is written, and the currency that it is in; {n} is a number of 万
SPELLINGS: tuple[tuple[int, str, str], ...] = (
    (4050, "{n}万人民币", "CNY"), (1690, "{n}万元", "CNY"), (1820, "{n}(万元人民币)", "CNY"), (645, "{n}(万)", "CNY"),
    (210, "{n}(万美元)", "USD"), (45, "{n}万美元", "USD"), (20, "{n}万", "CNY"), (12, "{n}万元人民币", "CNY"),
    (10, "{n}(万元)", "CNY"), (8, "{n}万人民币元", "CNY"), (5, "{n}（万元）", "CNY"), (5, "{n}（万元人民币）", "CNY"),
    (6, "{n}(万日元)", "JPY"), (4, "{n}万日元", "JPY"), (4, "{n}万港币", "HKD"), (4, "{n}(万港元)", "HKD"),
    (4, "{n}万香港元", "HKD"), (4, "{n}万元(港币)", "HKD"), (4, "{n}万元美元", "USD"), (4, "{n}(万欧元)", "EUR"),
    (4, "{n}万欧元", "EUR"), (3, "{n}(万新加坡元)", "SGD"), (3, "{n}万英镑", "GBP"), (3, "人民币{n}万元整", "CNY"),
    (3, "{n}　万元", "CNY"), (3, "{n}【万元】", "CNY"), (3, "USD{n}万", "USD"), (3, "{n}萬元", "CNY"),
)  # fmt: skip
# what says no amount, or not in which unit: such a row is held and nothing of it guessed
UNREADABLE = (
    "万人民币",
    "{n}",
    "{n}()",
    "10,1520000(万元人民币)",
    "1,5万元",
    "{n}万元美元港币",
    "约{n}万元",
    "{n}万克朗",
)
BRACKETS = (("(", ")"), ("（", "）"), ("﹙", "﹚"), ("〔", "〕"), ("［", "］"), ("【", "】"))
PLACES = ("370102", "370103", "370104", "370105", "370112", "370113", "370114", "370124")
SCOPE = "机械加工；批发、零售：五金、交电。(涉及许可经营的，凭许可证经营)"
KINDS = (
    "N/A",
    "集体所有制",
    "有限责任公司",
    "个人独资企业",
    "国有企业",
    "股份合作制",
    "普通合伙",
    "集体分支机构(非法人)",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A row, and what is right for it: its verdict and, where it is read, its capital in 万 of its currency."""

    cells: tuple[str, ...]
    verdict: str
    amount: Decimal | None = None
    currency: str | None = None


def rows(count: int, seed: int = 7, dirt: int = 1) -> Iterator[Made]:
    """``count`` rows, each of a subject of its own but for those that come twice; ``dirt`` times as dirty as registers are."""
    random, before = Random(seed), None
    for n in range(count):
        flaw = _flaw(random, dirt)
        if flaw == REPEATED and before is not None and before.verdict == READ:
            yield Made(before.cells, REPEATED)
            continue
        before = _row(random, n, flaw, dirt)
        yield before


def _flaw(random: Random, dirt: int) -> str | None:
    chance = random.random() / dirt
    for flaw, share in FLAWS.items():
        chance -= share
        if chance < 0:
            return flaw
    return None


def write(path: Path, made: Iterable[Made]) -> dict[str, int]:
    """Write rows as a CSV file; return how many there are of each verdict."""
    counts: dict[str, int] = {}
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for row in made:
            writer.writerow(row.cells)
            counts[row.verdict] = counts.get(row.verdict, 0) + 1
    return counts


def _row(random: Random, n: int, flaw: str | None, dirt: int) -> Made:
    from quanxin.demo import city, names

    division = PLACES[n % len(PLACES)]
    code, verdict = city.code_of("91", division, n), READ
    name = _bracketed(random, names.enterprise(random, "历下区") + str(n))
    capital, amount, currency = _capital(random, dirt)
    if amount is None and capital != NO_CAPITAL:
        verdict = HELD
    address = names.address(random, "历下区")
    if flaw == "old number":
        code = f"37{n:011d}" if random.random() < 0.1 else city.registration_of(division, "enterprise", n)
        verdict = HELD if verdict == HELD else UNLINKED
    elif flaw == "lower case":
        code = code.lower()
    elif flaw == "short code":
        code, verdict = code[:17], HELD
    elif flaw == "NUL":
        address, verdict = f"{address[:3]}\0{address[3:]}", HELD
    day = dt.date(1979, 1, 1) + dt.timedelta(days=n * 37 % 16000)
    cells = (name, code, day.isoformat(), random.choice(KINDS), capital, SCOPE, address)
    return Made(cells, verdict, amount, currency) if verdict == READ else Made(cells, verdict)


def _bracketed(random: Random, name: str) -> str:
    """A name with a bracketed word, in one shape of bracket or another; half of the names have none."""
    if random.random() < 0.5:
        return name
    opening, closing = random.choice(BRACKETS)
    return f"{name[:2]}{opening}集团{closing}{name[2:]}"


def _capital(random: Random, dirt: int) -> tuple[str, Decimal | None, str | None]:
    """How capital is written, and its amount in 万 and its currency; none of either where nobody can tell."""
    chance = random.random()
    if chance < 0.13:
        return NO_CAPITAL, None, None
    amount = Decimal(random.choice((random.randrange(1, 100), random.randrange(100, 30000), random.randrange(10**6))))
    if random.random() < 0.2:
        amount += Decimal(random.randrange(10000)) / 10000
    grouped = random.random() < 0.3
    number = f"{amount:,f}" if grouped else f"{amount:f}"
    if chance < 0.13 + 0.0002 * dirt:
        return random.choice(UNREADABLE).replace("{n}", number), None, None
    spelling = random.choices(SPELLINGS, [share for share, _, _ in SPELLINGS])[0]
    return spelling[1].replace("{n}", number), amount, spelling[2]


def wrong(batch: str, expected: Iterable[Made]) -> Iterator[str]:
    """What a batch made of its rows that is not right for them, a line each."""
    from quanxin.archive.models import Record
    from quanxin.intake.models import Held

    records = Record.objects.filter(batch_id=batch).order_by("row_no").values_list("row_no", "payload")
    found = iter(records.iterator(10_000))
    held = dict(Held.objects.filter(batch_id=batch).values_list("row_no", "bucket"))
    record = next(found, None)
    for number, made in enumerate(expected, 1):
        verdict, amount, currency = REPEATED, None, None
        if record and record[0] == number:
            capital = record[1].get("capital") or {}
            verdict, amount, currency = READ, capital.get("amount"), capital.get("currency")
            record = next(found, None)
        elif number in held:
            verdict = UNLINKED if held[number] == "unlinked" else HELD
        told = (verdict, None if amount is None else Decimal(amount), currency)
        if told != (made.verdict, made.amount, made.currency):
            yield f"{number} {made.cells}: {told} and not {(made.verdict, made.amount, made.currency)}"


def measure(folder: Path, count: int) -> None:
    """Print what became of ``count`` new subjects of a register, each row held against its verdict, and the memory."""
    from quanxin.accounts import operator
    from quanxin.intake.pipeline import intake

    path = folder / "registers.csv"
    expected = write(path, rows(count))
    before = usage.getrusage(usage.RUSAGE_SELF).ru_maxrss / 1024
    seconds, receipt = timed(
        lambda: intake(path, resource="enterprise-registration", provider="market-regulation", actor=operator())
    )
    peak = usage.getrusage(usage.RUSAGE_SELF).ru_maxrss / 1024
    reader = usage.getrusage(usage.RUSAGE_CHILDREN).ru_maxrss / 1024
    faults = list(wrong(receipt.batch, rows(count)))
    print(f"  made: {expected}; codes: {receipt.codes}")
    for fault in faults[:20]:
        print(f"  {fault}")
    line(f"{count:,} new subjects of a register, rows read otherwise than right", f"{len(faults):,}", "0")
    line(f"{count:,} new subjects, from reading to commit", f"{seconds:6.2f} s")
    line("peak memory of the intake's process", f"{peak:6.0f} MB (before: {before:.0f})", "≤ 1,000")
    line("peak memory of the processes that read and settle", f"{reader:6.0f} MB", "≤ 1,000")
