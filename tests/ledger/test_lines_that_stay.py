"""No line of what was done, read or tried is taken away: the database refuses, and who gets past it is found out."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading

import psycopg
import pytest
from django.db import IntegrityError, connection, connections, transaction
from typer.testing import CliRunner

from quanxin.accounts import operator
from quanxin.accounts.models import AuditLine, SignIn
from quanxin.calendar import ZONE, now, travel
from quanxin.cli.main import app
from quanxin.ledger import lines, log, log_reading, proving, sealing, sequencing, signing
from quanxin.ledger.models import Seal
from quanxin.proofs import receipts
from quanxin.proofs.notes import Key
from quanxin.proofs.receipts import Trust
from quanxin.runtime import environment
from quanxin.runtime.append_only import APPEND_ONLY
from tests.ledger.lines import FIRST, at, lines_of, past_the_guards

pytestmark = pytest.mark.django_db
DAYS = [FIRST + dt.timedelta(days=n) for n in (0, 1, 4)]  # two days without a line lie between
AFTER = dt.datetime.combine(DAYS[-1] + dt.timedelta(days=1), dt.time(3), ZONE)


@pytest.fixture
def sealed() -> list[Seal]:
    for day in DAYS:
        lines_of(day)
    with travel(AFTER):
        return sealing.seal_days(operator())


def broken() -> list[tuple[dt.date, tuple[str, ...]]]:
    return [(proof.day, proof.wrong) for proof in proving.prove() if proof.wrong]


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_a_table_that_grows_is_never_emptied_and_loses_no_row(table: str) -> None:
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
            " AND tgtype & 2 = 2 AND tgtype & 1 = 1 AND tgtype & 8 = 8",
            (table,),
        )
        assert cursor.fetchall(), "no trigger before a row is deleted"
        if not APPEND_ONLY[table] or APPEND_ONLY[table] == {"UPDATE"}:
            return
        assert APPEND_ONLY[table] == {"DELETE"}


@pytest.mark.parametrize("table", ["accounts_auditline", "accounts_signin", "archive_access", "ledger_seal"])
def test_no_line_is_changed_or_deleted(table: str, sealed: list[Seal]) -> None:
    for statement in (f"UPDATE {table} SET id = id + 100", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match=f"{table} only grows"), transaction.atomic():
            connection.cursor().execute(statement)


def test_every_table_of_lines_is_sealed() -> None:
    """A table that only grows and says when is either sealed or named here with why not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'at' AND table_name = ANY(%s)",
            (sorted(APPEND_ONLY),),
        )
        timed = {table for (table,) in cursor.fetchall()}
    changing = {"attachments_attachment", "evaluation_change"}  # is scanned and removed; goes with who is a person
    log = {"ledger_leaf", "ledger_head"}  # the public log proves itself, and its head is signed
    assert timed - changing - log == set(lines.TABLES)


def test_the_seal_of_a_day_is_a_leaf_of_the_public_log(sealed: list[Seal]) -> None:
    assert sequencing.sequence() == len(sealed)
    for seal in sealed:
        leaf = log.leaf_of("seal", f"day:{seal.day}")
        assert leaf is not None
        receipt = log_reading.receipt(leaf)
        assert receipt is not None
        assert receipt.content == {"day": seal.day.isoformat(), "digest": seal.digest}
        assert receipts.wrong(receipt, Trust([Key.read(key) for key in log_reading.public_keys()], now())) == []


def test_days_are_sealed_in_order_each_linked_to_the_one_before(sealed: list[Seal]) -> None:
    assert [seal.day for seal in sealed] == DAYS
    assert [seal.previous for seal in sealed] == ["", sealed[0].digest, sealed[1].digest]
    assert sealed[0].tables["accounts_auditline"]["lines"] == 3
    assert broken() == []
    with travel(AFTER):
        assert sealing.seal_days(operator()) == []  # safe twice; the seals' own audit lines are of a day not yet over


