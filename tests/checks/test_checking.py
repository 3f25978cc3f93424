"""What a check says of somebody, by the item, the records and the decisions about them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from quanxin.accounts import NotAllowed
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.lookups import TooManyMissed
from quanxin.accounts.models import AuditLine, User
from quanxin.accounts.own_matters import OwnMatter
from quanxin.archive.models import Access, Restriction
from quanxin.calendar import day_of, now, travel
from quanxin.checks import judging
from quanxin.checks.checking import check
from quanxin.checks.errors import CheckError
from quanxin.checks.models import Check, Result, Use
from quanxin.checks.queries import one_of, visible
from quanxin.checks.using import use
from quanxin.demo.city import code_of
from tests.checks.city import (
    APPROVER,
    CASE,
    FINANCE,
    FUNDS,
    HONOUR,
    INDUSTRY,
    PROCUREMENT,
    REFORM,
    STAFF,
    SUPPORT,
    banned,
    company,
    hold,
    listed,
)
from tests.city import CODES, NAMES, person


def one(item: str, n: int = 0, actor: Actor = FINANCE) -> Result:
    """The one result of a check of company ``n``."""
    return check(actor, item, [CODES[n]], **CASE).results.get()


def test_nothing_found_is_clear_and_says_of_what_as_of_when(city: Path) -> None:
    made = check(FINANCE, PROCUREMENT, [CODES[0]], **CASE)
    result = made.results.get()
    assert (result.verdict, result.findings, result.name) == ("clear", [], NAMES[0])
    assert made.number.startswith("XH")
    assert made.counts == {"clear": 1}
    assert made.valid_until == day_of(made.as_of)
    lists = ["procurement-severe", "tax-severe", "judgment-debtors"]
    assert made.looked_at == {"resources": ["administrative-penalty"], "lists": lists}


def test_a_listed_firm_is_restricted_by_the_measure_and_its_article(city: Path) -> None:
    record = banned(city, 0)
    result = one(PROCUREMENT)
    assert result.verdict == "restricted"
    (finding,) = result.findings
    assert (finding["list"], finding["source"], finding["until"]) == ("procurement-severe", "finance", "2029-03-01")
    assert finding["record"] == f"{company(0).pk}-{record.id}"
    assert [m["measure"] for m in finding["measures"]] == ["procurement-ban"]
    assert finding["measures"][0]["basis"][0]["article"]
    assert one(PROCUREMENT, 1).verdict == "clear"


def test_what_has_no_measure_of_the_item_is_a_hint(city: Path) -> None:
    listed(city, "tax-severe", "taxation", 0)
    assert [m["measure"] for m in one(FUNDS).findings[0]["measures"]] == ["fiscal-project-limit"]
    honour = one(HONOUR, actor=REFORM)
    assert (honour.verdict, honour.findings[0]["measures"]) == ("hint", [])


@pytest.mark.parametrize("kind", ["repaired", "deleted", "shielded"])
def test_what_a_decision_took_away_is_found_by_nobody(city: Path, kind: str) -> None:
    hold(banned(city, 0), Restriction.Kind(kind))
    assert one(PROCUREMENT).verdict == "clear"  # though finance handed it in itself


def test_a_disputed_record_is_no_ground(city: Path) -> None:
    hold(banned(city, 0), Restriction.Kind.DISPUTED)
    result = one(PROCUREMENT)
    assert (result.verdict, result.findings[0]["disputed"]) == ("hint", True)
    assert (result.findings[0]["measures"], result.findings[0]["suspended"]) == ([], ["procurement-ban"])


def test_a_membership_that_is_over_is_none(city: Path) -> None:
    banned(city, 0, removed_on="2026-06-01", removal_reason="期满")
    banned(city, 1, decision_date="2020-01-01", valid_until="2022-01-01")
    assert [one(PROCUREMENT, n).verdict for n in (0, 1)] == ["clear", "clear"]


def test_a_record_is_read_as_far_back_as_the_item_says_and_as_it_narrows(city: Path) -> None:
    from tests.city import hand_in, penalty

    closing = {"penalty_kinds": "责令停产停业", "fine": None}
    hand_in(city, "administrative-penalty", [penalty(0), penalty(1, "2号", **closing)])
    hand_in(city, "administrative-penalty", [penalty(2, "3号", decision_date="2021-08-31", **closing)], name="old.csv")
    assert [one(PROCUREMENT, n).verdict for n in range(3)] == ["clear", "hint", "clear"]


def test_a_condition_may_ask_for_the_day(city: Path) -> None:
    def abnormal(n: int, **changes: str | None) -> None:
        row = {"reason": "未按规定公示年度报告", "removed_on": None} | changes
        listed(city, "abnormal-operations", "market-regulation", n, valid_until=None, **row)

    abnormal(0)
    abnormal(1, removed_on="2026-05-01", removal_reason="已公示")
    assert [one(SUPPORT, n, INDUSTRY).verdict for n in range(2)] == ["hint", "clear"]


def test_rows_are_answered_each_for_itself(city: Path) -> None:
    number = str(person()["identity_number"])
    unknown = code_of("91", "370102", 999)
    trader = code_of("92", "370102", 5)
    codes = [CODES[0], CODES[0].lower(), unknown, "9137XX", number, trader, f" {CODES[1]} "]
    made = check(FINANCE, FUNDS, codes, **CASE, source="machine")
    rows = [(r.position, r.verdict) for r in made.results.all()]
    assert rows == [
        (1, "clear"), (2, "doubled"), (3, "unknown-subject"), (4, "malformed-code"), (5, "person-not-allowed"),
        (6, "unknown-subject"), (7, "clear"),
    ]  # fmt: skip
    assert number not in str(list(made.results.values())) + str(list(AuditLine.objects.values()))
    assert Access.objects.filter(purpose__contains=made.number).count() == 2
    assert AuditLine.objects.filter(act="lookup.missed").count() == 1


def test_whom_the_item_is_not_about_is_said_and_not_read(city: Path) -> None:
    banned(city, 0)
    made = check(FINANCE, PROCUREMENT, [CODES[0]], **CASE)
    type(company(0)).objects.filter(pk=company(0).pk).update(type="person-in-no-item")
    again = check(FINANCE, PROCUREMENT, [CODES[0]], **CASE)
    assert (again.results.get().verdict, again.results.get().findings) == ("not-a-target", [])
    assert Access.objects.filter(purpose__contains=made.number).exists()
    assert not Access.objects.filter(purpose__contains=again.number).exists()


def test_every_reading_is_in_the_subjects_log_with_its_item(city: Path) -> None:
    made = check(FINANCE, PROCUREMENT, [CODES[0]], **CASE)
    line = Access.objects.get(subject_id=company(0).pk, purpose__contains=made.number)
    assert (line.viewer, line.actor) == ("department", FINANCE.name)
    assert line.purpose == f"政府采购供应商资格审查（信用核查 {made.number}）"


def test_an_item_is_its_departments_alone_and_not_for_persons_here(city: Path) -> None:
    with pytest.raises(CheckError, match="事项"):
        check(REFORM, PROCUREMENT, [CODES[0]], **CASE)
    with pytest.raises(CheckError) as found:
        check(Actor("user:hr", [Assignment(Role.INTAKE, "human-resources")]), STAFF, [CODES[0]], **CASE)
    assert found.value.code == "persons-only"
    with pytest.raises(CheckError) as found:
        check(FINANCE, "nothing", [CODES[0]], **CASE)
    assert found.value.code == "item-unknown"
    assert not Check.objects.exists()


def test_an_item_that_is_out_of_force_says_since_when(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from quanxin.checks import items
    from quanxin.policy.model import InForce
    from quanxin.runtime.pack import current_pack

    pack = current_pack()
    over = tuple(
        i.model_copy(update={"in_force": InForce(**{"from": "2020-10-01", "until": "2025-12-31"})})
        if i.key == PROCUREMENT else i
        for i in pack.check_items
    )  # fmt: skip
    monkeypatch.setattr(items, "current_pack", lambda: pack.replacing(check_items=over))
    with pytest.raises(CheckError) as found:
        check(FINANCE, PROCUREMENT, [CODES[0]], **CASE)
    assert (found.value.code, "2026-01-01" in found.value.zh) == ("item-expired", True)


@pytest.mark.parametrize("missing", ["words", "case_ref"])
def test_without_a_case_and_words_there_is_no_check(city: Path, missing: str) -> None:
    with pytest.raises(CheckError):
        check(FINANCE, PROCUREMENT, [CODES[0]], **(CASE | {missing: "  "}))


def test_the_same_form_twice_is_one_check(city: Path) -> None:
    first = check(FINANCE, PROCUREMENT, [CODES[0]], **CASE, form="f" * 32)
    assert check(FINANCE, PROCUREMENT, [CODES[0]], **CASE, form="f" * 32) == first
    with pytest.raises(CheckError) as found:
        check(FINANCE, PROCUREMENT, [CODES[0]], words="另", case_ref="另一件", form="f" * 32)
    assert found.value.code == "check-key-reused"


def test_ones_own_firm_is_checked_by_a_colleague(city: Path) -> None:
    from quanxin.accounts.models import Binding

    person_ = User.objects.create(username="finance")
    Binding.objects.create(user=person_, code=CODES[1], from_at=now(), made_by="x", reason="样例")
    with pytest.raises(OwnMatter):
        check(Actor("user:finance", FINANCE.assignments), PROCUREMENT, [CODES[0], CODES[1]], **CASE)
    assert not Check.objects.exists()


def test_codes_that_find_nobody_are_limited(city: Path, settings: object) -> None:
    settings.MISSED_LOOKUPS = 1  # type: ignore[attr-defined]
    unknown = code_of("91", "370102", 999)
    check(FINANCE, PROCUREMENT, [unknown], **CASE)
    with pytest.raises(TooManyMissed):
        check(FINANCE, PROCUREMENT, [unknown], **CASE)


def test_a_check_and_its_results_never_change(city: Path) -> None:
    result = one(PROCUREMENT)
    for change in (lambda: Result.objects.update(verdict="hint"), lambda: Check.objects.update(words="另")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(DatabaseError), transaction.atomic():
        result.delete()


def test_the_digest_is_of_what_was_said(city: Path) -> None:
    banned(city, 0)
    made = check(FINANCE, PROCUREMENT, [CODES[0]], **CASE)
    result = made.results.get()
    head = {
        "number": made.number, "item_edition": made.item_edition, "pack_edition": made.pack_edition,
        "case": made.case_ref, "as_of": made.as_of.astimezone(dt.UTC).isoformat(),
        "valid_until": made.valid_until.isoformat(), "looked_at": made.looked_at,
    }  # fmt: skip
    said = {
        "check": judging.digest_of(head), "item": made.item, "position": 1, "subject": result.subject_id, "code": result.code,
        "verdict": result.verdict, "findings": result.findings,
    }  # fmt: skip
    assert judging.digest_of(said) == result.digest
    assert judging.whole_of(head, [result.digest]) == made.digest


def test_a_result_is_used_once_by_what_it_allows(city: Path) -> None:
    banned(city, 0)
    made = check(FINANCE, PROCUREMENT, [CODES[0], CODES[1]], **CASE, source="machine")
    with pytest.raises(CheckError) as found:
        use(APPROVER, made.number, 1, "restricted", measure="fiscal-project-limit")
    assert found.value.code == "use-needs-measure"
    with pytest.raises(CheckError) as found:
        use(APPROVER, made.number, 1, "passed")
    assert found.value.code == "reason-missing"
    used = use(APPROVER, made.number, 1, "restricted", measure="procurement-ban")
    assert use(APPROVER, made.number, 1, "restricted", measure="procurement-ban") == used
    with pytest.raises(CheckError) as found:
        use(APPROVER, made.number, 1, "ignored", reason="另有规定")
    assert found.value.code == "use-twice"
    with pytest.raises(CheckError) as found:
        use(APPROVER, made.number, 2, "restricted", measure="procurement-ban")
    assert found.value.code == "use-no-ground"
    assert use(APPROVER, made.number, 2, "passed").decision == "passed"
    assert Use.objects.count() == 2


def test_to_pass_over_a_restriction_needs_a_reason_and_is_told_apart(city: Path) -> None:
    banned(city, 0)
    made = check(FINANCE, PROCUREMENT, [CODES[0]], **CASE)
    assert use(FINANCE, made.number, 1, "passed", reason="期限今日届满").decision == "ignored"


def test_a_result_that_expired_is_not_used(city: Path) -> None:
    made = check(FINANCE, PROCUREMENT, [CODES[0]], **CASE)
    with travel(now() + dt.timedelta(days=1)), pytest.raises(CheckError) as found:
        use(FINANCE, made.number, 1, "passed")
    assert found.value.code == "use-expired"


def test_another_departments_checks_are_not_seen(city: Path) -> None:
    made = check(FINANCE, PROCUREMENT, [CODES[0]], **CASE)
    assert list(visible(APPROVER)) == [made]
    assert not visible(REFORM).exists()
    assert not visible(Actor("user:centre", [Role.CENTRE])).exists()
    for act in (lambda: one_of(REFORM, made.number), lambda: use(REFORM, made.number, 1, "passed")):
        with pytest.raises(CheckError) as found:
            act()
        assert found.value.code == "check-unknown"
    with pytest.raises((NotAllowed, CheckError)):
        check(Actor("user:centre", [Role.CENTRE]), PROCUREMENT, [CODES[0]], **CASE)
