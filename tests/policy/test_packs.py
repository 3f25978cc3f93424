"""The packs of the nation and of Jinan: sound, complete, and honest about what is missing."""

from __future__ import annotations

import datetime as dt

import pytest

from quanxin.calendar import Term, day_of, term
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


@pytest.mark.parametrize("name", ["national", "shandong", "jinan"])
def test_the_packs_obey_every_rule(name: str) -> None:
    assert [f"{p.lint} {p.where}: {p.message}" for p in lint(load(name), DAY)] == []


def test_a_province_stands_between_the_nation_and_the_city() -> None:
    nation, province = load("national"), load("shandong")
    assert (nation.region, province.region, PACK.region) == ("", "370000", "370100")
    assert "environmental-rating" not in nation.on(DAY).resources
    assert PACK.on(DAY).resources["environmental-rating"] == province.on(DAY).resources["environmental-rating"]
    assert set(nation.measure_classes) < set(province.measure_classes) == set(PACK.measure_classes)
    assert not any("山东" in basis.title for measure in nation.measures for basis in measure.basis)


def test_what_the_province_rules_rests_on_its_articles_and_a_restraint_begins_with_a_talk() -> None:
    provincial = [m for m in PACK.measures if m.class_.startswith("provincial-")]
    articles = {
        "provincial-incentive": "第二十六条",
        "provincial-restraint": "第二十八条",
        "provincial-severe": "第三十条",
    }
    for measure in provincial:
        assert measure.basis[0].title == "山东省社会信用条例"
        assert str(measure.basis[0].article).startswith(articles[measure.class_]), measure.key
        assert (measure.talk is None) == (measure.nature == "incentive"), measure.key
    assert {m.class_ for m in provincial} == set(articles)
    assert not [m.key for m in PACK.measures if m.class_ == "local-addition"]


def test_persons_are_reached_where_a_decision_listed_them_and_an_article_says_so() -> None:
    reached = {m.key: {str(t.list) for t in m.triggers} for m in PACK.measures if "person" in m.targets}
    assert reached.keys() >= {
        "company-office-bar",
        "civil-service-bar",
        "debtor-exit-limit",
        "debtor-consumption-limit",
    }
    for key, lists in reached.items():
        assert lists <= {
            "judgment-debtors", "military-service-refusal", "telecom-fraud", "restricted-air", "restricted-rail",
        }, key  # fmt: skip


def test_each_sanction_names_a_kind_of_the_national_list_and_most_kinds_have_one() -> None:
    used = {m.kind for m in PACK.measures if m.nature == "sanction"}
    assert used <= set(PACK.measure_kinds)
    # listing itself is a procedure, no measure
    assert set(PACK.measure_kinds) - used == {"P10"}


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


@pytest.mark.parametrize(
    ("day", "regime"),
    [("2023-04-30", None), ("2023-05-01", "order-58"), ("2026-03-31", "order-58"), ("2026-04-01", "order-36")],
)
def test_the_regime_of_repair_is_that_of_the_day_of_application(day: str, regime: str | None) -> None:
    for resource in ("administrative-penalty", "abnormal-operations", "serious-violation", "judgment-debtors"):
        found = PACK.regime_on(resource, dt.date.fromisoformat(day))
        assert (found.key if found else None) == regime
    assert PACK.regime_on("enterprise-registration", DAY) is None


def test_every_list_of_the_dishonest_can_be_repaired_or_says_where() -> None:
    negative = {item.resource for item in RULES.lists.values() if item.nature == "negative"}
    severe = {key for key, resource in RULES.resources.items() if resource.category == "C06"}
    for regime in PACK.repair:
        assert all(regime.coverage(key) for key in negative | severe), regime.key


def test_a_repair_asks_for_two_materials_and_an_early_one_for_no_other_term() -> None:
    for regime in PACK.repair:
        assert {m.kind for m in regime.materials} == {"proof", "commitment"}
        assert regime.self_apply
    assert PACK.repair[0].key != PACK.repair[1].key
    late = RULES.repair["order-36"]
    decide = RULES.procedures["repair"].state_of["accepted"].clock
    assert decide is not None
    assert (decide.extensions, RULES.clocks[str(decide.key)].extension_working_days) == (1, 10)
    assert late.ends == ("publication", "sharing", "evaluation", "measures")


def term_of(clock: str, started: dt.datetime, ruled_on: dt.date | None = None) -> Term:
    """The term of a clock of the pack, by its version of a day: that of the start, unless another rules the matter."""
    found = PACK.on(ruled_on or day_of(started)).clocks[clock]
    return term(PACK.calendar, started, working_days=found.working_days, months=found.months, warn=found.warn)


@pytest.mark.parametrize(
    ("clock", "day", "due"),
    [
        ("repair-forward", "2026-09-30", "2026-10-08"),
        ("repair-accept", "2026-05-29", "2026-06-03"),
        ("repair-decide", "2025-09-26", "2025-10-16"),
        ("objection-answer", "2026-05-29", "2026-06-09"),
    ],
)
def test_the_clocks_of_rights_run_over_holidays(clock: str, day: str, due: str) -> None:
    started = dt.datetime.fromisoformat(f"{day}T10:00+08:00")
    found = term_of(clock, started)
    assert found.due == dt.datetime.fromisoformat(f"{due}T17:00+08:00")
    assert len(found.warnings) == 2


def test_a_clock_is_that_of_the_day_that_rules_the_matter() -> None:
    started = dt.datetime.fromisoformat("2026-04-02T10:00+08:00")
    with pytest.raises(KeyError):
        term_of("removal-display", started)
    assert term_of("removal-display", started, ruled_on=dt.date(2026, 3, 31)).working_days == 3


def test_the_clocks_call_roles_that_there_are() -> None:
    from quanxin.accounts.actors import Role
    from quanxin.policy.rights import ROLES

    assert {role.value for role in Role} == ROLES
    assert all(clock.escalate_to for clock in PACK.clocks if clock.key != "publicity-after-decision")


def test_what_needs_consent_has_a_text_that_says_how_to_refuse_and_revoke() -> None:
    given = {key for text in PACK.consents for key in text.resources}
    authorised = {
        key
        for key, resource in RULES.resources.items()
        if resource.sharing.mode is Mode.AUTHORISED and not resource.special
    }
    assert authorised <= given
    for text in PACK.consents:
        assert RULES.purposes[text.purpose].consent
        assert "撤回" in text.body.zh
        assert "revoke" in text.body.en
        assert "可以不同意" in text.body.zh
        assert "may refuse" in text.body.en


def test_persons_are_read_for_few_purposes_and_by_nobody_outside() -> None:
    purposes = [p for p in RULES.purposes.values() if p.persons]
    assert {p.key for p in purposes} == {
        "repair-handling", "objection-handling", "quality", "audit", "personnel-review", "own-archive",
    }  # fmt: skip
    assert not {"public", "institution", "consumer"} & {viewer for p in purposes for viewer in p.viewers}
    assert RULES.purposes["financing"].allows("institution", Mode.AUTHORISED, "C10")
    assert not RULES.purposes["licensing"].allows("department", Mode.SHARED, "C10")


def test_a_notice_says_what_is_filled_in_and_nothing_stays_open() -> None:
    from quanxin.policy.rights import PLACEHOLDERS

    for notice in PACK.notices:
        for language in notice.LANGUAGES:
            title, body = notice.filled(language, dict.fromkeys(PLACEHOLDERS, "某"))
            assert title
            assert "{" not in body
    with pytest.raises(KeyError):
        RULES.notices["repair-notice"].filled("zh", {})
