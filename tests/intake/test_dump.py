"""Who has the database's dump, the lake, the log and what waits on the disk reads no person's number in them.

Numbers go in by every way there is: files, a submission, the interface, the desk, a source; in every place where one may
stand: as whom a row is about, as a representative's, in a text, in a column of another kind, in the name of a file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from psycopg.conninfo import make_conninfo
from pytest_django import Settings

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.clients import add_client, new_secret
from quanxin.accounts.sealed import INDEXED, SEALED
from quanxin.accounts.sessions import stored
from quanxin.archive import judgements
from quanxin.archive.models import Record, Withdrawal
from quanxin.calendar import now, travel
from quanxin.checks import lists as check_lists
from quanxin.documents import issuing
from quanxin.identifiers.identity import check_character
from quanxin.identifiers.sealing import MARK
from quanxin.intake import receipts, submissions, withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import Held, Submission
from quanxin.intake.pipeline import intake
from quanxin.intake.replay import replay
from quanxin.intake.submissions import SUBMISSIONS
from quanxin.runtime import cluster, environment
from quanxin.sharing import subscriptions, webhook_events, webhooks
from quanxin.subjects.models import Identifier
from quanxin.supervision.drawing import chains
from quanxin.work import engine
from tests.accounts.people import PASSWORD, enrolled
from tests.accounts.people import person as account
from tests.api.conftest import Machine, token_for
from tests.casework.acts import shields
from tests.checks.city import CASE, FINANCE, PROCUREMENT
from tests.checks.test_lists import as_csv
from tests.city import NAMES, hand_in, penalty, person, register, write
from tests.desk.people import signed_in
from tests.documents.test_issuing import draft
from tests.rights import life
from tests.sharing.test_feed import consumer, follow

RESOURCE = "administrative-penalty"
ENTRY = "/desk/entry/market-regulation/administrative-penalty"
CARD = "6222021234567890128"

pytestmark = pytest.mark.django_db(transaction=True)


class Secrets:
    """The numbers that went in, each of its own."""

    def __init__(self) -> None:
        self.numbers: list[str] = []

    def identity(self) -> str:
        stem = f"37999919800615{len(self.numbers) + 100:03d}"
        return self._kept(stem + check_character(stem))

    def mobile(self) -> str:
        return self._kept(f"138{len(self.numbers):04d}7654")

    def card(self) -> str:
        return self._kept(CARD)

    def person(self) -> dict[str, str | None]:
        return person() | {"identity_number": self.identity()}

    def written_down(self) -> dict[str, str | None]:
        """Texts with a number of each kind."""
        return {
            "facts": f"当事人身份证{self.identity()}，电话{self.mobile()}。",
            "content": f"退回卡号{self.card()}，罚款。",
            "remark": f"联系{self.mobile()}/{self.identity()}",
            "representative": f"样例人{self.mobile()}",
        }

    def _kept(self, number: str) -> str:
        self.numbers.append(number)
        return number

    def found_in(self, data: bytes) -> list[str]:
        """The numbers that can be read in some data: as they are, or in base64 or hexadecimal of their UTF-8."""
        low = data.lower()
        return [n for n in self.numbers if any(form in data for form in _forms(n)) or n.encode().hex().encode() in low]


def _forms(number: str) -> Iterator[bytes]:
    yield number.encode()
    for before in range(3):  # wherever the number begins within what was encoded: the letters that it alone decides
        coded = base64.b64encode(b"\0" * before + number.encode())
        yield coded[-(-before * 8 // 6) : (before + len(number)) * 8 // 6]


def dump() -> bytes:
    """Everything in the database, as text: tables, sequences, large objects."""
    known = {k: v for k, v in connection.get_connection_params().items() if k in ("dbname", "user", "host", "port")}
    done = subprocess.run(
        [cluster.programs() / "pg_dump", "--no-owner", "--large-objects", make_conninfo(**known)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def on_disk() -> bytes:
    """What lies in the data directory, file by file, and the lake's files once more as text."""
    files = [p for p in Path(django_settings.DATA_DIR).rglob("*") if p.is_file()]
    lake = [p for p in files if p.suffix == ".parquet"]
    assert lake
    texts = [json.dumps(duckdb.read_parquet(str(p)).fetchall(), default=str).encode() for p in lake]
    return b"\n".join([*(p.read_bytes() for p in files), *texts, *(str(p).encode() for p in files)])


