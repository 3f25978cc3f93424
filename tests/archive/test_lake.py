"""The lake whole: it agrees with the database whatever was done, says so when it does not, and may be compacted."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from django.db import connection
from pytest_django import Settings

from quanxin import engine
from quanxin.accounts import operator
from quanxin.archive import commit, judgements, lake, lake_reading
from quanxin.archive.lake_proof import Proof, prove, resources
from quanxin.archive.models import Batch, Record, Withdrawal
from quanxin.calendar import now
from quanxin.demo.city import code_of
from quanxin.intake import lake_upkeep, withdrawals
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.subjects.models import Identifier
from quanxin.subjects.queries import cluster, find, names_of
from tests import warm
from tests.city import CODES, hand_in, licence, penalty, register, registration

pytestmark = pytest.mark.django_db
PENALTY = "administrative-penalty"


def proof(resource: str = PENALTY) -> Proof:
    with workshop() as (con, workdir):
        return prove(con, resource, workdir)


def standing(known_at: dt.datetime | None = None) -> list[tuple[object, ...]]:
    """What the lake says stands, or stood."""
    with workshop() as (con, workdir):
        lake_reading.versions(con, PENALTY, workdir, known_at=known_at or now())
        return con.execute("SELECT _subject_id, document_number, _version, fine FROM versions ORDER BY ALL").fetchall()


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Penalties handed in, corrected, withdrawn, and a batch of them taken back."""
    register(tmp_path)
    hand_in(tmp_path, PENALTY, [penalty(0, "一号"), penalty(0, "二号"), penalty(1, "三号")], name="a.csv")
    hand_in(tmp_path, PENALTY, [penalty(0, "一号", fine="0.7"), penalty(1, "四号")], name="b.csv")
    record = next(r for r in Record.objects.all() if r.payload.get("document_number") == "二号")
    withdrawals.withdraw(
        operator(), record.provider, [(record.subject_id, record.id)], kind=Withdrawal.Kind.REVOKED, reason="复议撤销"
    )
    return tmp_path


def test_rows_that_are_written_down_on_their_way_arrive_as_others_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(tmp_path)
    rows = [penalty(1, "一号", facts="换行\n的“事实”"), penalty(0, "二号", fine="1,286.50"), penalty(0, "一号")]
    hand_in(tmp_path, PENALTY, rows[:1], name="few.csv")
    few = Record.objects.get(resource=PENALTY)
    monkeypatch.setattr(commit, "MANY", 0)
    monkeypatch.setattr(engine, "FEW", 0)  # few rows are never written down
    hand_in(tmp_path, PENALTY, [{**row, "remark": "改"} for row in rows], name="many.csv")
    mine = Record.objects.filter(resource=PENALTY, subject_id=few.subject_id).order_by("version")
    now_is = {r.payload["document_number"]: r for r in mine}
    assert now_is["一号"].payload == few.payload | {"remark": "改"}
    assert now_is["一号"].version == 2
    assert proof().holds
    latest = Batch.objects.filter(resource=PENALTY).first()
    assert latest is not None
    (file,) = latest.manifest
    ids = duckdb.sql(f"SELECT _id FROM '{lake.root() / file['path']}'").fetchall()
    assert len(ids) == 3
    assert ids == sorted(ids)


def test_every_act_leaves_lake_and_database_agreeing(city: Path) -> None:
    assert proof().holds
    latest = Batch.objects.filter(resource=PENALTY).first()
    assert latest is not None
    withdrawals.take_back(operator(), latest.pk, reason="错传文件")
    after = proof()
    assert after.holds, after
    assert after.rows == 6  # five versions that came in, and one that was given back
    assert all(proof(resource).holds for resource in resources())
    assert [row[1:] for row in standing()] == [("一号", 3, pytest.approx(0.5)), ("三号", 1, pytest.approx(0.5))]


def test_the_lake_can_be_asked_of_the_past(city: Path) -> None:
    before = now()
    hand_in(city, PENALTY, [penalty(0, "五号")], name="c.csv")
    assert len(standing(before)) == 3
    assert len(standing()) == 4


def test_compaction_changes_no_answer(city: Path) -> None:
    moment = now()
    hand_in(city, PENALTY, [penalty(0, "五号")], name="c.csv")
    was, is_ = standing(moment), standing()
    (done,) = lake_upkeep.compact_some(least=2, only=PENALTY)
    assert (done.files_before, done.files, done.rows) == (3, 1, 6)
    assert (standing(moment), standing()) == (was, is_)
    assert proof().holds
    hand_in(city, PENALTY, [penalty(1, "六号")], name="d.csv")  # sweeps the old files away
    assert len(list((lake.root() / PENALTY).iterdir())) == 2
    assert proof().holds
    assert lake_upkeep.compact_some(least=2, only=PENALTY)[0].files == 1
    assert proof().holds
    assert next(s for s in lake_upkeep.figures() if s.resource == PENALTY).superseded == 2


