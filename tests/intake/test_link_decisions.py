"""Unlinked rows: whom they may be about, what a steward decides, what that teaches, and how it is undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import NotAllowed, Role
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Batch, Event, Record
from quanxin.demo.city import code_of
from quanxin.intake import link_decisions
from quanxin.intake.models import Held
from quanxin.intake.pipeline import intake
from quanxin.intake.receipt import Receipt
from quanxin.intake.unlinked_queue import candidates_for, queue, waiting_rows
from quanxin.subjects.models import Decision, Identifier, Name, NamePair, PairCount, Subject
from quanxin.subjects.queries import find
from quanxin.subjects.search import search_names
from tests.city import CODES, NAMES, hand_in, penalty, person, register, registration, write

pytestmark = pytest.mark.django_db
OLD = "370102200000013"
WRONG = NAMES[0].replace("机械", "机戒")


def debtor(number: str = "（2025）鲁0102执36号", **changes: str | None) -> dict[str, str | None]:
    return {
        "subject_name": WRONG,
        "court": "济南市历下区人民法院",
        "document_number": number,
        "duties": "支付货款",
        "performance": "全部未履行",
        "decision_date": "2025-05-05",
    } | changes


def courts(folder: Path, *rows: dict[str, str | None], name: str = "debtors.csv") -> Receipt:
    return intake(
        write(folder, "judgment-debtors", rows, name), resource="judgment-debtors", provider="courts", actor=operator()
    )


def numbered(number: str) -> Record:
    (found,) = [r for r in Record.objects.all() if number in r.payload.get("document_number", "")]
    return found


def only() -> Held:
    (entry,) = queue(operator())
    return entry.held


def subject(n: int) -> Subject:
    found = find(CODES[n])
    assert found is not None
    return found


@pytest.fixture
def city(tmp_path: Path) -> Path:
    register(tmp_path)
    return tmp_path


def test_rows_that_state_the_same_are_one_entry_oldest_first(city: Path) -> None:
    hand_in(city, "administrative-penalty", [penalty(0, "一号", uscc=OLD, subject_name=WRONG)])
    courts(city, debtor(), debtor("（2025）鲁0102执37号"), debtor("（2025）鲁0102执38号", subject_name="乙未知厂"))
    found = queue(operator())
    assert [w.rows for w in found] == [1, 2, 1]
    assert found[0].stated["kind"] == "registration-number"
    assert found[1].providers == ("courts",)
    assert [w.rows for w in queue(operator(), provider="courts")] == [2, 1]
    assert queue(operator(), resource="administrative-penalty")[0].rows == 1
    assert len(queue(operator(), limit=1)) == 1
    assert [w.rows for w in queue(operator(), limit=1, offset=1)] == [2]
    assert waiting_rows() == 4


def test_the_best_candidate_says_why(city: Path) -> None:
    courts(city, debtor())
    first, *_ = candidates_for(only())
    assert first.code == CODES[0]
    assert {r.code for r in first.reasons} >= {"trade-name", "region", "legal-form"}
    assert all(0 <= r.hundredths <= 100 and r.words.zh and r.words.en for r in first.reasons)


def test_a_link_takes_the_rows_in_and_teaches_the_next_intake(city: Path) -> None:
    courts(city, debtor(), debtor("（2025）鲁0102执37号"))
    made = link_decisions.link(operator(), only(), subject(0), reason="名称笔误")
    assert [r.accepted for r in made.receipts] == [2]
    assert not queue(operator())
    assert Record.objects.filter(subject_id=subject(0).pk, resource="judgment-debtors").count() == 2
    assert AuditLine.objects.filter(act="intake.link", particulars__decision=made.decision.pk).count() == 1
    assert courts(city, debtor("（2025）鲁0102执40号"), name="next.csv").accepted == 1


def test_the_same_decision_twice_changes_nothing_and_another_is_refused(city: Path) -> None:
    courts(city, debtor())
    held = only()
    made = link_decisions.link(operator(), held, subject(0), reason="名称笔误")
    batches = Batch.objects.count()
    again = link_decisions.link(operator(), held, subject(0), reason="再来一次")
    assert (again.decision, Batch.objects.count(), Decision.objects.count()) == (made.decision, batches, 1)
    with pytest.raises(link_decisions.NotPossible):
        link_decisions.link(operator(), held, subject(1), reason="别家")
    with pytest.raises(link_decisions.NotPossible):
        link_decisions.reject(operator(), held, reason="不对")


def test_undoing_takes_the_records_out_and_puts_the_rows_back(city: Path) -> None:
    courts(city, debtor())
    made = link_decisions.link(operator(), only(), subject(0), reason="名称笔误")
    courts(city, debtor("（2025）鲁0102执40号"), name="taught.csv")
    undone = link_decisions.undo(operator(), made.decision, reason="看错了")
    assert undone.taken_out is not None
    assert len(undone.taken_out.gone) == 2
    assert not Record.objects.filter(resource="judgment-debtors", superseded_at=None).exists()
    assert Record.objects.filter(resource="judgment-debtors").count() == 2
    assert Event.objects.filter(kind="judgement-undone", particulars__decision=made.decision.pk).exists()
    assert [w.rows for w in queue(operator())] == [2]
    assert courts(city, debtor("（2025）鲁0102执41号"), name="forgotten.csv").unlinked == 1
    assert link_decisions.undo(operator(), made.decision, reason="再撤").taken_out is None
    once_more = link_decisions.link(operator(), queue(operator())[0].held, subject(1), reason="原来是乙")
    assert sum(r.accepted for r in once_more.receipts) == 3
    assert Record.objects.filter(subject_id=subject(1).pk, superseded_at=None, resource="judgment-debtors").count() == 3


def test_undoing_brings_back_the_version_that_was_replaced(city: Path) -> None:
    courts(city, debtor(subject_name=NAMES[0], uscc=CODES[0], duties="先"))
    courts(city, debtor(duties="后"), name="later.csv")
    made = link_decisions.link(operator(), only(), subject(0), reason="名称笔误")
    assert made.receipts[0].updated == 1
    undone = link_decisions.undo(operator(), made.decision, reason="看错了")
    assert undone.taken_out is not None
    assert len(undone.taken_out.restored) == 1
    versions = Record.objects.filter(resource="judgment-debtors").order_by("version")
    assert [(v.version, v.payload["duties"], v.superseded_at is None) for v in versions] == [
        (1, "先", False),
        (2, "后", False),
        (3, "先", True),
    ]


def test_a_taught_name_is_its_providers_own(city: Path) -> None:
    courts(city, debtor())
    link_decisions.link(operator(), only(), subject(0), reason="名称笔误")
    row = penalty(0, "九号", uscc=None, registration_number=None, subject_name=WRONG)
    assert hand_in(city, "administrative-penalty", [row], name="p.csv").accepted == 0


def test_a_code_of_another_subject_wins_over_a_taught_name(city: Path) -> None:
    courts(city, debtor())
    link_decisions.link(operator(), only(), subject(0), reason="名称笔误")
    courts(city, debtor("（2025）鲁0102执50号", uscc=CODES[1], subject_name=NAMES[1]), name="coded.csv")
    assert numbered("执50号").subject_id == subject(1).pk


def test_what_the_register_learns_later_reopens_the_question(city: Path) -> None:
    courts(city, debtor())
    link_decisions.link(operator(), only(), subject(0), reason="名称笔误")
    other = registration(0, subject_name=WRONG, uscc=code_of("91", "370102", 55))
    hand_in(city, "enterprise-registration", [other], name="new.csv")
    assert courts(city, debtor("（2025）鲁0102执60号"), name="c.csv").codes == {"subject-ambiguous": 1}
    with pytest.raises(link_decisions.NotPossible):
        link_decisions.link(operator(), only(), subject(0), reason="仍是甲")


def test_an_old_number_makes_a_subject_that_later_gets_its_code(city: Path) -> None:
    row = registration(0, subject_name="济南丁样例机械厂", uscc=OLD)
    assert hand_in(city, "enterprise-registration", [row], name="old.csv").unlinked == 1
    made = link_decisions.create(operator(), only(), type="enterprise", reason="仅有旧注册号")
    assert made.receipts[0].accepted == 1
    found = find(OLD)
    assert found is not None
    assert search_names("丁样例").hits[0].name == "济南丁样例机械厂"
    courts(city, debtor(subject_name="济南丁样例机械一厂"))
    assert candidates_for(only())[0].code == OLD
    link_decisions.reject(operator(), only(), reason="另一家")
    code = code_of("91", "370102", 66)
    coded = registration(0, subject_name="济南丁样例机械厂", uscc=code, registration_number=OLD)
    hand_in(city, "enterprise-registration", [coded], name="coded.csv")
    assert find(code) == find(OLD)
    undone = link_decisions.undo(operator(), made.decision, reason="误建")
    assert undone.taken_out is not None
    assert find(OLD) is None
    assert search_names("丁样例").total == 0
    assert not Name.objects.filter(text="济南丁样例机械厂").exists()
    assert PairCount.objects.count() == NamePair.objects.values("pair").distinct().count()
    assert sum(w.rows for w in queue(operator())) == 2


def test_a_subject_is_not_made_of_a_name_or_of_a_known_number_or_of_the_wrong_type(city: Path) -> None:
    courts(city, debtor())
    with pytest.raises(link_decisions.NotPossible, match="只有名称"):
        link_decisions.create(operator(), only(), type="enterprise", reason="r")
    unknown = code_of("91", "370102", 88)
    courts(city, debtor("（2025）鲁0102执70号", uscc=unknown), name="u.csv")
    held = queue(operator())[-1].held
    for type in ("sole-trader", "person", "nonsense"):
        with pytest.raises(link_decisions.NotPossible):
            link_decisions.create(operator(), held, type=type, reason="r")
    made = link_decisions.create(operator(), held, type="enterprise", reason="外省企业")
    assert made.decision.subject is not None
    assert made.decision.subject.code == unknown


def test_the_register_makes_its_own_subject_of_a_code_that_was_linked(city: Path) -> None:
    code = code_of("91", "370102", 99)
    courts(city, debtor(uscc=code))
    link_decisions.link(operator(), only(), subject(0), reason="换发前后同一家")
    made = hand_in(city, "enterprise-registration", [registration(0, uscc=code, subject_name=WRONG)], name="own.csv")
    assert (made.accepted, made.enrolled) == (1, 1)
    own = find(code)
    assert own is not None
    assert own != subject(0)
    courts(city, debtor("（2025）鲁0102执71号", uscc=code), name="after.csv")
    assert numbered("执71号").subject_id == own.pk


def test_a_number_that_several_hold_is_told_apart_by_a_decision(tmp_path: Path) -> None:
    rows = [registration(n, registration_number=OLD) for n in (0, 1)]
    hand_in(tmp_path, "enterprise-registration", rows, name="two.csv")
    courts(tmp_path, debtor(uscc=OLD, subject_name=NAMES[1]))
    assert {c.code for c in candidates_for(only())} >= {CODES[1]}
    made = link_decisions.link(operator(), only(), subject(1), reason="注册号重复")
    assert made.receipts[0].accepted == 1
    courts(tmp_path, debtor("（2025）鲁0102执72号", uscc=OLD, subject_name=NAMES[0]), name="n.csv")
    assert Held.objects.filter(bucket="quarantined").count() == 1  # the number is decided, the name is another's


def test_a_rejected_row_stays_held_and_teaches_nothing(city: Path) -> None:
    made = courts(city, debtor())
    decided = link_decisions.reject(operator(), only(), reason="查无此企业")
    assert not queue(operator())
    assert Held.objects.get(batch_id=made.batch).released_by_id is None
    courts(city, debtor("（2025）鲁0102执80号"), name="again.csv")
    assert [w.rows for w in queue(operator())] == [1]
    link_decisions.undo(operator(), decided.decision, reason="查到了")
    assert [w.rows for w in queue(operator())] == [2]


def test_a_persons_row_has_no_candidates_and_is_linked_to_nobody(city: Path) -> None:
    hand_in(city, "administrative-penalty", [penalty(0, **person())])
    natural = Subject.objects.get(natural=True)
    courts(city, debtor(subject_name="样例人"))
    held = only()
    assert candidates_for(held) == []
    with pytest.raises(link_decisions.NotPossible):
        link_decisions.link(operator(), held, natural, reason="同名")
    assert Identifier.objects.filter(subject=natural).exists()


def test_only_a_steward_decides_and_only_with_a_reason(city: Path) -> None:
    courts(city, debtor())
    held, clerk = only(), Actor("clerk", frozenset({Role.INTAKE}))
    for act in (
        lambda: link_decisions.link(clerk, held, subject(0), reason="r"),
        lambda: link_decisions.create(clerk, held, type="enterprise", reason="r"),
        lambda: link_decisions.reject(clerk, held, reason="r"),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(link_decisions.NotPossible):
        link_decisions.link(operator(), held, subject(0), reason=" ")
    steward = Actor("steward", frozenset({Role.STEWARD}))
    assert link_decisions.link(steward, held, subject(0), reason="名称笔误").receipts[0].accepted == 1
    assert [w.rows for w in queue(operator())] == []