def taken_in_every_way(folder: Path, secrets: Secrets, client_key: str) -> None:
    """Hand in by every way there is, into every bucket."""
    register(folder)
    rows = [
        penalty(0, "甲〔2025〕1号", **(secrets.written_down() | secrets.person())),
        penalty(0, "甲〔2025〕2号", representative_document="身份证", representative_number=secrets.identity()),
        penalty(1, "甲〔2025〕3号", **secrets.written_down()),
        penalty(2, "甲〔2025〕4号", fine="约三万", **secrets.written_down()),
        penalty(0, "甲〔2025〕5号", **secrets.person(), fine=None),
        penalty(2, "甲〔2025〕6号", uscc=secrets.identity()),
        penalty(2, "甲〔2025〕7号", uscc=None, subject_name="无人登记的公司", **secrets.written_down()),
        penalty(2, "甲〔2025〕8号", fine=f"罚款{secrets.mobile()}", tax_number=secrets.identity()),
    ]
    hand_in(folder, RESOURCE, rows, name=f"{secrets.identity()}.csv")
    path = write(folder, RESOURCE, [penalty(0, "乙〔2025〕1号", **secrets.person())], "b.csv")
    path.write_text(
        path.read_text(encoding="utf-8").rstrip("\n") + f",,,,,,,,,,,,,,,,,,,多出{secrets.mobile()}\n", "utf-8"
    )
    name = f"自然人{secrets.mobile()}.csv"
    made = submissions.submit(path, file_name=name, resource=RESOURCE, provider="market-regulation", actor=operator())
    engine.perform(SUBMISSIONS, made.pk)
    headless = folder / "headless.csv"
    headless.write_text(f"样例人,{secrets.identity()},{secrets.mobile()}\n")
    made = submissions.submit(
        headless, file_name="headless.csv", resource=RESOURCE, provider="market-regulation", actor=operator()
    )
    engine.perform(SUBMISSIONS, made.pk)
    assert Submission.objects.get(pk=made.pk).state == Submission.State.REFUSED
    machine = Machine(token_for("market", provider="market-regulation"))
    for n, row in enumerate([secrets.person(), {"fine": "约三万"} | secrets.written_down()]):
        answer = machine.post(
            f"/resources/{RESOURCE}/rows", penalty(0, f"丙〔2025〕{n}号", **row), key=f"{client_key}{n}"
        )
        assert answer.status_code == 200
    clerk = signed_in(Role.INTAKE, provider="market-regulation", name="clerk")
    for n, row in enumerate([secrets.person(), secrets.written_down(), {"fine": "三万"} | secrets.written_down()]):
        sent = {k: v for k, v in penalty(0, f"丁〔2025〕{n}号", **row).items() if v}
        assert clerk.post(ENTRY, sent).status_code == 302
    held = Held.objects.filter(released_by=None).order_by("id").first()
    assert held is not None
    replay(held.batch_id, actor=operator(), rows={held.row_no: {"remark": f"更正{secrets.mobile()}"}})


@pytest.fixture
def secrets(tmp_path: Path, settings: Settings) -> Secrets:
    made = Secrets()
    settings.WEBHOOK_PRIVATE = True
    who = consumer()
    _, secret = webhooks.add(operator(), who, "http://127.0.0.1:9/hook")
    taken_in_every_way(tmp_path, made, "k")
    webhook_events.enqueue()
    webhooks.deliver_due()
    items, _ = follow(who)
    assert items
    assert made.found_in(json.dumps(items, ensure_ascii=False, default=str).encode()) == []
    made.numbers.append(secret)
    return made


