"""Credit checks: a list of many subjects by an item with every list, beside its SQL by hand; and of one subject.

Invariant: by hand means the same results by SQL alone, written into the same table with an access line for each who was read:
verdict, findings with their measures and days, digests. It knows the codes as right and of somebody each, and no merge, no
district, no kind of sharing and no record that is a ground by what stands in it; the two end with the same rows, or the
measurement fails.
"""

from __future__ import annotations

import json
import statistics
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.ground import line, percentiles, timed

if TYPE_CHECKING:
    from quanxin.accounts.actors import Actor
    from quanxin.checks.checking import Asking
    from quanxin.checks.models import Check

RUNS = 3
SINGLE = 200  # checks of one subject
ASKED = """
CREATE TEMP TABLE asked ON COMMIT DROP AS SELECT code, place FROM unnest(%s::text[]) WITH ORDINALITY AS given(code, place);
CREATE TEMP TABLE list ON COMMIT DROP AS SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[])
    AS given(list, resource, removed, months);
CREATE TEMP TABLE rule ON COMMIT DROP AS SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[],
    %s::date[], %s::jsonb[]) AS given(list, measure, type, months, last, said);
"""
BY_HAND = """
INSERT INTO checks_result (check_of_id, position, subject_id, code, name, verdict, findings, digest)
WITH whom AS (
    SELECT a.place, a.code, s.id, s.name, s.type FROM asked a
    JOIN subjects_identifier i ON i.value = a.code AND i.kind <> 'identity' JOIN subjects_subject s ON s.id = i.subject_id
), listed AS (
    SELECT w.id AS subject, w.type, r.id, r.resource, r.provider, l.list, r.event_date AS since, least(r.public_until,
           coalesce(r.valid_until, (r.event_date + make_interval(months => l.months))::date),
           (r.payload ->> l.removed)::date - 1) AS until,
           EXISTS (SELECT 1 FROM archive_restriction x WHERE x.subject_id = r.subject_id AND x.resource = r.resource
                   AND x.key_hash = r.key_hash AND x.ended_at IS NULL) AS disputed
    FROM whom w JOIN archive_record r ON r.subject_id = w.id AND r.superseded_at IS NULL AND r.event_date <= current_date
    JOIN list l ON l.resource = r.resource
    WHERE NOT EXISTS (SELECT 1 FROM archive_restriction x WHERE x.subject_id = r.subject_id AND x.resource = r.resource
                      AND x.key_hash = r.key_hash AND x.ended_at IS NULL AND x.kind IN ('repaired', 'shielded', 'deleted'))
), found AS (
    SELECT f.subject, f.since, f.id, f.list, jsonb_build_object('record', f.subject || '-' || f.id, 'resource', f.resource,
           'list', f.list, 'since', f.since, 'until', f.until, 'source', f.provider, 'disputed', f.disputed,
           'suspended', coalesce(jsonb_agg(u.measure ORDER BY u.measure)
               FILTER (WHERE f.disputed AND u.measure IS NOT NULL), '[]'),
           'measures', coalesce(jsonb_agg(u.said || jsonb_build_object('since', f.since, 'until', least(f.until, u.last,
               (f.since + make_interval(months => u.months))::date)) ORDER BY u.measure)
               FILTER (WHERE NOT f.disputed AND u.measure IS NOT NULL), '[]')) AS said,
           bool_or(NOT f.disputed AND u.measure IS NOT NULL) AS restricts
    FROM listed f LEFT JOIN rule u ON u.list = f.list AND u.type = f.type
         AND coalesce(least(u.last, (f.since + make_interval(months => u.months))::date) >= current_date, true)
    WHERE f.until IS NULL OR f.until >= current_date
    GROUP BY f.subject, f.since, f.id, f.list, f.resource, f.until, f.provider, f.disputed
), judged AS (
    SELECT subject, jsonb_agg(said ORDER BY since DESC, id DESC, list DESC) AS findings, bool_or(restricts) AS restricts
    FROM found GROUP BY subject
), results AS (
    SELECT w.*, coalesce(j.findings, '[]') AS findings,
           CASE WHEN j.restricts THEN 'restricted' WHEN j.subject IS NOT NULL THEN 'hint' ELSE 'clear' END AS verdict
    FROM whom w LEFT JOIN judged j ON j.subject = w.id
)
SELECT %s, place, id, code, name, verdict, findings, encode(sha256(convert_to(jsonb_build_object('check', %s::text, 'item',
       %s::text, 'position', place, 'subject', id, 'code', code, 'verdict', verdict, 'findings', findings)::text, 'UTF8')), 'hex')
FROM results
"""
CLOSED = """
SELECT encode(sha256(convert_to(string_agg(digest, ',' ORDER BY position), 'UTF8')), 'hex') FROM checks_result
    WHERE check_of_id = %s;
INSERT INTO archive_access (at, viewer, actor, purpose, subject_id)
    SELECT now(), 'department', 'bench', 'bench', subject_id FROM checks_result WHERE check_of_id = %s;
"""


