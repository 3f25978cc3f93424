"""Shields while a court's plan is carried out, honours deleted by wish, the end of keeping."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Actor, Role
from quanxin.archive import access, viewers
from quanxin.archive.definitions import definition
from quanxin.archive.models import Event, Record, Restriction
from quanxin.archive.queries import archive_of
from quanxin.calendar import add_months, travel
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case
from quanxin.intake.pipeline import intake
from quanxin.ledger import log, log_reading, sequencing
from quanxin.ledger.models import Leaf
from quanxin.proofs import merkle
from quanxin.proofs.canonical import canonical
from quanxin.rights import exporting, retention
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from tests.casework.acts import honours, shields
from tests.city import hand_in, penalty, person, write
from tests.once import city
from tests.rights.life import DECIDER, LATER, REVIEWER, company, morning, owner, penalised

pytestmark = pytest.mark.django_db
RULING = "（2026）鲁01破1号之二"


def built(folder: Path) -> Record:
    with travel(morning(LATER)):
        return penalised(folder)


_record, _built = city(built)


@pytest.fixture
def record(_record: Record) -> Iterator[Record]:
    with travel(morning(LATER)):
        yield _record


def public() -> int:
    return sum(r.resource == "administrative-penalty" for r in archive_of(company().pk, viewers.PUBLIC).timeline)


def shielded() -> Case:
    return shields.shield(REVIEWER, company(), ruling=RULING, court="济南市中级人民法院")


def test_a_ruling_shields_and_the_failure_of_the_plan_restores(record: Record) -> None:
    made = shielded()
    assert shielded().pk == made.pk
    assert public() == 0
    assert archive_of(company().pk, owner().viewer).timeline[0].marks == ("shielded",)
    shields.fail(REVIEWER, made.number, "法院裁定终止重整计划执行。")
    assert public() == 1
    assert shields.fail(REVIEWER, made.number, "再一次").reason == "法院裁定终止重整计划执行。"


def test_a_plan_carried_out_repairs_for_good(record: Record) -> None:
    made = shielded()
    shields.complete(REVIEWER, made.number, "重整计划执行完毕。")
    assert public() == 0
    assert archive_of(company().pk, owner().viewer).timeline[0].marks == ("repaired",)


def test_without_a_ruling_or_a_role_nothing_is_shielded(record: Record) -> None:
    with pytest.raises(RightsError):
        shields.shield(REVIEWER, company(), ruling=" ", court="法院")
    with pytest.raises(NotAllowed):
        shields.shield(DECIDER, company(), ruling=RULING, court="法院")
    with pytest.raises(RightsError) as refused:
        shields.shield(REVIEWER, company(1), ruling=RULING, court="法院")
    assert refused.value.code == "shield-nothing"
    assert public() == 1


class Known:
    """A leaf of the public log, and the receipt of it that somebody has."""

    def __init__(self, about: str) -> None:
        self.about = about
        sequencing.sequence()
        receipt = log_reading.receipt(self.leaf())
        assert receipt is not None
        self.receipt = receipt

    def leaf(self) -> Leaf:
        found = log.leaf_of("batch", self.about)
        assert found is not None
        return found

    def is_forgotten(self) -> None:
        """The leaf still stands in the log and is proven, and nothing of the platform's opens it any more."""
        leaf, head = self.leaf(), log_reading.head()
        assert head is not None
        assert leaf.place is not None
        proof = log_reading.tree(head.size).inclusion(leaf.place)
        hashed = merkle.leaf_hash(bytes(leaf.entry))
        assert merkle.included(hashed, leaf.place, head.size, proof, bytes(head.root))
        assert (leaf.salt, leaf.content) == (None, None)
        assert log_reading.receipt(leaf) is None
        digest = json.loads(leaf.entry)["digest"]
        # who knows all of the content but not the salt cannot show that it was this
        guesses = [hashlib.sha256(salt + canonical(self.receipt.content)).hexdigest() for salt in (b"", bytes(16))]
        assert digest not in guesses
        assert digest == hashlib.sha256(self.receipt.salt + canonical(self.receipt.content)).hexdigest()


