"""The quality of hand-ins: each figure by rows that make it, the published month, the same answer later."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from quanxin.accounts import operator
from quanxin.archive.models import Record, Withdrawal
from quanxin.calendar import now, today, travel
from quanxin.engine.taxonomy import ERRORS
from quanxin.intake import withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held
from quanxin.intake.pipeline import intake
from quanxin.intake.quality.bulletin import bulletin, percent
from quanxin.intake.quality.figures import Counts, count
from quanxin.intake.quality.period import Period, month_of, read_month
from quanxin.intake.replay import replay
from quanxin.runtime.pack import current_pack
from tests.city import CODES, hand_in, licence, penalty, register

pytestmark = pytest.mark.django_db
PENALTY = "administrative-penalty"


def this_month(known_at: dt.datetime | None = None) -> Counts:
    lines, _ = count(month_of(today()), known_at=known_at, providers=["market-regulation"])
    return next(line.counts for line in lines if line.resource == PENALTY)


def soon() -> str:
    """A decision that is surely in time today, certain by the calendar."""
    return (today() - dt.timedelta(days=1)).isoformat()


@pytest.fixture
def city(tmp_path: Path) -> Path:
    register(tmp_path)
    return tmp_path


def test_rows_are_counted_where_they_fell_and_add_up(city: Path) -> None:
    rows = [penalty(0, "一号"), penalty(0, "一号"), penalty(1, "二号", fine="五千"), penalty(1, "三号", facts="")]
    hand_in(city, PENALTY, [*rows, penalty(0, "四号", uscc="370102200000013", subject_name="乙未知厂")])
    c = this_month()
    assert (c.received, c.accepted, c.duplicate, c.quarantined, c.unlinked) == (5, 1, 1, 2, 1)
    assert c.received == c.accepted + c.updated + c.duplicate + c.quarantined + c.unlinked
    required = sum(f.required is True for f in current_pack().on(today()).resources[PENALTY].fields)
    assert (c.expected, c.missing) == (5 * required, 1)


def test_what_a_replay_took_in_is_stored_and_what_was_known_before_stays(city: Path) -> None:
    hand_in(city, PENALTY, [penalty(0, "一号"), penalty(1, "二号", uscc=CODES[1][:-1] + "@")])
    held = Held.objects.get()
    before = now()
    replay(held.batch_id, actor=operator(), rows={held.row_no: {"uscc": CODES[1]}})
    c = this_month()
    assert (c.quarantined, c.stored, c.wrong, c.righted) == (1, 2, 1, 1)
    earlier = this_month(before)
    assert (earlier.quarantined, earlier.stored, earlier.wrong, earlier.righted) == (1, 1, 1, 0)


def test_a_correction_counts_against_accuracy_and_a_revocation_does_not(city: Path) -> None:
    hand_in(city, PENALTY, [penalty(0, "一号"), penalty(0, "二号"), penalty(0, "三号")], name="a.csv")
    hand_in(city, PENALTY, [penalty(0, "一号", fine="0.7")], name="b.csv")
    for number, kind in (("二号", Withdrawal.Kind.MISTAKEN), ("三号", Withdrawal.Kind.REVOKED)):
        record = next(r for r in Record.objects.all() if number in r.payload.get("document_number", ""))
        withdrawals.withdraw(
            operator(), record.provider, [(record.subject_id, record.id)], kind=kind, reason="复议撤销"
        )
    c = this_month()
    assert (c.records, c.corrected) == (4, 2)


def test_lateness_is_judged_by_working_days_and_never_provisionally(city: Path) -> None:
    hand_in(city, PENALTY, [penalty(0, "一号", decision_date=soon(), valid_until="2099-12-31"), penalty(0, "二号")])
    c = this_month()
    known = current_pack().calendar.is_working_day(today())
    assert (c.judged + c.unjudged, c.late) == (2, 0 if known.provisional else 1)


def test_a_record_updated_later_is_not_late_again(city: Path) -> None:
    hand_in(city, PENALTY, [penalty(0, "一号", decision_date=soon(), valid_until="2099-12-31")], name="a.csv")
    first = this_month().judged
    hand_in(
        city, PENALTY, [penalty(0, "一号", decision_date=soon(), valid_until="2099-12-31", fine="0.9")], name="b.csv"
    )
    assert this_month().judged == first


def test_districts_carry_the_same_records(city: Path) -> None:
    hand_in(city, PENALTY, [penalty(0, "一号"), penalty(1, "二号")])
    lines, districts = count(month_of(today()))
    assert sum(d.counts.records for d in districts) == sum(line.counts.records for line in lines)
    assert {d.region for d in districts if d.resource == PENALTY} == {CODES[0][2:8], CODES[1][2:8]}


def test_silence_is_stale_by_the_rhythm_of_the_resource(city: Path) -> None:
    far = month_of(today() + dt.timedelta(days=400))
    lines, _ = count(far, known_at=now() + dt.timedelta(days=500))
    registers = next(line for line in lines if line.resource == "enterprise-registration")
    assert (registers.counts, registers.last, registers.stale) == (Counts(), today(), True)
    assert "起未报送" in " ".join(
        t.zh for s in bulletin(far, known_at=now() + dt.timedelta(days=500)).named for t in s.below
    )


def test_an_unfinished_month_is_not_stale_for_the_days_to_come(city: Path) -> None:
    lines, _ = count(month_of(today()))
    assert not any(line.stale for line in lines)


def test_the_standards_findings_exist_and_rates_are_exact() -> None:
    standard = next(iter(current_pack().on(today()).quality.values()))
    assert set(standard.wrong_code) <= set(ERRORS)
    assert percent(1, 3) == Decimal("33.33")
    assert percent(2, 3) == Decimal("66.67")
    assert percent(1, 200_000) == Decimal("0.00")
    assert percent(0, 0) is None


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "0-1", "十月"])
def test_what_is_no_month_is_told_so(text: str) -> None:
    with pytest.raises(IntakeError) as refused:
        read_month(text)
    assert refused.value.code == "month-unreadable"


def test_a_month_ends_on_its_last_day() -> None:
    assert read_month("2024-2") == Period(dt.date(2024, 2, 1), dt.date(2024, 2, 29))
    assert read_month("2026-12").last == dt.date(2026, 12, 31)


@pytest.mark.slow
def test_the_published_month_is_rebuilt(tmp_path: Path) -> None:
    """128,854 rows, compliance 100 %, late 0.34 %; permits 9,220 rows, late 3.6 %; penalties 119,634 rows, late 0.08 %.

    Many hand-ins of one day each would bring the same: here everything arrives on one day, and what is late was
    decided long before.
    """
    with travel(dt.date(2024, 2, 29)):
        register(tmp_path)
        _hand_in_month(tmp_path)
        made = bulletin(read_month("2024-02"), providers=["market-regulation"])
    shown = {line.key.partition("/")[2]: line for line in made.lines}
    assert shown[PENALTY].counts.judged == 119_634
    assert shown["administrative-licence"].counts.judged == 9_220
    assert shown[PENALTY].rates.late == Decimal("0.08")
    assert round(shown["administrative-licence"].rates.late or 0, 1) == Decimal("3.6")
    both = Counts()
    both.add(shown[PENALTY].counts)
    both.add(shown["administrative-licence"].counts)
    assert both.received == 128_854
    assert percent(both.late, both.judged) == Decimal("0.34")
    assert shown[PENALTY].rates.validity == Decimal("100.00")


def _hand_in_month(folder: Path) -> None:
    """Licences and penalties decided a day before, but for those that were decided two months before."""
    for resource, rows, behind, row in (
        (PENALTY, 119_634, 100, penalty(0)),
        ("administrative-licence", 9_220, 335, licence(0)),
    ):
        fixed = {key: text for key, text in row.items() if text and key not in ("document_number", "decision_date")}
        fixed |= {
            key: day for key, day in (("valid_from", "2023-12-28"), ("valid_until", "2030-01-01")) if key in fixed
        }
        columns = ", ".join(f"'{text}' AS {key}" for key, text in fixed.items())
        path = folder / f"{resource}.csv"
        duckdb.sql(
            f"COPY (SELECT {columns}, '济样〔2024〕' || n || '号' AS document_number, CASE WHEN n < {behind} "
            f"THEN '2023-12-28' ELSE '2024-02-28' END AS decision_date FROM range({rows}) t(n)) TO '{path}' (HEADER)"
        )
        receipt = intake(path, resource=resource, provider="market-regulation", actor=operator())
        assert receipt.accepted == rows, receipt.codes