def test_no_number_can_be_read_in_the_dump_on_the_disk_or_in_the_log(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = Secrets()
    with caplog.at_level(logging.DEBUG):
        taken_in_every_way(tmp_path, secrets, "k")
    everything = dump()
    assert len(secrets.numbers) > 40
    assert secrets.found_in(everything) == []
    kept = [p for p in (Path(settings.DATA_DIR) / "inbox").rglob("*") if p.is_file()]
    assert {p.name for p in kept} == {"headless.csv"}  # refused, and kept for a while as its department sent it
    kept[0].unlink()
    assert secrets.found_in(on_disk()) == []
    assert secrets.found_in(caplog.text.encode()) == []
    assert secrets.found_in((cluster.cluster_dir(environment.data_dir()) / "server.log").read_bytes()) == []
    # the search does find what is there
    assert NAMES[0].encode() in everything
    assert b"138********" in everything
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE told AS SELECT %s AS clear, encode(convert_to('经' || %s, 'UTF8'), 'base64') AS b, "
            "convert_to(%s, 'UTF8') AS h",
            secrets.numbers[:3],
        )
        try:
            assert set(secrets.found_in(dump())) == set(secrets.numbers[:3])
        finally:
            cursor.execute("DROP TABLE told")


def test_nothing_that_leaves_shows_a_number_and_a_webhooks_secret_is_sealed(secrets: Secrets) -> None:
    assert secrets.found_in(dump()) == []


def test_what_is_held_comes_back_whole_to_the_department_alone(tmp_path: Path) -> None:
    secrets = Secrets()
    register(tmp_path)
    row = penalty(0, "甲〔2025〕1号", **secrets.person(), fine=None, facts=f"电话{secrets.mobile()}属实。")
    made = hand_in(tmp_path, RESOURCE, [row])
    told = json.dumps([receipts.held_rows(made.batch), receipts.held_page(made.batch)], ensure_ascii=False)
    assert secrets.found_in(told.encode()) == []
    assert "电话138********属实。" in told
    book = tmp_path / "annotated.xlsx"
    receipts.write_annotated(made.batch, book)
    import openpyxl

    cells = {str(c.value) for line in openpyxl.load_workbook(book).active.iter_rows() for c in line}  # type: ignore[union-attr]
    assert {row["identity_number"], row["facts"]} <= cells
    again = replay(made.batch, actor=operator(), rows={1: {"fine": "0.5"}})
    assert again.accepted == 1
    assert Record.objects.get(batch_id=again.batch).payload["facts"] == "电话138********属实。"
    assert Identifier.objects.filter(kind="identity").count() == 1


def test_a_refusal_does_not_repeat_a_number(tmp_path: Path) -> None:
    secrets = Secrets()
    path = tmp_path / "rows.csv"
    path.write_text(f"样例人{secrets.mobile()},{secrets.identity()}\n")
    with pytest.raises(IntakeError) as refused:
        intake(path, resource=RESOURCE, provider="market-regulation", actor=operator())
    assert secrets.found_in(json.dumps(refused.value.to_json(), ensure_ascii=False).encode()) == []


def test_files_that_wait_are_closed_to_others(tmp_path: Path, settings: Settings) -> None:
    path = write(tmp_path, RESOURCE, [penalty(0)])
    submissions.submit(path, file_name="a.csv", resource=RESOURCE, provider="market-regulation", actor=operator())
    inbox = Path(settings.DATA_DIR) / "inbox"
    for place in (inbox, *inbox.rglob("*")):
        assert stat.S_IMODE(place.stat().st_mode) == (0o700 if place.is_dir() else 0o600)


def test_sealed_texts_and_indexes_stand_in_the_listed_columns_and_in_no_other(secrets: Secrets) -> None:
    account()
    enrolled()
    check_lists.hand_in(FINANCE, PROCUREMENT, as_csv([(str(person()["identity_number"]), "")]), "名单.csv", **CASE)
    chains.make("market-regulation", now())
    issuing.issue(operator(), draft())
    columns = {(s.table, s.column) for s in SEALED}
    indexes = set(Identifier.objects.filter(kind="identity").values_list("value", flat=True))
    seen, indexed = set(), set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c JOIN "
            "information_schema.tables t USING (table_schema, table_name) WHERE c.table_schema = 'public' "
            "AND t.table_type = 'BASE TABLE'"
        )
        for table, column, kind in cursor.fetchall():
            cursor.execute(f'SELECT "{column}"::text FROM "{table}" WHERE "{column}" IS NOT NULL')
            texts = [text for (text,) in cursor.fetchall()]
            if any(_looks_sealed(text, kind) for text in texts):
                seen.add((table, column))
            if any(index in text for text in texts for index in indexes):
                indexed.add((table, column))
    assert seen == columns
    assert indexed == {(i.table, i.column) for i in INDEXED}


