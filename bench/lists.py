"""The public lists of a large city: the page of a list, its following pages, who is looked for, and the lists with their counts.

Invariant: a city of firms and of natural persons is laid straight down, a third of the firms on the longest list; page and
SQL by hand read the same rows in the same order, or the measurement fails. A search finds only who is listed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.ground import line, percentiles
from bench.search import FREQUENT, enrol_names

ASKED, WARM, LENGTH = 200, 10, 25
LONG, SHARES = "judgment-debtors", {"judgment-debtors": 3, "tax-rating-a": 5, "serious-violation": 20, "tax-severe": 40}
PERSONS = 1  # natural persons for each firm, none of them on a list

BY_HAND = """
SELECT r.subject_id, r.id, r.event_date, r.public_until, r.batch_id, r.payload FROM archive_record r
WHERE r.resource = %(list)s AND r.superseded_at IS NULL AND r.published AND r.event_date <= %(day)s
  AND (r.public_until IS NULL OR r.public_until >= %(day)s)
  AND ((r.event_date + make_interval(months => 24))::date >= %(day)s)
  AND (r.payload ->> 'removed_on' IS NULL OR (r.payload ->> 'removed_on')::date > %(day)s)
  AND NOT EXISTS (SELECT FROM subjects_subject s WHERE s.id = r.subject_id AND s.natural)
  AND NOT EXISTS (SELECT FROM archive_restriction x WHERE x.subject_id = r.subject_id AND x.resource = r.resource
                  AND x.key_hash = r.key_hash AND x.ended_at IS NULL)
ORDER BY r.event_date DESC, r.id DESC LIMIT 26
"""


def measure(folder: Path, subjects: int) -> None:
    """Print what a page of a list takes beside its SQL by hand, and what looking somebody up takes."""
    from django.test import Client

    names = enrol_names(subjects)
    _lay(folder, subjects)
    anybody, source = Client(headers={"host": "127.0.0.1"}), random.Random(3)
    ours = _timed(lambda: _ok(anybody.get(f"/lists/{LONG}")))
    theirs = _timed(_by_hand)
    _expect_alike()
    line(f"the page of a list of {subjects // SHARES[LONG]:,}", percentiles(ours))
    query = _timed(_rows)
    line("  its query alone", percentiles(query))
    line(
        "  ÷ the same SQL by hand", f"{sorted(query)[len(query) // 2] / sorted(theirs)[len(theirs) // 2]:.2f}", "≤ 1.5"
    )
    sought = [name[2:6] for name in source.sample(names, ASKED)]
    line("  looked for by four characters of a name", percentiles(_each(anybody, sought)), "p95 ≤ 200 ms")
    line("  looked for by the most frequent texts", percentiles(_each(anybody, FREQUENT * 10)), "p95 ≤ 200 ms")
    line("all lists, with how many are on each", percentiles(_timed(lambda: _ok(anybody.get("/lists/")), 50)))


def _ok(answer: Any) -> None:
    assert answer.status_code == 200, answer.status_code


def _each(anybody: Any, sought: Sequence[str]) -> list[float]:
    took = []
    for text in sought:
        begun = time.perf_counter()
        _ok(anybody.post(f"/lists/{LONG}", {"name": text}))
        took.append(time.perf_counter() - begun)
    return took


def _timed(work: Callable[[], Any], times: int = ASKED) -> list[float]:
    took = []
    for n in range(times + WARM):
        begun = time.perf_counter()
        work()
        if n >= WARM:
            took.append(time.perf_counter() - begun)
    return took


def _rows() -> list[Any]:
    from quanxin.measures.lists_portal.members import public_list, standing

    one = public_list(LONG)
    assert one is not None
    return list(standing(one)[: LENGTH + 1])


def _by_hand() -> list[Any]:
    from django.db import connection

    from quanxin.calendar import today

    with connection.cursor() as cursor:
        cursor.execute(BY_HAND, {"list": LONG, "day": today()})
        return list(cursor.fetchall())


def _expect_alike() -> None:
    if [(one.subject_id, one.id) for one in _rows()] != [row[:2] for row in _by_hand()]:
        raise AssertionError("the page and the SQL by hand differ")


def _lay(folder: Path, subjects: int) -> None:
    """One row of each list taken in by the ordinary way, and laid again for every so many-th firm; natural persons beside."""
    from django.db import connection

    from quanxin.accounts import operator
    from quanxin.calendar import today
    from quanxin.demo import files
    from quanxin.demo.city import Member, code_of
    from quanxin.demo.rows import Maker
    from quanxin.intake.pipeline import intake
    from quanxin.runtime.pack import current_pack

    rules, day = current_pack().on(today()), today()
    firm = Member(
        0,
        "enterprise",
        code_of("91", "370102", 0),
        "",
        "370102",
        "历下区",
        day.replace(year=day.year - 9),
        "样例人",
        "",
        "",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM subjects_subject WHERE code = %s", [firm.code])
        firm = Member(**{**{f: getattr(firm, f) for f in firm.__slots__}, "name": cursor.fetchone()[0]})
        for key, share in SHARES.items():
            resource = rules.resources[key]
            row = Maker(resource, rules, random.Random(1), day).row(firm, day)
            row |= {name: None for name in ("removed_on", "removal_reason") if name in row}
            path = files.write(folder, key, "utf-8.csv", resource, [row])
            intake(path, resource=key, provider=resource.providers[0], actor=operator())
            _again(cursor, key, share)
        cursor.execute(
            "INSERT INTO subjects_subject SELECT (jsonb_populate_record(s, jsonb_build_object("
            "'id', 100000000 + g, 'natural', true, 'type', 'person', 'code', '', 'name', '样例人'))).* "
            "FROM subjects_subject s, generate_series(1, %s) g WHERE s.code = %s",
            [subjects * PERSONS, firm.code],
        )
        cursor.execute("VACUUM ANALYZE")


def _again(cursor: Any, key: str, share: int) -> None:
    """The record of a list again for every so many-th firm, on another day each."""
    cursor.execute(
        "INSERT INTO archive_record SELECT (jsonb_populate_record(r, jsonb_build_object("
        "'id', 1000000000::bigint * %s + s.id, 'subject_id', s.id, 'key_hash', gen_random_uuid(), "
        "'content_hash', gen_random_uuid(), "
        "'event_date', current_date - (s.id %% 700)::int, 'public_until', NULL, 'valid_until', NULL, 'published', true))).* "
        "FROM subjects_subject s, archive_record r WHERE r.resource = %s AND s.id %% %s = 0 AND s.id <> r.subject_id",
        [share, key, share],
    )
