"""Windows of repair and publication: the laws of their arithmetic over many random penalties, and single questions."""

from __future__ import annotations

import datetime as dt
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanxin.calendar import add_months, travel
from quanxin.engine.cases import run_cases
from quanxin.engine.judging import Judge, Judged
from quanxin.engine.windows import WORDS, Asked, Why, Window, window, windows
from quanxin.policy import Pack, load
from tests.engine.penalties import (
    LAWS,
    PENALTY,
    SUBJECTS,
    at_random,
    bulk,
    days,
    kinds,
    penalties,
    under_laws,
    with_kinds,
)
from tests.policy.small import put, sound, written

PACK = load("jinan")
RULED = under_laws(PACK)
REFORM, FIRST = dt.date(2026, 4, 1), dt.date(2023, 5, 1)
AT_ONCE = 60  # penalties to an example by its seed, beside those that are drawn
MANY = settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
lists = st.builds(
    lambda drawn, seed: [*drawn, *at_random(seed, AT_ONCE)],
    st.lists(penalties(), min_size=1, max_size=2),
    st.integers(0, 2**64),
)


def _long(day: dt.date | None) -> dt.date:
    """A day to compare by: what is not published at all ends before everything."""
    return day or dt.date.min


def _obeys(record: Asked, found: Window, longer: Window) -> None:
    """The laws of a window beside that of the same decision with more kinds of penalty."""
    event = record.event_date
    assert event is not None
    regime = None if found.on < FIRST else "order-58" if found.on < REFORM else "order-36"
    assert (found.regime.key if found.regime else None) == regime
    # the edition of the day of decision publishes, that of the day of application gives the minimum
    assert found.edition is not None
    assert found.edition.in_force.covers(event)
    assert found.repair_edition is not None
    assert found.repair_edition.in_force.covers(found.on)
    tier = next(t for t in found.edition.tiers if t.key == found.tier)
    assert found.public_until == (add_months(event, tier.maximum_months or 0) if tier.published else None)
    assert found.published == (tier.published and record.payload["subject_category"] != "自然人")
    if regime is None:
        assert (found.repairable_from, found.why) == (None, Why.NO_REGIME)
        return
    assert found.repair_tier is not None
    assert found.repairable_from is not None
    least = add_months(event, found.repair_tier.minimum_months or 0)
    assert found.repairable_from == min(least, found.public_until or least)
    assert event <= found.repairable_from <= (found.public_until or dt.date.max)
    assert _long(longer.public_until) >= _long(found.public_until)
    assert longer.published >= found.published
    assert _long(longer.repairable_from) >= found.repairable_from
    hidden = not found.published and regime == "order-58"
    open_ = found.repairable_from <= found.on <= (found.public_until or dt.date.max)
    assert found.repairable == (open_ and not hidden)


def _agree_with_the_bulk_engine(pack: Pack, seen: dict[str, tuple[Asked, Window]]) -> None:
    found = [(window.tier, window.published, window.public_until) for _, window in seen.values()]
    assert found == bulk(pack, [record for record, _ in seen.values()])


def test_ten_thousand_random_penalties_obey_the_law_and_the_bulk_engine() -> None:
    seen: dict[str, tuple[Asked, Window]] = {}

    @MANY
    @given(lists, kinds, days)
    def obey(records: list[Asked], more: list[str], on: dt.date) -> None:
        found = windows(PACK, PENALTY, [*records, *(with_kinds(r, more) for r in records)], on)
        for n, record in enumerate(records):
            _obeys(record, found[n], found[n + len(records)])
            seen[str(record.payload)] = (record, found[n])

    obey()
    assert len(seen) >= 10_000
    _agree_with_the_bulk_engine(PACK, seen)
    # and the laws were tried on everything that there is
    assert {w.tier for _, w in seen.values()} == {"minor", "general", "sector", "serious"}
    assert {w.why for _, w in seen.values()} >= {None, Why.NO_REGIME, Why.ENDED, Why.UNPUBLISHED, Why.TOO_EARLY}


def _holding(record: Asked) -> str | None:
    """The law that should hold, the longest of several, by the conditions said in Python."""
    assert record.event_date is not None
    fitting = [law for law, holds in LAWS.values() if holds(record.payload) and law.in_force.covers(record.event_date)]
    return max(fitting, key=lambda law: law.weight).key if fitting else None


