"""Credit checks: a list of many subjects by an item with every list, beside its SQL by hand; and of one subject.

Invariant: by hand means the codes found in the register, the memberships and results of each, and an access line for each
who was read, by SQL alone; it judges by dates and knows no measure, no district and no decision about a record.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ground import line, percentiles, timed

if TYPE_CHECKING:
    from quanxin.accounts.actors import Actor
    from quanxin.checks.checking import Asking

SINGLE = 200  # checks of one subject
BY_HAND = """
CREATE TEMP TABLE asked ON COMMIT DROP AS SELECT unnest(%s::text[]) AS code;
ANALYZE asked;
CREATE TEMP TABLE said ON COMMIT DROP AS
SELECT a.code, s.id, s.name, count(r.id) AS found, jsonb_agg(jsonb_build_object('record', r.id, 'resource', r.resource,
       'since', r.event_date, 'until', r.valid_until)) FILTER (WHERE r.id IS NOT NULL) AS findings,
       encode(sha256(convert_to(a.code || s.name, 'UTF8')), 'hex') AS digest
FROM asked a JOIN subjects_identifier i ON i.value = a.code JOIN subjects_subject s ON s.id = i.subject_id
LEFT JOIN archive_record r ON r.subject_id = s.id AND r.superseded_at IS NULL AND r.resource = ANY(%s)
     AND r.event_date <= current_date AND (r.valid_until IS NULL OR r.valid_until >= current_date)
     AND NOT EXISTS (SELECT 1 FROM archive_restriction x WHERE x.subject_id = r.subject_id AND x.resource = r.resource
                     AND x.key_hash = r.key_hash AND x.ended_at IS NULL)
GROUP BY a.code, s.id, s.name;
INSERT INTO archive_access (at, viewer, actor, purpose, subject_id) SELECT now(), 'department', 'bench', 'bench', id FROM said;
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
    by_hand, _ = timed(lambda: _by_hand(codes, asking))
    ours, made = timed(lambda: carry_out(actor, asking, rows))
    line(f"check of {subjects:,} subjects with every list", f"{ours:.1f} s", "≤ 20 s")
    line(f"  ÷ its SQL by hand ({by_hand:.1f} s)", f"{ours / by_hand:.2f}", "≤ 1.5")
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


def _by_hand(codes: list[str], asking: Asking) -> None:
    from django.db import transaction

    from quanxin.calendar import today
    from quanxin.runtime.bridge import pg_cursor
    from quanxin.runtime.pack import current_pack

    lists = current_pack().on(today()).lists
    resources = [lists[key].resource for key in asking.item.lists]
    first, rest = BY_HAND.split(";\n", 1)
    with transaction.atomic(), pg_cursor() as cursor:
        cursor.execute(first, [codes])
        for statement in filter(str.strip, rest.split(";\n")):
            cursor.execute(statement, [resources] if "%s" in statement else None)


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