# Of the public log: hashes, what it shows to everybody, and the salts of what it commits to. Of documents: certificates.
HASHES = {
    ("archive_batch", "row_salt"),
    ("documents_certificate", "chain"),
    ("documents_certificate", "der"),
    ("ledger_head", "root"),
    ("ledger_leaf", "entry"),
    ("ledger_leaf", "salt"),
    ("ledger_tile", "hashes"),
}


def test_every_column_of_bytes_is_listed_or_known_to_hold_nothing_sealed() -> None:
    from django.apps import apps
    from django.db.models import BinaryField

    columns = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, BinaryField)
    }
    assert columns - HASHES == {(s.table, s.column) for s in SEALED if s.form == "bytes"}


def _looks_sealed(text: str, kind: str) -> bool:
    """Whether a value, as text, begins or holds what sealing makes: form 2, suite 1 or 2, as bytes or in base64."""
    begins = text.startswith(("\\x0201", "\\x0202")) if kind == "bytea" else False
    return begins or re.search(f"{MARK}Ag[E-L]", text) is not None


def test_a_dump_lets_nobody_in() -> None:
    """Neither a client's secret, nor its token, nor the cookie of who is signed in can be had from the dump."""
    client, secret = add_client(operator(), "market", provider="market-regulation")
    second = new_secret(operator(), "market")[1]
    pair = base64.b64encode(f"{client.application.client_id}:{secret}".encode()).decode()
    answer = Client().post(
        "/api/v1/token", {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {pair}"}
    )
    token = answer.json()["access_token"]
    assert Machine(token).get("/batches").status_code == 200
    clerk = signed_in(Role.INTAKE, provider="market-regulation", name="clerk")
    assert clerk.get("/desk/").status_code == 200
    cookie = clerk.cookies[django_settings.SESSION_COOKIE_NAME].value
    password = PASSWORD
    everything = dump()
    for opens in (secret, second, token, cookie, password):
        assert not any(form in everything for form in _forms(opens)), opens
        assert hashlib.sha256(opens.encode()).hexdigest().encode() in everything or opens in (cookie, password)
    assert stored(cookie).encode() in everything
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = stored(cookie)
    assert thief.get("/desk/").status_code == 302
    for digest in (hashlib.sha256(text.encode()).hexdigest() for text in (token, secret)):
        assert Machine(digest).get("/batches").status_code == 401


def test_what_people_write_in_their_own_words_keeps_no_number(tmp_path: Path) -> None:
    secrets = Secrets()

    def words() -> str:
        return f"电话{secrets.mobile()}的{secrets.identity()}称有误。"

    with travel(life.morning(life.LATER)):
        record, window = life.penalised(tmp_path), life.WINDOW
        made = life.cases.forward(window, life.objections.object_to(life.owner(), words(), record=record).number)
        life.objections.take_up(life.DECIDER, made.number)
        life.cases.ask(life.DECIDER, made.number, words())
        life.cases.answer(life.owner(), made.number, words())
        shield = shields.shield(life.REVIEWER, life.company(), ruling=words(), court=words())
        shields.fail(life.REVIEWER, shield.number, words())
        who = subscriptions.add_consumer(operator(), "somebody", title=words())
        told = subscriptions.grant(operator(), who, RESOURCE, purpose="sharing", basis=words(), agreement=words())
        follow(who)
        withdrawals.withdraw(
            operator(), record.provider, [(record.subject_id, record.id)], kind=Withdrawal.Kind.REVOKED, reason=words()
        )
        items, _ = follow(who)
        assert items
        subscriptions.end(operator(), told, reason=words())
        other = judgements.merge(operator(), life.company(1), life.company(2), reason=words())
        judgements.undo(operator(), other, reason=words())
    page = signed_in(Role.REVIEWER, name="reader").get(f"/desk/cases/{made.number}").content
    everything = b"\n".join([dump(), page, json.dumps(items, ensure_ascii=False, default=str).encode()])
    assert secrets.found_in(everything) == []
    assert everything.count(b"138********") > 12
