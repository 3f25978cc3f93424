"""The sample city: what its manifest says beforehand is what the receipts say."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from random import Random

import pytest

from quanxin.accounts import operator
from quanxin.archive.models import Record
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import PUBLIC
from quanxin.calendar import day_of, today
from quanxin.casework.models import Case
from quanxin.demo.city import populate
from quanxin.demo.rows import Maker
from quanxin.demo.run import DENSITY, run, write_city
from quanxin.measures import listing_sample
from quanxin.measures.models import Application
from quanxin.policy.model import FieldType
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from tests.ledger.entries import nothing_of_anybody


@pytest.mark.slow
@pytest.mark.django_db
def test_the_manifest_equals_the_receipts_code_by_code(tmp_path: Path) -> None:
    outcome = run(subjects=900, seed=11, folder=tmp_path, actor=operator())
    assert outcome["disagreements"] == []
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert len({planned["resource"] for planned in manifest["files"]}) >= 30
    assert {planned["file"].rsplit(".", 1)[1] for planned in manifest["files"]} == {"csv", "xlsx", "jsonl", "parquet"}
    codes = {code for planned in manifest["files"] for code in planned["codes"]}
    assert len(codes) >= 20
    assert outcome["received"] == sum(
        outcome[bucket] for bucket in ("accepted", "updated", "duplicate", "quarantined", "unlinked")
    )
    assert 8 <= outcome["accepted"] / 900 <= 13
    assert {"offered", "kept", "breached"} <= set(outcome["promised"])
    assert outcome["lists"] == listing_sample.planned()
    _two_years_of_lists_could_have_happened()
    assert {"in-force", "suspended", "lifted", "dropped", "elsewhere"} <= set(outcome["measures"])
    assert sum(outcome["measures"].values()) >= Application.objects.count()
    _measures_applied_over_two_years_could_have_happened()
    assert Subject.objects.values("type").distinct().count() >= 12
    assert {"batch", "decision"} <= nothing_of_anybody()
    busiest = Record.objects.filter(published=True).values_list("subject_id", flat=True).first()
    assert busiest is not None
    assert sum(len(chapter.records) for chapter in archive_of(busiest, PUBLIC).chapters) >= 1


def _measures_applied_over_two_years_could_have_happened() -> None:
    applied = Application.objects.select_related("case")
    assert {"expired", "decided"} <= {one.cause for one in applied}
    assert len({one.applied_at.date() for one in applied}) >= 5
    for one in applied:
        assert one.since <= day_of(one.applied_at) <= today()
        assert one.case.state == one.state
        ended = day_of(one.lifted_at or one.applied_at)
        assert one.cause != "expired" or (one.until is not None and ended == one.until + dt.timedelta(days=1))


def _two_years_of_lists_could_have_happened() -> None:
    """Each act of a listing on a working day and after the one before it, nobody decided about unheard, and the records say
    the same days."""
    calendar, cases = current_pack().calendar, Case.objects.filter(kind__startswith="list-")
    for case in cases:
        steps = list(case.steps.order_by("pk").values_list("act", "at"))
        moments = [at for _, at in steps]
        assert moments == sorted(moments)
        assert all(calendar.is_working_day(day_of(at)).working or day_of(at) == today() for at in moments)
        if case.state == "listed":
            assert [act for act, _ in steps][1:] in (["tell", "answer", "enter"], ["tell", "fall-silent", "enter"])
            record = Record.objects.get(subject_id=case.subject_id, id=case.record_id)
            assert record.event_date == day_of(moments[-1])
    assert cases.filter(state="removed").count() >= 3
    for case in cases.filter(state="removed"):
        found = Record.objects.get(
            subject_id=case.subject_id, resource=case.resource, key_hash=case.key_hash, superseded_at=None
        )
        assert (found.payload["removed_on"], found.public_until) == (
            day_of(case.decided_at).isoformat(), day_of(case.decided_at) - dt.timedelta(days=1),
        )  # fmt: skip


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_city(200, 3, tmp_path / name)
    texts = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir() if p.suffix in (".csv", ".jsonl")}
    assert texts == {name: (tmp_path / "b" / name).read_bytes() for name in texts}


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_before_founding_or_after_the_end_and_bureaus_are_of_the_subjects_district(seed: int) -> None:
    rules, random = current_pack().on(today()), Random(seed)
    members = populate(random, 300, rules.divisions, today())
    by_code, bureaus = {one.code: one for one in members}, set()
    assert [one for one in members if one.closed]
    for resource in (rules.resources[key] for key in DENSITY if key in rules.resources):
        for row in Maker(resource, rules, random, today()).rows(members, 100):
            member = by_code[row["uscc"] or ""]
            assert (row.get("authority_code") or member.code)[2:8] == member.division
            bureaus.add(row.get("authority_name"))
            if (key := resource.event_date) and resource.field(key).type is FieldType.DATE:
                event = _day_of(row[key] or "")
                assert member.established <= event <= (member.closed or today()), resource.key
    assert len(bureaus) >= 60


def _day_of(text: str) -> dt.date:
    parts = [text[:4], text[4:6], text[6:]] if text.isdigit() else re.findall(r"\d+", text)
    return dt.date(*map(int, parts))
