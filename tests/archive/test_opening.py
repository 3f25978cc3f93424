"""Open data: exactly what the public is shown, whole days, files that are named alone."""

from __future__ import annotations

import csv
import datetime as dt
import fcntl
import hashlib
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.test import Client
from pytest_django import Settings

from quanxin.accounts import operator
from quanxin.archive import open_data
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.models import Record, Withdrawal
from quanxin.archive.open_data import days
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import PUBLIC
from quanxin.calendar import ZONE, now, today, travel
from quanxin.intake import withdrawals
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from tests.city import hand_in, penalty, person, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(tmp_path: Path) -> Path:
    register(tmp_path)
    rows = [
        penalty(0, "一号", decision_date=today().isoformat(), valid_until="2099-12-31"),
        penalty(1, "二号", facts="=HYPERLINK(\"http://x\")，电话13812345678", decision_date=today().isoformat(),
                valid_until="2099-12-31"),
        penalty(0, "三号", **person()),
    ]  # fmt: skip
    hand_in(tmp_path, "administrative-penalty", rows)
    return tmp_path


def published() -> dict[str, list[dict[str, str]]]:
    """The rows of the latest day by resource."""
    day = open_data.latest()
    assert day is not None
    found = {}
    for one in day.datasets:
        path = open_data.file_of(day.day.isoformat(), f"{one.resource}.parquet")
        assert path is not None
        found[one.resource] = pq.read_table(path).to_pylist()
        assert len(found[one.resource]) == one.rows
    return found


def shown() -> dict[str, dict[int, dict[str, str]]]:
    """What the public is shown of every subject, by resource and record."""
    found: dict[str, dict[int, dict[str, str]]] = {}
    for subject in Subject.objects.all():
        try:
            archive = archive_of(subject.pk, PUBLIC)
        except NoSuchSubject:
            continue
        for view in archive.timeline:
            found.setdefault(view.resource, {})[view.id] = {f.key: text for f, text in view.fields}
    return found


def test_what_is_open_is_what_the_public_is_shown(city: Path) -> None:
    open_data.publish()
    open_, seen = published(), shown()
    assert set(open_) == set(seen)
    for resource, rows in open_.items():
        assert {int(r["record"].partition("-")[2]) for r in rows} == set(seen[resource])
        for row in rows:
            assert {k: v for k, v in row.items() if k in seen[resource][int(row["record"].partition("-")[2])]} == (
                seen[resource][int(row["record"].partition("-")[2])]
            )


def test_what_came_in_before_eight_is_of_its_own_day(tmp_path: Path) -> None:
    with travel(dt.datetime(2026, 9, 1, 7, tzinfo=ZONE)):
        register(tmp_path)
    with travel(dt.datetime(2026, 9, 1, 9, tzinfo=ZONE)):
        open_data.publish()
    assert {row["recorded_on"] for rows in published().values() for row in rows} == {"2026-09-01"}


def test_nobody_natural_and_no_personal_number_is_open(city: Path) -> None:
    open_data.publish()
    text = "".join(p.read_text(encoding="utf-8-sig") for p in (days.root() / today().isoformat()).glob("*.csv"))
    natural = Subject.objects.filter(natural=True)
    assert natural.exists()
    assert not any(
        row["record"].startswith(f"{s.pk}-") for s in natural for rows in published().values() for row in rows
    )
    assert "13812345678" not in text
    assert "138********" in text


def test_csv_is_harmless_and_parquet_exact(city: Path) -> None:
    open_data.publish()
    path = open_data.file_of(today().isoformat(), "administrative-penalty.csv")
    assert path is not None
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    facts = next(r["违法事实"] for r in rows if "HYPERLINK" in r["违法事实"])
    assert facts.startswith("'=")
    assert any(row["facts"].startswith("=") for row in published()["administrative-penalty"])


def test_what_was_withdrawn_is_gone_from_the_next_file(city: Path) -> None:
    open_data.publish()
    assert len(published()["administrative-penalty"]) == 2
    record = Record.objects.filter(resource="administrative-penalty").order_by("id").first()
    assert record is not None
    withdrawals.withdraw(
        operator(), record.provider, [(record.subject_id, record.id)], kind=Withdrawal.Kind.REVOKED, reason="复议撤销"
    )
    open_data.publish()
    left = [row["record"] for row in published()["administrative-penalty"]]
    assert f"{record.subject_id}-{record.id}" not in left


def test_old_days_go_and_what_died_is_cleared(city: Path, settings: Settings) -> None:
    settings.OPEN_DATA_DAYS = 2
    (days.root() / ".draft-left").mkdir(parents=True)
    first = now()
    for ahead in range(3):
        with travel(first + dt.timedelta(days=ahead)):
            open_data.publish()
    assert len(days.days()) == 2
    assert not list(days.root().glob(".draft-*"))


def test_one_writes_at_a_time(city: Path) -> None:
    days.root().mkdir(parents=True)
    with (days.root() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert open_data.publish() is None
    assert open_data.publish() is not None


def test_files_are_given_out_by_name_with_their_sums(city: Path) -> None:
    open_data.publish()
    client, day = Client(), today().isoformat()
    manifest = json.loads(b"".join(client.get(f"/open-data/{day}/manifest.json").streaming_content))
    for one in manifest["datasets"]:
        for file in one["files"]:
            answer = client.get(f"/open-data/{day}/{file['name']}")
            body = b"".join(answer.streaming_content)
            assert (len(body), hashlib.sha256(body).hexdigest()) == (file["bytes"], file["sha256"])
    tag = answer["ETag"]
    assert client.get(f"/open-data/{day}/{file['name']}", headers={"If-None-Match": tag}).status_code == 304
    for wrong in (
        f"/open-data/{day}/.lock",
        f"/open-data/{day}/..%2f.lock",
        "/open-data/2000-01-01/manifest.json",
        "/open-data/..%2f../manifest.json",
    ):
        assert client.get(wrong).status_code == 404


def test_the_catalogue_names_each_file(city: Path) -> None:
    open_data.publish()
    told = Client().get("/open-data/catalog.jsonld").json()
    assert told["@type"] == "dcat:Catalog"
    sets = {one["dct:identifier"]: one for one in told["dcat:dataset"]}
    day = open_data.latest()
    assert day is not None
    assert set(sets) == {one.resource for one in day.datasets}
    for one in sets.values():
        for file in one["dcat:distribution"]:
            assert b"".join(Client().get(file["dcat:downloadURL"]["@id"]).streaming_content)


def test_its_moments_and_days_are_the_citys(city: Path) -> None:
    with travel(dt.datetime(2026, 6, 1, 23, 30, tzinfo=dt.UTC)):  # in the city it is the second of June
        open_data.publish()
    day = open_data.latest()
    assert day is not None
    assert day.day == dt.date(2026, 6, 2)
    manifest = json.loads((days.root() / "2026-06-02" / days.MANIFEST).read_text(encoding="utf-8"))
    told = Client().get("/open-data/catalog.jsonld").json()["dct:modified"]["@value"]
    assert {manifest["made_at"], told} == {"2026-06-02T07:30:00+08:00"}


def test_the_page_lists_public_resources_alone(city: Path) -> None:
    open_data.publish()
    page = Client(headers={"accept-language": "zh-CN"}).get("/open-data").content.decode()
    assert "administrative-penalty.csv" in page
    private = [r.title.zh for r in current_pack().on(today()).resources.values() if r.publication.mode != "public"]
    assert private
    assert not any(f">{title}</a>" in page for title in private)
