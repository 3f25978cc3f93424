"""Checking: one act, for one subject or for a list of any length.

Invariant: a check is written whole, with a result for every row and an access line for every subject that was read, or not
at all. The same form sent twice is one check. Who checks does so for the department of the item, or, of a person, as a
personnel authority after somebody else approved it (``persons``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive import access, viewers
from quanxin.archive.viewers import Viewer
from quanxin.calendar import day_of, now
from quanxin.checks import items, judging
from quanxin.checks.asked import Asked, Row, whom
from quanxin.checks.errors import CheckError
from quanxin.checks.many.records import put_found
from quanxin.checks.many.said import put_results
from quanxin.checks.many.whom import KEPT, put_asked
from quanxin.checks.models import Check, Result
from quanxin.checks.reading import found, looked_at
from quanxin.policy.checks import CheckItem
from quanxin.runtime import locks
from quanxin.runtime.bridge import pg_cursor, put, reserve, to_postgres
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.runtime.free_text import masked
from quanxin.runtime.pack import current_pack

PREFIX = "XH"
FEW = 200  # rows; of more it is quicker to ask SQL for all of it
_COLUMNS = ("check_of_id", "position", "subject_id", "code", "name", "verdict", "findings", "digest")
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked: by which item, for which case and what, in which way, and what tells the form from another."""

    item: CheckItem
    words: str
    case_ref: str
    source: Check.Source
    key: str | None = None
    organisation: str = ""
    approved_by: str = ""


@act
def check(
    actor: Actor, key: str, codes: Sequence[str], *, words: str, case_ref: str, form: str = "", source: str = "one"
) -> Check:
    """Check the subjects of codes by an item, for a case; return the check with its results.

    Raises ``CheckError`` for an item that is not in force or not the actor's, ``OwnMatter`` where one of the subjects is the
    actor's own, ``TooManyMissed`` after too many codes that found nobody. ``form`` names the form that was sent.
    """
    item = items.item_in_force(key)
    items.asking(actor, item)
    if item.persons:
        raise CheckError("persons-only", title=item.title)
    words, case_ref = items.stated(words, case_ref)
    if form:
        locks.hold(locks.Kind.CHECK, form)
    if form and (before := Check.objects.filter(key=form).first()) is not None:
        if (before.actor, before.item, before.case_ref) != (actor.name, key, case_ref):
            raise CheckError("check-key-reused")
        return before
    rows = [Row(n, code.strip()) for n, code in enumerate(codes, 1) if code.strip()]
    asking = Asking(item, words, case_ref, Check.Source(source), form or None)
    return carry_out(actor, asking, rows)


@act
def carry_out(actor: Actor, asking: Asking, rows: Sequence[Row], tell: Tell = lambda _step: None) -> Check:
    """Check rows by an item that the actor was seen to have; ``tell`` says which step begins."""
    if not rows:
        raise CheckError("nobody-asked")
    number, viewer = number_of(day_of(now())), _viewer(actor, asking.item)
    tell("matching")
    if len(rows) > FEW:
        return _many(actor, viewer, asking, number, rows, tell)
    return conclude(actor, viewer, asking, number, whom(actor, viewer, asking.item, rows))


def conclude(actor: Actor, viewer: Viewer, asking: Asking, number: str, asked: Sequence[Asked]) -> Check:
    """Read about whom is asked, judge, and write the check; a part of the acts that found whom."""
    moment = now()
    by_subject, head = found(viewer, asking.item, asked, day_of(moment)), _head(asking, number, moment)
    judged, about = [], judging.digest_of(head)
    for one in asked:
        verdict, findings = judging.judge(one, by_subject.get(one.subject.pk, ()) if one.subject else ())
        judged.append((one, verdict, findings, judging.said(asking.item, about, one, verdict, findings)))
    counts = Counter(str(verdict) for _one, verdict, _findings, _digest in judged)
    made = _made(actor, asking, head, moment, counts, judging.whole_of(head, (digest for *_rest, digest in judged)))
    _write(made, judged)
    access.note_accesses(_noted(viewer, made), [o.subject.pk for o in asked if o.read and o.subject])
    return made