def test_the_digest_is_that_of_the_lines_as_a_file(sealed: list[Seal]) -> None:
    columns = sealed[0].tables["accounts_auditline"]["columns"]
    found = AuditLine.objects.filter(at__lt=at(DAYS[1], 0)).order_by("id").values(*columns)
    text = b"".join(
        json.dumps(
            line | {"at": line["at"].astimezone(dt.UTC).isoformat(timespec="microseconds")},
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        ).encode()
        + b"\n"
        for line in found
    )
    assert hashlib.sha256(text).hexdigest() == sealed[0].tables["accounts_auditline"]["digest"]


def test_a_day_ends_when_it_ends_in_the_city(sealed: list[Seal]) -> None:
    late, early = at(DAYS[0], 23, 59), at(DAYS[1], 0, 0)
    assert late.astimezone(dt.UTC).date() == early.astimezone(dt.UTC).date()
    assert lines.end_of(DAYS[0]) == early


def test_a_day_is_not_sealed_before_it_has_settled() -> None:
    lines_of(FIRST)
    for early in (at(FIRST, 23, 59), lines.end_of(FIRST) + dt.timedelta(hours=1)):
        with travel(early):
            assert sealing.seal_days(operator()) == []


@pytest.mark.parametrize(
    ("statement", "day", "wrong"),
    [
        ("DELETE FROM accounts_auditline WHERE id = (SELECT min(id) FROM accounts_auditline)", 0, "accounts_auditline"),
        (
            "UPDATE archive_access SET purpose = 'q' WHERE id = (SELECT max(id) FROM archive_access)",
            2,
            "archive_access",
        ),
        ("DELETE FROM accounts_signin WHERE id = (SELECT max(id) FROM accounts_signin)", 2, "accounts_signin"),
        (
            "INSERT INTO accounts_auditline (at, actor, act, target, particulars) SELECT at + interval '36 hours', 'x', 'y',"
            " 'z', '{}' FROM accounts_auditline ORDER BY id OFFSET 3 LIMIT 1",
            2,
            "accounts_auditline",
        ),
        ("UPDATE ledger_seal SET tables = tables - 'archive_access' WHERE day = '2026-03-03'", 1, "digest"),
        ("DELETE FROM ledger_seal WHERE day = '2026-03-03'", 2, "link"),
        ("UPDATE ledger_seal SET signature = reverse(signature) WHERE day = '2026-03-02'", 0, "signature"),
    ],
)
def test_whoever_gets_past_the_guards_is_found_out(sealed: list[Seal], statement: str, day: int, wrong: str) -> None:
    past_the_guards(statement)
    first, what = broken()[0]
    assert (first, wrong in what) == (DAYS[day], True)


def test_a_chain_made_anew_without_the_key_is_found_out(sealed: list[Seal]) -> None:
    """Who owns the database can reckon every digest again; the signature lies elsewhere."""
    past_the_guards("DELETE FROM archive_access")
    previous, since = "", lines.BEGINNING
    for seal in Seal.objects.order_by("day"):
        for table, one in seal.tables.items():
            one["lines"], one["digest"] = lines.digest(table, one["columns"], since, lines.end_of(seal.day))
        digest = sealing.digest_of(seal.day, previous, seal.tables)
        tables = json.dumps(seal.tables).replace("'", "''")
        past_the_guards(
            f"UPDATE ledger_seal SET tables = '{tables}', previous = '{previous}', digest = '{digest}' WHERE id = {seal.pk}"
        )
        previous, since = digest, lines.end_of(seal.day)
    assert broken() == [(day, ("signature",)) for day in DAYS]


def test_doctor_names_the_first_day_that_is_broken(sealed: list[Seal]) -> None:
    def told() -> list[tuple[str, str]]:
        ran = CliRunner().invoke(app, ["doctor", "--deep"], catch_exceptions=False)
        return [(f["state"], f["zh"]) for f in json.loads(ran.stdout) if f["check"] == "ledger-deep"]

    assert [state for state, _ in told()] == ["ok"]
    past_the_guards("DELETE FROM accounts_signin WHERE at >= '2026-03-03'")
    ((state, said),) = told()
    assert state == "problem"
    assert "2026-03-03" in said