def honour(folder: Path) -> Record:
    """Grade A of the tax authority, for the company."""
    row: dict[str, str | None] = {
        "subject_name": company().name, "uscc": company().code, "year": "2025", "grade": "A", "decision_date": "2026-04-30",
        "authority_name": "国家税务总局济南市税务局",
    }  # fmt: skip
    path = write(folder, "tax-rating-a", [row], "honour.csv")
    intake(path, resource="tax-rating-a", provider="taxation", actor=operator(), mode="append")
    return Record.objects.get(resource="tax-rating-a")


def test_an_honour_goes_at_its_holders_wish(record: Record, tmp_path: Path) -> None:
    held = honour(tmp_path)
    known = Known(f"batch:{held.batch_id}")
    assert "tax-rating-a" in [r.resource for r in archive_of(company().pk, viewers.PUBLIC).timeline]
    before = set(Event.objects.values_list("pk", flat=True))
    made = honours.delete(owner(), held)
    assert not made.open
    known.is_forgotten()
    (event,) = Event.objects.exclude(pk__in=before)
    assert made.steps.get().particulars["events"] == [event.pk]
    assert honours.delete(owner(), held).pk == made.pk
    assert Event.objects.exclude(pk__in=before).count() == 1
    articles = [one.title for one in current_pack().on(LATER).clocks["honour-deletion"].basis]
    assert [one["title"] for one in Restriction.objects.get().basis] == articles != []
    assert "tax-rating-a" not in [r.resource for r in archive_of(company().pk, viewers.PUBLIC).timeline]
    mine = archive_of(company().pk, owner().viewer).timeline
    assert [r.marks for r in mine if r.resource == "tax-rating-a"] == [("deleted",)]


def test_only_honours_go_by_their_holders_wish(record: Record) -> None:
    with pytest.raises(RightsError) as refused:
        honours.delete(owner(), record)
    assert refused.value.code == "not-an-honour"


def test_everything_about_a_subject_can_be_taken_away(record: Record) -> None:
    shielded()
    said = exporting.everything(owner())
    assert said["form"] == exporting.FORM
    assert [r["kind"] for r in said["restrictions"]] == ["shielded"]
    assert said["readings"]
    assert any(c["records"] for c in said["chapters"])


def test_a_persons_record_is_out_of_sight_on_the_day_after_its_time(record: Record, tmp_path: Path) -> None:
    with travel(morning(LATER)):
        hand_in(tmp_path, "administrative-penalty", [penalty(0, "甲9号", **person())], name="person.csv")
        subject = Subject.objects.get(natural=True)
        held = Record.objects.get(subject_id=subject.pk)
        years = definition(held.batch_id).retention.years
        assert years == 5
        assert held.event_date is not None
        last = add_months(held.event_date, 12 * years)
        known = Known(f"batch:{held.batch_id}")
    mine = viewers.itself(Actor("user:person", frozenset()), subject)
    auditor = viewers.auditor(operator(), "核查保存期限")
    for day, seen in ((last, 1), (last + dt.timedelta(days=1), 0)):
        with travel(morning(day)):
            assert len(archive_of(subject.pk, mine).timeline) == seen
            assert len(archive_of(subject.pk, viewers.centre(operator(), "核对")).timeline) == seen
            assert len(archive_of(subject.pk, auditor).timeline) == 1
            proof = retention.prove()
            assert (proof.past, proof.shown) == (1 - seen, 0)
            assert retention.prove(day + dt.timedelta(days=9)).past == 1
            if seen:
                assert known.leaf().salt is not None, "what is only asked about forgets nothing"
    known.is_forgotten()


def test_the_proof_finds_what_would_be_shown(record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with travel(morning(LATER)):
        hand_in(tmp_path, "administrative-penalty", [penalty(0, "甲9号", **person())], name="person.csv")
    with travel(dt.date(2033, 1, 1)):
        monkeypatch.setattr(access, "may_see_record", lambda *_, **__: True)
        assert retention.prove() == retention.Proof(1, 1)


def test_personnel_sees_persons_alone_and_only_for_its_purpose(record: Record) -> None:
    officer = Actor("user:hr", frozenset({Role.PERSONNEL}))
    key = next(p.key for p in current_pack().purposes if "personnel" in p.viewers)
    viewer = viewers.personnel(officer, key)
    assert not access.may_see_subject(viewer, company())
    with pytest.raises(NotAllowed):
        viewers.personnel(officer, "supervision")