def _many(actor: Actor, viewer: Viewer, asking: Asking, number: str, rows: Sequence[Row], tell: Tell) -> Check:
    """The same for so many that no row is to pass through Python."""
    with workshop() as (con, workdir):
        given = {"position": [r.position for r in rows], "code": [r.code for r in rows], "name": [r.name for r in rows]}
        put(con, "given", pa.table(given))
        put_asked(con, workdir, actor, viewer, asking.item, "given")
        moment = now()
        tell("reading")
        put_found(con, workdir, viewer, asking.item, day_of(moment))
        tell("judging")
        head = _head(asking, number, moment)
        counts, digest = put_results(con, asking.item, day_of(moment), head)
        tell("writing")
        made = _made(actor, asking, head, moment, counts, digest)
        results = f"SELECT {made.pk}, {', '.join(_COLUMNS[1:])} FROM results ORDER BY position"
        to_postgres(con, results, Result._meta.db_table, _COLUMNS)
    access.note_accesses_of(_noted(viewer, made), KEPT)
    return made


def _made(
    actor: Actor, asking: Asking, head: Mapping[str, Any], moment: dt.datetime, counts: Mapping[str, int], digest: str
) -> Check:
    """The check, written with its line, before its results."""
    made = Check.objects.create(
        number=head["number"], key=asking.key, item=asking.item.key, item_edition=head["item_edition"],
        pack_edition=head["pack_edition"], department=asking.item.department, organisation=asking.organisation,
        purpose=asking.item.purpose, words=asking.words, case_ref=asking.case_ref, source=asking.source, actor=actor.name,
        approved_by=asking.approved_by, as_of=moment, asked_at=moment, valid_until=items.last_day(asking.item, day_of(moment)),
        looked_at=head["looked_at"], subjects=sum(counts.values()), counts=dict(sorted(counts.items())), digest=digest,
    )  # fmt: skip
    audit(actor, "checks.check", f"check:{made.number}", item=made.item, case=made.case_ref, counts=made.counts)
    return made


def _noted(viewer: Viewer, made: Check) -> Viewer:
    """The viewer as it stands in the subjects' logs: with the item and the number."""
    return replace(viewer, purpose=f"{items.titles()[made.item].zh}（信用核查 {made.number}）"[:200])


def number_of(day: dt.date) -> str:
    """A new number of a check: of the day, and one that no other has."""
    return f"{PREFIX}{day:%Y%m%d}{reserve('checks_check_number_seq', 1):06d}"


def _viewer(actor: Actor, item: CheckItem) -> Viewer:
    """The department's viewer for the item's purpose, by the assignments of that department alone."""
    return replace(viewers.sharing(actor, item.purpose), by=items.asking(actor, item))


def _head(asking: Asking, number: str, moment: dt.datetime) -> dict[str, Any]:
    """What a check is about: its digest stands in that of each result."""
    return {
        "number": number,
        "item_edition": items.edition_of(asking.item),
        "pack_edition": current_pack().edition,
        "case": masked(asking.case_ref),
        "as_of": moment.astimezone(dt.UTC).isoformat(),
        "valid_until": items.last_day(asking.item, day_of(moment)).isoformat(),
        "looked_at": dict(zip(("resources", "lists"), looked_at(asking.item, day_of(moment)), strict=True)),
    }


def _write(made: Check, judged: Sequence[tuple[Asked, str, list[Any], str]]) -> None:
    """Write the results by one COPY."""
    with pg_cursor() as cursor, cursor.copy(f"COPY {Result._meta.db_table} ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
        for one, verdict, findings, digest in judged:
            copy.write_row((
                made.pk, one.row.position, one.subject.pk if one.subject else None, *judging.shown(one),
                str(verdict), json.dumps(findings, ensure_ascii=False), digest,
            ))  # fmt: skip