@pytest.fixture
def own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that no other test signs with."""
    monkeypatch.setattr(signing, "FILE", "signing-key-to-change")
    monkeypatch.setattr(signing, "FORMER", "signing-keys-changed")


def test_doctor_proves_over_a_change_of_the_key_and_believes_the_old_one_no_longer(
    own_key: None, sealed: list[Seal]
) -> None:
    def deep() -> str:
        ran = CliRunner().invoke(app, ["doctor", "--deep"], catch_exceptions=False)
        return next(f["state"] for f in json.loads(ran.stdout) if f["check"] == "ledger-deep")

    old, stolen = signing.public_key(), (environment.data_dir() / signing.FILE).read_text()
    ran = CliRunner().invoke(app, ["audit", "rotate-key"], catch_exceptions=False)
    made = json.loads(ran.stdout)["key"]
    assert made == signing.public_key() != old
    assert list(signing.former()) == [old]
    assert AuditLine.objects.get(act="ledger.rotate").particulars == {"key": made, "former": old}
    assert deep() == "ok"
    later = sealed[-1].day + dt.timedelta(days=1)
    lines_of(later)
    (seal,) = [s for s in sealing.seal_days(operator()) if s.day == later]
    assert signing.verify(seal.digest.encode(), seal.signature, made)
    assert (deep(), broken()) == ("ok", [])
    new = (environment.data_dir() / signing.FILE).read_text()
    environment.replace(environment.data_dir() / signing.FILE, stolen)  # the old key signs after its end
    forged = signing.sign(seal.digest.encode())
    environment.replace(environment.data_dir() / signing.FILE, new)
    past_the_guards(f"UPDATE ledger_seal SET signature = '{forged}' WHERE id = {seal.pk}")
    assert broken() == [(later, ("signature",))]


def test_sign_ins_go_after_their_term_under_a_removal_that_stays(sealed: list[Seal]) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT ledger_remove('accounts_signin', %s, now(), 'job:t')", (lines.end_of(DAYS[1]),))
        assert cursor.fetchone() == (2,)
    assert SignIn.objects.count() == 1
    assert broken() == []
    with pytest.raises(IntegrityError, match="accounts_signin only grows"), transaction.atomic():
        SignIn.objects.all().delete()  # what is not past its term
    with pytest.raises(IntegrityError, match="removal_of_what_has_a_term"), transaction.atomic():
        connection.cursor().execute(
            "SELECT ledger_remove('accounts_auditline', %s, now(), 'job:t')", (lines.end_of(DAYS[1]),)
        )
    SignIn.objects.create(username="made up", succeeded=True, at=at(DAYS[0]))
    assert broken() == [(DAYS[0], ("accounts_signin",))]


@pytest.mark.parametrize("until", [at(FIRST, 13), dt.datetime.now(ZONE)])
def test_nothing_goes_that_is_young_or_was_not_sealed(sealed: list[Seal], until: dt.datetime) -> None:
    with pytest.raises(IntegrityError, match="a month old"), transaction.atomic():
        connection.cursor().execute("SELECT ledger_remove('accounts_signin', %s, now(), 'job:t')", (until,))


@pytest.mark.django_db(transaction=True)
def test_a_day_waits_for_lines_that_are_still_being_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "PATIENCE", 0.3)
    lines_of(FIRST)
    written, over = threading.Event(), threading.Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                lines_of(FIRST)
                written.set()
                over.wait(30)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slowly)
    writer.start()
    assert written.wait(30)
    with travel(AFTER):
        assert sealing.seal_days(operator()) == []
        over.set()
        writer.join()
        (seal,) = sealing.seal_days(operator())
    assert seal.tables["accounts_auditline"]["lines"] == 6
    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_a_day_does_not_wait_for_what_another_database_of_the_server_is_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "PATIENCE", 0)
    lines_of(FIRST)
    place = {k: v for k, v in connection.get_connection_params().items() if k in ("host", "port", "user", "password")}
    with psycopg.connect(**place, dbname="postgres") as other:
        other.execute("SELECT pg_current_xact_id()")
        with travel(AFTER):
            assert len(sealing.seal_days(operator())) == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_seal_at_once_make_one_chain() -> None:
    for day in DAYS:
        lines_of(day)

    def seal() -> None:
        try:
            with travel(AFTER):
                sealing.seal_days(operator())
        finally:
            connections.close_all()

    both = [threading.Thread(target=seal) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert [seal.day for seal in Seal.objects.all()] == DAYS
    assert broken() == []