def _months(event: dt.date, months: int | None, usual: dt.date | None) -> dt.date | None:
    return usual if months is None else add_months(event, months)


def test_a_law_prevails_over_any_tier_and_changes_nothing_where_it_does_not_hold() -> None:
    seen: dict[str, tuple[Asked, Window]] = {}

    @SOME
    @given(lists, days)
    def prevail(records: list[Asked], on: dt.date) -> None:
        plain, ruled = windows(PACK, PENALTY, records, on), windows(RULED, PENALTY, records, on)
        for record, usual, found in zip(records, plain, ruled, strict=True):
            _prevails(record, usual, found)
            seen[str(record.payload)] = (record, found)

    prevail()
    assert {w.override.key if w.override else None for _, w in seen.values()} == {None, *LAWS}
    _agree_with_the_bulk_engine(RULED, seen)


def _prevails(record: Asked, usual: Window, found: Window) -> None:
    key, event = _holding(record), record.event_date
    assert (found.override.key if found.override else None) == key
    if key is None:
        assert found == usual
        return
    law = LAWS[key][0]
    assert event is not None
    assert found.tier == usual.tier
    assert set(law.basis) <= set(found.basis)
    hidden = law.published is False
    assert found.public_until == (None if hidden else _months(event, law.maximum_months, usual.public_until))
    shown = usual.published if law.published is None else law.published
    assert found.published == (shown and record.payload["subject_category"] != "自然人")
    if found.regime:
        least = event if hidden else _months(event, law.minimum_months, usual.repairable_from)
        assert least is not None
        assert found.repairable_from == min(least, found.public_until or least)


@SOME
@given(lists, days, st.randoms(use_true_random=False))
def test_neither_order_nor_today_has_a_part_in_it(records: list[Asked], on: dt.date, random: Any) -> None:
    expected = windows(PACK, PENALTY, records, on)
    order = list(range(len(records)))
    random.shuffle(order)
    with travel(dt.date(2035, 1, 1)):
        found = windows(PACK, PENALTY, [_turned(records[n]) for n in order], on)
    assert found == [expected[n] for n in order]
    assert expected[0] == window(PACK, PENALTY, records[0].payload, records[0].event_date, on)


def _turned(record: Asked) -> Asked:
    """The same payload with its items and kinds in another order."""
    payload = dict(reversed(record.payload.items()))
    return Asked(payload | {"penalty_kinds": payload["penalty_kinds"][::-1]}, record.event_date)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_no_time_zone_has_a_part_in_it(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = PACK.on(REFORM).resources[PENALTY]
    asked = [
        Asked({"penalty_kinds": ["罚款"], "authority_name": "x", "violation": "y", "uscc": SUBJECTS[0][1]}, day)
        for day in (dt.date(2026, 3, 31), REFORM, dt.date(2024, 2, 29))
    ]
    expected = Judge(PACK, resource).judge(asked)
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()
    try:
        assert Judge(PACK, resource).judge(asked) == expected
    finally:
        monkeypatch.undo()
        time.tzset()
    assert [j.public_until for j in expected] == [dt.date(2029, 3, 31), dt.date(2027, 4, 1), dt.date(2027, 2, 28)]


def test_many_may_ask_at_once() -> None:
    asked = [
        ({"penalty_kinds": [kind], "authority_name": "x", "violation": "y", "uscc": SUBJECTS[0][1]}, day)
        for kind in ("警告", "罚款", "责令停产停业")
        for day in (dt.date(2025, 8, 31), dt.date(2026, 8, 31))
    ]
    alone = [window(PACK, PENALTY, payload, day, dt.date(2027, 1, 1)) for payload, day in asked]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda a: window(PACK, PENALTY, *a, dt.date(2027, 1, 1)), asked * 20))
    assert found == alone * 20


def test_a_payload_with_a_value_of_another_type_is_refused_and_the_next_question_answered() -> None:
    right = {"penalty_kinds": ["罚款"], "authority_name": "x", "violation": "y"}
    with pytest.raises(ValueError, match=PENALTY):
        window(PACK, PENALTY, right | {"penalty_kinds": "罚款"}, REFORM, REFORM)
    assert window(PACK, PENALTY, right, REFORM, dt.date(2026, 7, 1)).repairable_from == dt.date(2026, 7, 1)


