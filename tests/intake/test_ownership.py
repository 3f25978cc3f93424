"""A record is its provider's: on no way in does another one change, end or learn of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml
from django.db import IntegrityError, connections, transaction

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import Assignment, Role
from quanxin.archive.models import Batch, Record, Restriction, Transfer, Withdrawal
from quanxin.archive.restrictions import restrict
from quanxin.calendar import ZONE, now, travel
from quanxin.demo.city import code_of
from quanxin.intake import corrections, drop_scan, pulls, receipts, small_batches, sources, submissions, withdrawals
from quanxin.intake import pipeline as intaking
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Conflict, ConflictRow, Held
from quanxin.intake.pipeline import intake
from quanxin.intake.receipt import Receipt
from quanxin.intake.replay import replay
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.policy.model import Basis
from quanxin.policy.ownership import CommonRegister, Precedence
from quanxin.policy.parts import InForce
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Name, Subject
from quanxin.work import engine
from tests.city import CODES, hand_in, penalty, register, registration, write
from tests.desk.people import signed_in

PENALTY, MINE, THEIRS = "administrative-penalty", "market-regulation", "urban-management"
REGISTER, APPROVAL = "enterprise-registration", "administrative-approval"
Rows = Sequence[dict[str, str | None]]
pytestmark = pytest.mark.django_db


def by_file(folder: Path, rows: Rows, provider: str, resource: str = PENALTY) -> Receipt:
    path = write(folder, resource, rows, f"{provider}-{len(list(folder.iterdir()))}.csv")
    return intake(path, resource=resource, provider=provider, actor=operator())


def by_replace(folder: Path, rows: Rows, provider: str) -> Receipt:
    path = write(folder, PENALTY, rows, f"replacing-{provider}.csv")
    return intake(path, resource=PENALTY, provider=provider, actor=operator(), mode="replace")


def by_rows(folder: Path, rows: Rows, provider: str) -> Receipt:
    digest = hashlib.sha256(json.dumps([provider, *rows]).encode()).hexdigest()
    made = small_batches.take_in(
        list(rows), digest, resource=PENALTY, provider=provider, actor=operator(), name="rows.jsonl"
    )
    assert made is not None
    return made


def by_group(folder: Path, rows: Rows, provider: str) -> Receipt:
    """In one pass with a batch of the other provider's that is about something else."""
    members: list[small_batches._Member] = []
    names = dict.fromkeys(name for row in rows for name in row)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small_batches, "_take_in", members.extend)
        for who, one in ((MINE, [dict.fromkeys(names) | penalty(1, "旁〔2025〕9号")]), (provider, list(rows))):
            digest = hashlib.sha256(json.dumps([who, one]).encode()).hexdigest()
            small_batches.take_in(one, digest, resource=PENALTY, provider=who, actor=operator(), name="rows.jsonl")
    small_batches._take_in(members)
    assert [m.error for m in members] == [None, None]
    made = members[1].receipt
    assert made is not None
    return made


def by_submission(folder: Path, rows: Rows, provider: str) -> Receipt:
    path = write(folder, PENALTY, rows, f"submitted-{provider}.csv")
    made = submissions.submit(path, file_name=path.name, resource=PENALTY, provider=provider, actor=operator())
    engine.perform(SUBMISSIONS, made.pk)
    made.refresh_from_db()
    return receipts.receipt_of(str(made.batch_id))


def by_drop(folder: Path, rows: Rows, provider: str) -> Receipt:
    with pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

        patch.setattr(settings, "DROP_DIR", folder / "drop")
        patch.setattr(settings, "DROP_QUIET_SECONDS", 0)
        place = folder / "drop" / provider / PENALTY
        place.mkdir(parents=True)
        write(folder, PENALTY, rows, "dropped.csv").rename(place / "dropped.csv")
        drop_scan.scan()
        for waiting in drop_scan.waiting():
            engine.perform(SUBMISSIONS, waiting)
    return receipts.receipt_of(Batch.objects.filter(provider=provider).latest("id").pk)