def test_one_file_is_left_as_it_is(city: Path) -> None:
    hand_in(city, "administrative-licence", [licence(0)])
    (done,) = lake_upkeep.compact_some(least=1, only="administrative-licence")
    assert (done.files_before, done.files, done.rows) == (1, 1, 1)


def delete(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def alter(change: str) -> Callable[[Path], None]:
    """Write a file anew with other contents, and its manifest with it, as a defect would."""

    def altered(path: Path) -> None:
        duckdb.sql(f"COPY ({change.format(file=path)}) TO '{path}.new' (FORMAT parquet)")
        path.with_suffix(".parquet.new").replace(path)
        for batch in Batch.objects.all():
            for entry in batch.manifest:
                if lake.root() / entry["path"] == path:
                    entry["sha256"] = lake._digest_and_sync(path)
                    batch.save(update_fields=["manifest"])

    return altered


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (delete, "damaged"),
        (cut, "damaged"),
        (alter("SELECT * FROM '{file}' LIMIT 2"), "missing"),
        (
            alter(
                "SELECT * FROM '{file}' UNION ALL SELECT * REPLACE (999 AS _id, 999 AS _row_no) FROM '{file}' LIMIT 4"
            ),
            "extra",
        ),
        (alter("SELECT * REPLACE (CAST(9 AS DECIMAL(18, 6)) AS fine) FROM '{file}'"), "fine"),
        (alter("SELECT * REPLACE (_subject_id + 1 AS _subject_id) FROM '{file}'"), "_subject_id"),
        (alter("SELECT * REPLACE (['警告'] AS penalty_kinds) FROM '{file}'"), "penalty_kinds"),
        (alter("SELECT * REPLACE (NULL AS _tier) FROM '{file}'"), "_tier"),
    ],
)
def test_each_damage_is_found(city: Path, damage: Callable[[Path], None], found: str) -> None:
    damage(lake_reading.files_of(PENALTY)[0])
    said = proof()
    assert not said.holds
    assert getattr(said, found, None) or said.different.get(found)


def test_records_that_a_split_moved_are_read_where_they_moved_to(tmp_path: Path) -> None:
    register(tmp_path)
    subject = find(CODES[0])
    assert subject is not None
    row = registration(0, subject_name="济南新名样例有限公司", approval_date="2024-03-01")
    hand_in(tmp_path, PENALTY, [penalty(0, "一号"), penalty(0, "二号")])
    hand_in(tmp_path, "enterprise-registration", [row], name="renamed.csv")
    code = code_of("91", "370102", 777)
    number = Identifier.objects.create(subject=subject, kind="uscc", value=code, recorded_at=now(), batch="x")
    name = next(n.pk for n in names_of(cluster(subject)) if n.text == row["subject_name"])
    moved = Record.objects.get(resource=PENALTY, payload__document_number="二号")
    judged = judgements.split(
        operator(), subject, reason="两家混为一家", code=code, names=[name], identifiers=[number.pk], records=[moved.id]
    )
    other = find(code)
    assert other is not None
    assert [row[:2] for row in standing()] == [(subject.pk, "一号"), (other.pk, "二号")]
    assert proof().holds
    judgements.undo(operator(), judged, reason="原是一家")
    assert [row[:2] for row in standing()] == [(subject.pk, "一号"), (subject.pk, "二号")]
    assert proof().holds
    lake_upkeep.compact_some(least=1, only="enterprise-registration")
    assert all(proof(resource).holds for resource in resources())


@pytest.mark.django_db(transaction=True)
def test_killed_while_compacting_the_lake_is_whole(tmp_path: Path, settings: Settings) -> None:
    register(tmp_path)
    for n in range(3):
        hand_in(tmp_path, PENALTY, [penalty(0, f"{n}号")], name=f"{n}.csv")
    database = settings.DATABASES["default"]
    code = (
        "import os, signal\n"
        "from quanxin.runtime import boot; boot.setup()\n"
        "from quanxin.archive import lake\n"
        "def stop(*args, **kwargs):\n"
        "    made = write(*args, **kwargs)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return made\n"
        "write, lake.write = lake.write, stop\n"
        "from quanxin.intake import lake_upkeep\n"
        f"lake_upkeep.compact_some(2, only='{PENALTY}')\n"
    )
    url = f"postgresql://{database['USER']}@/{connection.settings_dict['NAME']}?host={database['HOST']}"
    environment = os.environ | {"QUANXIN_DATA_DIR": str(settings.DATA_DIR), "QUANXIN_DATABASE_URL": url}
    ended = warm.run(["-c", code], environment)
    assert ended.returncode == -signal.SIGKILL, ended.stderr[-2000:]
    assert len(list((lake.root() / PENALTY).glob("*.parquet"))) == 4
    assert proof().holds
    assert lake_upkeep.compact_some(2, only=PENALTY)[0].rows == 3
    assert proof().holds