def test_the_type_of_a_subject_that_is_known_counts_before_what_the_payload_says() -> None:
    payload = {"penalty_kinds": ["罚款"], "authority_name": "x", "violation": "y"}
    said = [
        window(PACK, PENALTY, payload, REFORM, REFORM, subject_type=kind).published
        for kind in (None, "enterprise", "sole-trader", "person")
    ]
    assert said == [False, True, True, False]


def test_a_resource_out_of_force_keeps_its_last_version_and_an_unknown_one_is_refused() -> None:
    found = window(PACK, "overload-severe", {}, dt.date(2022, 8, 31), dt.date(2024, 1, 1))
    assert (found.public_until, found.why) == (dt.date(2024, 8, 31), Why.ELSEWHERE)
    with pytest.raises(KeyError):
        window(PACK, "nothing", {}, REFORM, REFORM)


def test_what_no_regime_covers_is_not_repaired() -> None:
    found = window(PACK, "administrative-licence", {}, REFORM, REFORM)
    assert (found.why, found.regime, found.repairable_from, found.basis) == (Why.NOT_COVERED, None, None, ())


def test_a_decision_that_no_tier_covers_and_one_without_a_day_are_told_of() -> None:
    payload = {"penalty_kinds": None, "authority_name": "x", "violation": "y"}
    assert window(PACK, PENALTY, payload, REFORM, dt.date(2027, 1, 1)).why is Why.NO_TIER
    fined = payload | {"penalty_kinds": ["罚款"]}
    assert window(PACK, PENALTY, fined, None, dt.date(2027, 1, 1)).why is Why.NO_DATE


def test_a_window_says_what_allows_it_once() -> None:
    payload = {"penalty_kinds": ["责令停产停业"], "authority_name": "x", "violation": "y", "uscc": SUBJECTS[0][1]}
    found = window(PACK, PENALTY, payload, dt.date(2025, 8, 31), REFORM)
    said = [basis.reference for basis in found.basis]
    assert {"国家发展改革委令第58号", "国家发展改革委令第36号", "国办发〔2025〕22号"} <= set(said)
    assert len(found.basis) == len(set(found.basis))


def test_every_reason_has_words() -> None:
    assert set(WORDS) == set(Why)
    assert all(words.zh and words.en for words in WORDS.values())


CASE = {"title": "例", "resource": "penalty", "received_on": "2026-05-01", "applied_on": "2026-08-01",
        "row": {"subject_name": "某企业", "uscc": "91370102QX0000026P", "kind": "a", "fine": "51",
                "decision_date": "2026-04-30"}}  # fmt: skip


def _outcome(folder: Path, **said: Any) -> tuple[bool, str]:
    files = sound()
    put("tests/a.yaml", to=CASE | said)(files)
    (found,) = run_cases(load(written(folder, files)))
    return found.ok, found.message


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"override": "law", "repairable_from": "2026-10-30", "public_until": "2028-04-30", "regime": "late"}, ""),
        ({"row": CASE["row"] | {"fine": "50"}, "override": None, "repairable": True, "public_until": "2027-04-30"}, ""),
        ({"repairable": True}, "repairable: False, not True"),
        ({"why": None}, "why: too-early, not None"),
        ({"override": None}, "override: law, not None"),
        ({"repair_tier": "other"}, "repair_tier: general, not other"),
        ({"applied_on": None, "regime": "late"}, "regime: of a window only a case with applied_on can speak"),
    ],
)
def test_a_case_of_a_pack_speaks_of_windows_and_of_laws(tmp_path: Path, said: dict[str, Any], message: str) -> None:
    assert _outcome(tmp_path, **said) == (not message, message)


def test_a_judged_record_is_told_by_every_edition() -> None:
    resource = PACK.on(REFORM).resources[PENALTY]
    payload = {"penalty_kinds": ["责令停产停业"], "authority_name": "x", "violation": "y", "uscc": SUBJECTS[0][1]}
    (found,) = Judge(PACK, resource).judge([Asked(payload, dt.date(2025, 8, 31))])
    assert found == Judged("general", True, dt.date(2028, 8, 31), None, ("general", "serious"))
    assert Judge(PACK, resource).judge([]) == []
