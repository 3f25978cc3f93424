"""The packs of the nation and of Jinan: sound, complete, and honest about what is missing."""

from __future__ import annotations

import datetime as dt

import pytest

from quanxin.policy import lint, load
from quanxin.policy.coverage import coverage
from quanxin.policy.model import Mode

DAY = dt.date(2026, 11, 23)
PACK = load("jinan")
RULES = PACK.on(DAY)
C3 = (
    "medical-insurance-registration", "medical-insurance-arrears", "medical-insurance-payment", "new-agricultural-entity",
    "private-medical-institution", "water-fee", "electricity-fee", "gas-fee", "tax-payment", "real-estate",
    "research-development",
)  # fmt: skip


@pytest.mark.parametrize("name", ["national", "jinan"])
def test_the_packs_obey_every_rule(name: str) -> None:
    assert [f"{p.lint} {p.where}: {p.message}" for p in lint(load(name), DAY)] == []


def test_there_are_at_least_45_resources_each_complete() -> None:
    assert len(RULES.resources) >= 45
    for resource in RULES.resources.values():
        assert resource.basis, resource.key
        assert resource.publication.basis, resource.key
        assert resource.sharing.basis, resource.key
        assert resource.deadline.working_days or resource.deadline.rhythm, resource.key
        assert resource.retention.years or resource.retention.note, resource.key
        assert resource.event_date, resource.key
        assert resource.summary, resource.key
        assert resource.subject.name, resource.key


def test_licences_and_penalties_have_all_items_of_the_standard() -> None:
    licence, penalty = RULES.resources["administrative-licence"], RULES.resources["administrative-penalty"]
    assert len([f for f in licence.fields if f.code]) == 28
    assert len([f for f in penalty.fields if f.code]) == 30
    assert {f.code for f in penalty.fields} >= {
        "CF_XDR_MC",
        "CF_WSH",
        "CF_NR_FK",
        "CF_YXQ",
        "CF_GSJZQ",
        "CF_SJLYDM",
        "BZ",
    }


def test_the_eleven_items_of_the_plan_are_there_and_shared_by_consent() -> None:
    assert set(C3) <= set(RULES.resources)
    for key in ("water-fee", "electricity-fee", "gas-fee", "tax-payment", "medical-insurance-payment", "real-estate"):
        assert RULES.resources[key].publication.mode is Mode.AUTHORISED


def test_no_rating_of_sole_traders_is_collected() -> None:
    for resource in RULES.resources.values():
        if resource.category == "C09":
            assert not {"sole-trader", "person"} & set(resource.subject_types), resource.key


def test_every_clause_of_the_plan_says_what_carries_it_and_what_is_missing() -> None:
    covered = coverage(PACK)
    assert [c.clause for c in covered] == [f"C{n}" for n in range(1, 17)]
    for clause in covered:
        assert clause.carried_by, clause.clause
        assert clause.missing, clause.clause


def test_the_penalty_windows_change_with_the_law() -> None:
    editions = PACK.tiers_of("administrative-penalty")
    assert [e.in_force.from_ for e in editions] == [dt.date(1996, 10, 1), dt.date(2026, 4, 1)]
    assert editions[0].in_force.until == dt.date(2026, 3, 31)


def test_a_rule_out_of_force_is_no_rule_of_the_day() -> None:
    assert "overload-severe" not in RULES.resources
    assert "overload-severe" in PACK.on(dt.date(2022, 12, 31)).resources
    assert len(PACK.resource_history("overload-severe")) == 1


def test_the_calendar_of_the_pack_knows_the_law() -> None:
    found = PACK.calendar.is_working_day(dt.date(2029, 5, 2))
    assert (found.working, found.provisional) == (False, True)
    assert PACK.calendar.is_working_day(dt.date(2024, 5, 2)).working is False  # announced
    due = PACK.calendar.add_working_days(
        dt.date(2025, 9, 26), RULES.clocks["publicity-after-decision"].working_days or 0
    )
    assert due.date == dt.date(2025, 10, 13)


def test_the_same_content_is_the_same_edition() -> None:
    assert load("jinan").edition == PACK.edition
    assert load("national").edition != PACK.edition
