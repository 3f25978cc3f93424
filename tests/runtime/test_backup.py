"""A backup that is taken while the platform runs comes back equal, byte for byte, or is refused in words."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import random
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pyrage import x25519

from quanxin.runtime import postgres
from quanxin.runtime.backup import locks, making, parts, postgresql
from quanxin.runtime.backup.errors import BackupError
from quanxin.runtime.cluster import SUPERUSER
from quanxin.runtime.keeper import FOLDER
from tests import platform, warm

ABOUT = {"format": parts.FORMAT, "version": "0.1.0", "steps": ["archive.0001"], "keys": True}
# What a database is besides its rows. Of constraints the names: PostgreSQL spells their conditions anew.
SHAPE = """
SELECT md5(string_agg(told, E'\n' ORDER BY told)) FROM (
    SELECT c.relname::text || c.relkind::text || c.relowner::regrole::text
        || coalesce(a.attname::text || format_type(a.atttypid, a.atttypmod), '') AS told
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT p.proname::text || p.prosrc FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL SELECT t.tgname::text || t.tgtype::text FROM pg_trigger t WHERE NOT t.tgisinternal
    UNION ALL SELECT conname::text || contype::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace
) AS everything
"""


def tables(data_dir: Path, database: str = postgres.DATABASE, *, lines: int) -> dict[str, tuple[Any, ...]]:
    """How many rows each table has, and a digest of them; of the audit the first ``lines``."""
    told: dict[str, tuple[Any, ...]] = {}
    with psycopg.connect(postgres.url(data_dir, SUPERUSER), dbname=database) as session:
        told["shape"] = session.execute(SHAPE).fetchone() or ()
        names = session.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
        ).fetchall()
        for (name,) in names:
            only = f"WHERE id <= {lines}" if name == "accounts_auditline" else ""
            query = f"SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {name} t {only}"
            told[name] = session.execute(query.encode()).fetchone() or ()
    return told


def files(data_dir: Path) -> dict[str, str]:
    """A digest of each file that is kept."""
    found = {}
    for place, folders, names in os.walk(data_dir):
        if place == str(data_dir):
            folders[:] = [name for name in folders if name not in making.LEFT_OUT]
        for name in names:
            path = Path(place, name)
            if not name.startswith(".") and str(path.relative_to(data_dir)) not in making.LEFT_OUT:
                found[str(path.relative_to(data_dir))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Path]:
    tmp_path.chmod(0o755)
    data_dir = platform.sample(tmp_path / "data")
    yield data_dir
    for one in (data_dir, tmp_path / "other"):
        postgres.stop(one)


@pytest.mark.slow
def test_what_is_restored_elsewhere_is_equal_and_proven(sample: Path, tmp_path: Path) -> None:
    env, elsewhere = platform.environment_of(sample), platform.environment_of(tmp_path / "other")
    (sample / "secrets").mkdir(mode=0o700, exist_ok=True)
    (sample / "secrets" / "password").write_text("of a source")
    (sample / "secrets" / "password").chmod(0o600)
    word, plain, sealed = tmp_path / "word", tmp_path / "plain.tar", tmp_path / "sealed"
    word.write_text("一句 很长的口令\n", encoding="utf-8")
    for seconds in (0.2, 0.6, 1.0):  # at some instants of it
        killed = warm.start(["backup", str(tmp_path / "killed")], env)
        time.sleep(seconds)
        killed.kill()
        killed.wait()
        if (tmp_path / "killed").exists():  # it was quicker: then it is whole
            with tarfile.open(tmp_path / "killed") as tar:
                assert tar.getnames()[-1] == parts.MANIFEST
            break
    for words in ([str(sealed), "--passphrase-file", str(word)], [str(plain)]):
        done = warm.run(["backup", *words], env)
        assert done.returncode == 0, done.stderr
    assert "keyring.json" in done.stderr
    assert not list((sample / FOLDER).glob("backup-*"))
    assert sorted(path.name for path in tmp_path.iterdir() if "killed" in path.name) in ([], ["killed"])
    with tarfile.open(plain) as tar:
        names = {name.removeprefix("files/") for name in tar.getnames()}
    assert not names & {"keyring.json", "secret-key", "signing-key", "secrets/password"}
    assert b"keyring" not in sealed.read_bytes()
    again = warm.run(["backup", str(plain)], env)
    assert (again.returncode, str(plain) in again.stderr) == (1, True)

    wrong = tmp_path / "wrong"
    wrong.write_text("another")
    for given, said in (([], "passphrase-file"), (["--passphrase-file", str(wrong)], "does not open")):
        refused = warm.run(["restore", str(sealed), *given], elsewhere)
        assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
        assert not (tmp_path / "other").exists()
    done = warm.run(["restore", str(sealed), "--passphrase-file", str(word)], elsewhere)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["keys"] is True
    with psycopg.connect(postgres.url(sample, SUPERUSER)) as session:
        # the line of the second backup came after the first, and before nothing else
        (lines,) = session.execute(
            "SELECT max(id) FROM accounts_auditline WHERE act <> 'runtime.backup'"
        ).fetchone() or (0,)
    assert tables(tmp_path / "other", lines=lines) == tables(sample, lines=lines)
    assert files(tmp_path / "other") == files(sample)
    found, before = (json.loads(warm.run(["doctor", "--deep"], one).stdout) for one in (elsewhere, env))
    states = {f["check"]: f["state"] for f in found}
    assert (states["lake-deep"], states["ledger-deep"], states["keys"]) == ("ok", "ok", "ok")
    # whatever else is to be said was to be said before
    wrong = [f for f in found if f["state"] == "problem"]
    assert wrong == [f for f in before if f["state"] == "problem"]
    refused = warm.run(["restore", str(plain)], elsewhere)
    assert (refused.returncode, "QUANXIN_DATA_DIR" in refused.stderr) == (1, True)

    with psycopg.connect(postgres.url(sample, SUPERUSER), autocommit=True) as session:
        session.execute("CREATE DATABASE external OWNER quanxin_owner")
    host = postgres.url(sample).partition("?")[2]
    external = platform.environment_of(
        tmp_path / "third",
        QUANXIN_DATABASE_URL=f"postgresql://quanxin@/external?{host}",
        QUANXIN_DATABASE_OWNER_URL=f"postgresql://quanxin_owner@/external?{host}",
    )
    done = warm.run(["restore", str(sealed), "--passphrase-file", str(word)], external)
    assert done.returncode == 0, done.stderr
    assert tables(sample, "external", lines=lines) == tables(sample, lines=lines)
    found = {f["check"]: f["state"] for f in json.loads(warm.run(["doctor"], external).stdout)}
    assert (found["database-role"], found["keys"]) == ("ok", "ok")
    refused = warm.run(["restore", str(sealed)], external | {"QUANXIN_DATA_DIR": str(tmp_path / "fourth")})
    assert (refused.returncode, "QUANXIN_DATABASE_URL" in refused.stderr) == (1, True)


def made(lock: locks.Lock | None, about: dict[str, Any] | None = None) -> bytes:
    """A small backup in memory."""
    out = io.BytesIO()
    with locks.writing(out, lock) as stream:
        writer = parts.Writer(stream, about or ABOUT)
        writer.add_bytes("database/00000001", random.Random(1).randbytes(70_000))
        writer.add_bytes("files/lake/a.parquet", b"x" * 5000)
        writer.add_bytes("files/empty", b"")
        writer.close()
    return out.getvalue()


def unpacked(data: bytes, lock: locks.Lock, folder: Path) -> dict[str, Any]:
    with locks.reading(io.BytesIO(data), lock) as stream:
        return parts.unpack(stream, folder, lambda _: None, lambda _: None)


KEY = x25519.Identity.generate()
LOCKS = {
    "plain": (None, locks.Lock()),
    "passphrase": (locks.Lock(passphrase="口令"), locks.Lock(passphrase="口令")),
    "recipient": (locks.Lock(recipient=str(KEY.to_public())), locks.Lock(identity=str(KEY))),
}


@pytest.mark.parametrize("kind", LOCKS)
def test_whatever_is_cut_or_altered_is_refused(kind: str, tmp_path: Path) -> None:
    closed, opens = LOCKS[kind]
    whole = made(closed)
    assert unpacked(whole, opens, tmp_path / "whole") == ABOUT
    assert (tmp_path / "whole/files/lake/a.parquet").read_bytes() == b"x" * 5000
    end = len(whole.rstrip(b"\0")) if kind == "plain" else len(whole)
    source = random.Random(2)
    for n in range(2 if kind == "passphrase" else 24):  # a passphrase takes its time, and then opens a key
        at = source.randrange(end)
        cut = whole[: min(at, end - 1)]
        altered = whole[:at] + bytes([whole[at] ^ (1 << source.randrange(8))]) + whole[at + 1 :]
        for m, data in enumerate((cut, altered)):
            if kind == "plain" and m == 1 and _says_the_same(altered, tmp_path / f"same-{n}"):
                continue  # a bit of a heading that nobody reads
            with pytest.raises(BackupError) as refused:
                unpacked(data, opens, tmp_path / f"{n}-{m}")
            assert refused.value.code in ("backup-damaged", "backup-wrong-key", "backup-locked"), (n, m)


def _says_the_same(data: bytes, folder: Path) -> bool:
    """Whether the parts are all what they were, whatever changed in the tar around them."""
    with contextlib.suppress(BackupError, tarfile.TarError):
        unpacked(data, locks.Lock(), folder)
        return (folder / "files/lake/a.parquet").read_bytes() == b"x" * 5000
    return False


def test_a_part_that_leads_out_of_the_place_is_none_of_ours(tmp_path: Path) -> None:
    for name in ("../out", "/out", "files/../../out"):
        out = io.BytesIO()
        writer = parts.Writer(out, ABOUT)
        writer.add_bytes(name, b"x")
        writer.close()
        with pytest.raises(BackupError, match="altered"):
            unpacked(out.getvalue(), locks.Lock(), tmp_path / "in")
    assert not (tmp_path / "out").exists()


@pytest.mark.django_db
def test_a_backup_of_a_newer_version_and_of_a_newer_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from quanxin.runtime.backup import restoring

    for about in (ABOUT | {"format": 2}, ABOUT | {"steps": ["archive.9999_from_the_future"], "version": "9.0"}):
        with pytest.raises(BackupError) as refused:
            restoring._approve(about)
        assert refused.value.code == "backup-version"

    class Newer:
        class info:
            server_version = 990001

            @staticmethod
            def parameter_status(_name: str) -> str:
                return "99.1"

    with pytest.raises(BackupError, match=r"99\.1"):
        postgresql._refuse_newer(Newer())  # type: ignore[arg-type]


def test_a_password_is_in_no_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_DATABASE_URL", "postgresql://q:s3cret@db.example.org:5433/city?sslmode=verify-full")
    told = postgresql._environment()
    assert (told["PGPASSWORD"], told["PGHOST"], told["PGPORT"], told["PGDATABASE"], told["PGSSLMODE"]) == (
        "s3cret", "db.example.org", "5433", "city", "verify-full",
    )  # fmt: skip