def measure(folder: Path, subjects: int) -> None:
    """Print the seconds of a list of so many subjects, their ratio to the SQL by hand, and the times of one subject."""
    from bench.rows import enrol_subjects
    from quanxin.checks.asked import Row
    from quanxin.checks.checking import carry_out, check
    from quanxin.demo import city

    enrol_subjects(subjects)
    codes = [city.code_of("91", "370102", n) for n in range(subjects)]
    for resource, provider, every in (("tax-severe", "taxation", 10), ("procurement-severe", "finance", 25)):
        _list(folder, resource, provider, codes[::every])
    actor, asking = _asking()
    rows = [Row(n, code) for n, code in enumerate(codes, 1)]
    spent, by_hand, whole = [], [], []
    for _ in range(RUNS):  # one after the other, so that each meets the same tables; the median counts
        begun = time.process_time()
        took, made = timed(lambda: carry_out(actor, asking, rows))
        whole.append(took)
        spent.append(time.process_time() - begun)
        took, number = timed(partial(_by_hand, codes, asking, made))
        by_hand.append(took)
        _expect_same(made.pk, number)
    ours, theirs = statistics.median(whole), statistics.median(by_hand)
    line(
        f"check of {subjects:,} subjects with every list",
        f"{ours:.1f} s ({statistics.median(spent):.1f} s of ours)",
        "≤ 20 s",
    )
    line(f"  ÷ its SQL by hand ({theirs:.1f} s)", f"{ours / theirs:.2f}", "≤ 1.5")
    line("  results", ", ".join(f"{key} {count:,}" for key, count in made.counts.items()))
    seconds = []
    for code in codes[: SINGLE + 20]:
        started = time.perf_counter()
        check(actor, "fiscal-project-funds", [code], words="bench", case_ref="bench")
        seconds.append(time.perf_counter() - started)
    line("check of one subject", percentiles(seconds[20:]), "p95 ≤ 25 ms")


def _asking() -> tuple[Actor, Asking]:
    """A clerk of finance, and an item of theirs that looks at every list."""
    from quanxin.accounts.actors import Actor, Assignment, Role
    from quanxin.calendar import today
    from quanxin.checks.checking import Asking
    from quanxin.checks.models import Check
    from quanxin.runtime.pack import current_pack

    rules = current_pack().on(today())
    item = rules.check_items["fiscal-project-funds"]
    every = {"lists": tuple(rules.lists), "measures": tuple(rules.measures), "purpose": "supervision"}
    actor = Actor("user:bench", [Assignment(Role.INTAKE, "finance")])
    return actor, Asking(item.model_copy(update=every), "bench", "bench", Check.Source.LIST)


def _by_hand(codes: list[str], asking: Asking, like: Check) -> int:
    """The same check by hand; the number of its row. ``like`` is ours, of which it repeats what the check is about."""
    from django.db import transaction

    from quanxin.checks.models import Check
    from quanxin.runtime.bridge import pg_cursor

    lists, rules = _rules_by_hand(asking)
    with transaction.atomic(), pg_cursor() as cursor:
        about = {
            f.attname: getattr(like, f.attname)
            for f in Check._meta.concrete_fields
            if f.attname not in ("id", "number")
        }
        made = Check.objects.create(**about | {"number": f"hand-{like.pk}", "as_of": like.as_of})
        for statement, given in zip(ASKED.strip().split(";\n"), ([codes], lists, rules), strict=True):
            cursor.execute(statement, given)
        cursor.execute(
            "ANALYZE asked; ANALYZE list; ANALYZE rule; SET LOCAL work_mem = '512MB'"
        )  # as much as ours may take
        cursor.execute(BY_HAND, [made.pk, like.digest, asking.item.key])
        for statement in CLOSED.strip().split(";\n"):
            cursor.execute(statement, [made.pk])
    return made.pk


def _rules_by_hand(asking: Asking) -> tuple[list[list[Any]], list[list[Any]]]:
    """The lists and the rules of today, by columns."""
    from quanxin.calendar import today
    from quanxin.runtime.pack import current_pack

    rules = current_pack().on(today())
    lists = [rules.lists[key] for key in asking.item.lists]
    found = [
        (t.list, m.key, target, m.term_months, m.in_force.until, json.dumps({
            "measure": m.key, "title": m.title.model_dump(), "must": m.must,
            "basis": [b.model_dump(mode="json", exclude_none=True) for b in m.basis],
        }))
        for m in rules.measures.values() for t in m.triggers if t.list for target in m.targets
    ]  # fmt: skip
    named = [[getattr(one, name) for one in lists] for name in ("key", "resource", "removed", "term_months")]
    return named, [list(column) for column in zip(*found, strict=True)]


def _expect_same(ours: int, theirs: int) -> None:
    from quanxin.runtime.bridge import pg_cursor

    with pg_cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM checks_result a FULL JOIN checks_result b ON b.position = a.position AND b.check_of_id = %s "
            "WHERE a.check_of_id = %s AND (a.subject_id, a.code, a.name, a.verdict, a.findings) "
            "IS DISTINCT FROM (b.subject_id, b.code, b.name, b.verdict, b.findings)",
            [theirs, ours],
        )
        if different := cursor.fetchone()[0]:
            raise AssertionError(f"{different} results differ from those by hand")


def _list(folder: Path, resource: str, provider: str, codes: list[str]) -> None:
    """Put the subjects of codes on a list."""
    from quanxin.accounts import operator
    from quanxin.intake.pipeline import intake
    from quanxin.subjects.models import Subject

    names = dict(Subject.objects.values_list("code", "name"))
    path = folder / f"{resource}.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write(
            "失信主体名称,统一社会信用代码,法定代表人,认定文书号,列入事由,列入依据,列入日期,列入机关,名单期满日期\n"
        )
        out.writelines(
            f"{names[code]},{code},样例人,样字〔2026〕{n}号,经查属实,《样例办法》第一条,2026-03-02,样例局,2029-03-01\n"
            for n, code in enumerate(codes)
        )
    intake(path, resource=resource, provider=provider, actor=operator())