def by_pull(folder: Path, rows: Rows, provider: str) -> Receipt:
    with pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

        patch.setattr(settings, "SOURCES_DIR", folder / "sources")
        patch.setattr(settings, "SOURCE_FILES", folder)
        settings.SOURCES_DIR.mkdir()
        names = [n for n in rows[0] if any(row.get(n) for row in rows)]
        with sqlite3.connect(folder / "theirs.db") as db:
            db.execute(f"CREATE TABLE told ({', '.join(f'{n} text' for n in names)})")
            marks = ", ".join("?" for _ in names)
            db.executemany(f"INSERT INTO told VALUES ({marks})", [[row.get(n) for n in names] for row in rows])
        db.close()
        said = {
            "name": "theirs",
            "resource": PENALTY,
            "provider": provider,
            "query": "SELECT * FROM told",
            "mapping": {n: n for n in names},
            "url": f"sqlite:///{folder / 'theirs.db'}",
        }
        (sources.folder() / "theirs.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
        pulls.pull("theirs", actor=operator())
    return receipts.receipt_of(Batch.objects.filter(provider=provider).latest("id").pk)


def by_entry(folder: Path, rows: Rows, provider: str) -> Receipt:
    """Row by row, as a clerk does; the receipts are added up."""
    clerk = signed_in(Role.INTAKE, provider=provider, name="theirs")
    for row in rows:
        clerk.post(f"/desk/entry/{provider}/{PENALTY}", {k: v for k, v in row.items() if v})
    made = [receipts.receipt_of(b.pk) for b in Batch.objects.filter(provider=provider)]
    total = made[0].to_json()
    for one in made[1:]:
        for name in ("received", "accepted", "updated", "duplicate", "quarantined", "unlinked"):
            total[name] += getattr(one, name)
        total["codes"] |= one.codes
    return Receipt.from_json(total)


def by_replay(folder: Path, rows: Rows, provider: str) -> Receipt:
    """Held for a cell first, then put right and taken in again."""
    first = by_file(folder, [row | {"fine": "约三万"} for row in rows], provider)
    assert first.quarantined == len(rows)
    return replay(first.batch, actor=operator(), rows={n: {"fine": r["fine"]} for n, r in enumerate(rows, start=1)})


WAYS: dict[str, Callable[[Path, Rows, str], Receipt]] = {
    "file": by_file, "replace": by_replace, "rows": by_rows, "group": by_group, "submission": by_submission,
    "drop": by_drop, "pull": by_pull, "entry": by_entry, "replay": by_replay,
}  # fmt: skip


def buckets(receipt: Receipt) -> tuple[int, int, int, int, int]:
    assert receipt.received == sum(
        getattr(receipt, name) for name in ("accepted", "updated", "duplicate", "quarantined", "unlinked")
    )
    return receipt.accepted, receipt.updated, receipt.duplicate, receipt.quarantined, receipt.unlinked


def standing(number: str = "济历罚〔2025〕1号") -> Record:
    return Record.objects.get(resource=PENALTY, superseded_at=None, payload__document_number=number)


@pytest.fixture
def mine(tmp_path: Path) -> Record:
    register(tmp_path)
    hand_in(tmp_path, PENALTY, [penalty(0)], name="mine.csv")
    return standing()


@pytest.mark.parametrize("changes", [{}, {"fine": "9"}], ids=["same", "other"])
@pytest.mark.parametrize("way", WAYS)
def test_no_way_in_changes_anothers_record(tmp_path: Path, mine: Record, way: str, changes: dict[str, str]) -> None:
    told = WAYS[way](tmp_path, [penalty(0, **changes), penalty(0, "城〔2025〕2号")], THEIRS)
    assert buckets(told) == (1, 0, 0, 1, 0)
    assert told.codes["owned-by-another"] == 1
    now_standing = standing()
    assert (now_standing.pk, now_standing.provider, now_standing.version) == (mine.pk, MINE, 1)
    assert standing("城〔2025〕2号").provider == THEIRS
    assert Record.objects.filter(resource=PENALTY, subject_id=mine.subject_id).count() == 2
    conflict = Conflict.objects.get()
    assert (conflict.holder, conflict.claimant, conflict.state) == (MINE, THEIRS, "open")
    held = ConflictRow.objects.get(conflict=conflict, held__released_by=None).held
    assert (held.batch.provider, held.bucket) == (THEIRS, "quarantined")


def test_nothing_of_the_record_is_told_with_the_row(tmp_path: Path, mine: Record) -> None:
    told = by_file(tmp_path, [penalty(0, facts="另一事实")], THEIRS)
    said = json.dumps(
        [told.to_json(), receipts.held_rows(told.batch), receipts.held_page(told.batch)], ensure_ascii=False
    )
    for value in (mine.payload["facts"], mine.batch_id, f"{mine.subject_id}-{mine.id}"):
        assert value not in said
    out = tmp_path / "held.xlsx"
    receipts.write_annotated(told.batch, out)
    assert out.stat().st_size > 0


def test_the_own_next_version_is_an_update_as_ever(tmp_path: Path, mine: Record) -> None:
    told = by_file(tmp_path, [penalty(0, fine="7")], MINE)
    assert buckets(told) == (0, 1, 0, 0, 0)
    assert buckets(by_rows(tmp_path, [penalty(0, fine="7")], MINE)) == (0, 0, 1, 0, 0)


def test_two_authorities_with_one_number_are_two_records(tmp_path: Path, mine: Record) -> None:
    told = by_file(tmp_path, [penalty(0, authority_code=code_of("11", "370102", 2), authority_name="另一机关")], THEIRS)
    assert buckets(told) == (1, 0, 0, 0, 0)
    assert not Conflict.objects.exists()


def test_nobody_corrects_withdraws_or_takes_back_anothers(tmp_path: Path, mine: Record) -> None:
    told = by_file(tmp_path, [penalty(0, fine="9"), penalty(0, "城〔2025〕2号")], THEIRS)
    theirs = Actor("theirs", [Assignment(Role.INTAKE, THEIRS), Assignment(Role.DECIDER, THEIRS)])
    with pytest.raises(IntakeError):
        corrections.correct(theirs, THEIRS, mine, {"fine": "8"}, reason="更正")
    with pytest.raises(IntakeError):
        withdrawals.withdraw(theirs, THEIRS, [mine.pk], kind=Withdrawal.Kind.MISTAKEN, reason="撤销")
    with pytest.raises(IntakeError):  # it would change nothing: it is still another's
        replay(told.batch, actor=theirs)
    assert withdrawals.take_back(theirs, told.batch, reason="整批撤回").records == 1
    by_replace(tmp_path, [penalty(0, "城〔2025〕3号")], THEIRS)
    assert standing().pk == mine.pk


def test_after_its_provider_withdrew_it_the_row_that_waits_goes_in(tmp_path: Path, mine: Record) -> None:
    told = by_file(tmp_path, [penalty(0, fine="9")], THEIRS)
    withdrawals.withdraw(operator(), MINE, [mine.pk], kind=Withdrawal.Kind.MISTAKEN, reason="不应由我报送")
    assert replay(told.batch, actor=operator()).accepted == 1
    assert standing().provider == THEIRS
    assert Conflict.objects.get().state == "settled"
    again = by_file(tmp_path, [penalty(0, fine="4")], MINE)
    assert buckets(again) == (0, 0, 0, 1, 0)


def test_a_repaired_decision_does_not_come_back_by_another_provider(tmp_path: Path, mine: Record) -> None:
    restrict(operator(), [mine], Restriction.Kind.REPAIRED, case="修-1", basis=[Basis(title="某办法")], at=now())
    told = by_file(tmp_path, [penalty(0)], THEIRS)
    assert told.quarantined == 1
    withdrawals.withdraw(operator(), MINE, [mine.pk], kind=Withdrawal.Kind.MISTAKEN, reason="不应由我报送")
    replay(told.batch, actor=operator())
    held = standing()
    assert Restriction.objects.filter(
        subject_id=held.subject_id, resource=PENALTY, key_hash=held.key_hash, ended_at=None
    ).exists()


def test_of_merged_subjects_a_decision_is_one_whoever_hands_it_in(tmp_path: Path, mine: Record) -> None:
    from quanxin.archive.judgements import merge

    kept, other = Subject.objects.get(code=CODES[1]), Subject.objects.get(code=CODES[0])
    merge(operator(), kept, other, reason="同一企业")
    restrict(operator(), [mine], Restriction.Kind.REPAIRED, case="修-1", basis=[Basis(title="某办法")], at=now())
    told = by_file(tmp_path, [penalty(0, fine="9")], THEIRS)
    assert told.quarantined == 1
    own = by_file(tmp_path, [penalty(0, fine="9")], MINE)
    assert own.updated == 1
    assert standing().subject_id == other.pk  # where its repair holds


def test_the_database_lets_no_version_take_anothers_place(mine: Record) -> None:
    values = {f.attname: getattr(mine, f.attname) for f in Record._meta.concrete_fields}
    at = now()
    with pytest.raises(IntegrityError, match="is its provider's"), transaction.atomic():  # noqa: PT012
        Record.objects.filter(pk=mine.pk).update(superseded_at=at)
        Record.objects.create(**values | {"id": mine.id + 10**6, "version": 2, "recorded_at": at, "provider": THEIRS})
    with pytest.raises(IntegrityError), transaction.atomic():
        Record.objects.create(**values | {"id": mine.id + 10**6, "version": 2, "recorded_at": at, "provider": THEIRS})
    assert standing().pk == mine.pk


# --- the common register


def test_in_a_common_register_the_row_of_who_prevails_stands(tmp_path: Path) -> None:
    by_file(tmp_path, [registration(0)], APPROVAL, REGISTER)
    by_file(tmp_path, [registration(0, capital="200万元")], MINE, REGISTER)
    current = Record.objects.get(resource=REGISTER, superseded_at=None)
    assert (current.provider, current.version) == (MINE, 2)
    transfer = Transfer.objects.get()
    assert (transfer.kind, transfer.from_provider, transfer.to_provider) == ("prevails", APPROVAL, MINE)
    assert transfer.basis
    assert Conflict.objects.get().state == "prevailed"
    late = by_file(tmp_path, [registration(0, capital="300万元")], APPROVAL, REGISTER)
    assert buckets(late) == (0, 0, 0, 1, 0)
    assert Record.objects.get(resource=REGISTER, superseded_at=None).pk == current.pk


@pytest.mark.parametrize(("hour", "prevails"), [(23, APPROVAL), (24, MINE)], ids=["the last hour", "the first hour"])
def test_who_prevails_changes_on_its_day_in_china(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hour: int, prevails: str
) -> None:
    """Up to the end of June the one prevails, from July on the other: whoever does takes the other's place, in both orders."""
    july = dt.date(2026, 7, 1)
    orders = [
        (APPROVAL, InForce.model_validate({"from": "2020-01-01", "until": "2026-06-30"}), "旧办法"),
        (MINE, InForce.model_validate({"from": july}), "新办法"),
    ]
    common = CommonRegister(
        by="register",
        precedence=tuple(
            Precedence(prevails=(who,), in_force=term, basis=(Basis(title=t),)) for who, term, t in orders
        ),
    )
    known = current_pack().on(july).resources[REGISTER].model_copy(update={"ownership": common})
    monkeypatch.setattr(intaking, "admit", lambda *_: known)
    other = MINE if prevails == APPROVAL else APPROVAL
    with travel(dt.datetime(2026, 6, 30, tzinfo=ZONE) + dt.timedelta(hours=hour, minutes=30)):
        by_file(tmp_path, [registration(0), registration(1)], other, REGISTER)
        assert buckets(by_file(tmp_path, [registration(0, capital="200万元")], prevails, REGISTER)) == (0, 1, 0, 0, 0)
        assert buckets(by_file(tmp_path, [registration(0, capital="300万元")], other, REGISTER)) == (0, 0, 0, 1, 0)
    current = Record.objects.filter(resource=REGISTER, superseded_at=None)
    assert sorted(current.values_list("version", "provider")) == sorted([(2, prevails), (1, other)])
    assert Transfer.objects.get().basis[0]["title"] == {APPROVAL: "旧办法", MINE: "新办法"}[prevails]


def test_a_row_that_does_not_stand_renames_nobody(tmp_path: Path) -> None:
    by_file(tmp_path, [registration(0, approval_date="2020-01-01")], MINE, REGISTER)
    changed = registration(
        0, subject_name="济南更名样例有限公司", approval_date="2024-01-01", registration_number="370102000000001"
    )
    told = by_file(tmp_path, [changed], APPROVAL, REGISTER)
    assert (told.quarantined, told.renamed, told.codes) == (
        1,
        0,
        {"owned-by-another": 1} | {k: v for k, v in told.codes.items() if k == "registration-number-check"},
    )
    assert list(Name.objects.values_list("text", flat=True)) == [registration(0)["subject_name"]]
    assert not Subject.objects.get().identifiers.filter(kind="registration-number").exists()


def test_what_prevailed_and_is_taken_back_gives_the_other_its_record_again(tmp_path: Path) -> None:
    by_file(tmp_path, [registration(0)], APPROVAL, REGISTER)
    told = by_file(tmp_path, [registration(0, capital="200万元")], MINE, REGISTER)
    withdrawals.take_back(operator(), told.batch, reason="误报")
    current = Record.objects.get(resource=REGISTER, superseded_at=None)
    assert (current.provider, current.version) == (APPROVAL, 3)
    assert list(Transfer.objects.order_by("id").values_list("kind", flat=True)) == ["prevails", "restored"]


# --- many at once


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_leave_each_record_with_one_provider(tmp_path: Path) -> None:
    register(tmp_path)
    providers = [MINE, THEIRS, "transport", "taxation", "health", "finance", "commerce", "education"]
    numbers = [f"争〔2025〕{n}号" for n in range(5)]
    failures: list[BaseException] = []

    def write_all(provider: str, turn: int) -> None:
        try:
            order = numbers[turn:] + numbers[:turn]
            for n, number in enumerate(order):
                by = by_rows if (n + turn) % 3 else by_file
                folder = tmp_path / f"{provider}-{n}"
                folder.mkdir()
                by(folder, [penalty(0, number, fine=str(turn + 1))], provider)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write_all, args=(p, t)) for t, p in enumerate(providers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    versions = Record.objects.filter(resource=PENALTY)
    assert versions.count() == versions.filter(superseded_at=None).count() == len(numbers)
    assert Conflict.objects.count() == len(numbers) * (len(providers) - 1)
    assert Held.objects.filter(bucket="quarantined").count() == len(numbers) * (len(providers) - 1)
    assert not Transfer.objects.exists()
