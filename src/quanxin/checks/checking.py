"""Checking: one act, for one subject or for a list of any length.

Invariant: a check is written whole, with a result for every row and an access line for every subject that was read, or not
at all. The same form sent twice is one check. Who checks does so for the department of the item, or, of a person, as a
personnel authority after somebody else approved it (``persons``).
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive import access, viewers
from quanxin.archive.viewers import Viewer
from quanxin.calendar import day_of, now
from quanxin.checks import items, judging
from quanxin.checks.asked import Asked, Row, whom
from quanxin.checks.errors import CheckError
from quanxin.checks.models import Check, Result
from quanxin.checks.reading import found, looked_at
from quanxin.policy.checks import CheckItem
from quanxin.runtime import locks
from quanxin.runtime.bridge import pg_cursor, reserve
from quanxin.runtime.free_text import masked
from quanxin.runtime.pack import current_pack

PREFIX = "XH"
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
    asked = whom(actor, viewer, asking.item, rows)
    return conclude(actor, viewer, asking, number, asked, tell)


def conclude(
    actor: Actor,
    viewer: Viewer,
    asking: Asking,
    number: str,
    asked: Sequence[Asked],
    tell: Tell = lambda _step: None,
) -> Check:
    """Read about whom is asked, judge, and write the check; a part of the acts that found whom."""
    moment = now()
    tell("reading")
    by_subject = found(viewer, asking.item, asked, day_of(moment))
    tell("judging")
    head = _head(asking, number, moment)
    judged = []
    for one in asked:
        verdict, findings = judging.judge(one, by_subject.get(one.subject.pk, ()) if one.subject else ())
        judged.append((one, verdict, findings, judging.said(asking.item, head, one, verdict, findings)))
    counts = Counter(str(verdict) for _one, verdict, _findings, _digest in judged)
    made = Check(
        number=number, key=asking.key, item=asking.item.key, item_edition=head["item_edition"],
        pack_edition=head["pack_edition"], department=asking.item.department, organisation=asking.organisation,
        purpose=asking.item.purpose, words=asking.words, case_ref=asking.case_ref, source=asking.source, actor=actor.name,
        approved_by=asking.approved_by, as_of=moment, asked_at=moment, valid_until=items.last_day(asking.item, day_of(moment)),
        looked_at=head["looked_at"],
        subjects=len(judged), counts=dict(sorted(counts.items())),
        digest=judging.whole_of(head, (digest for *_rest, digest in judged)),
    )  # fmt: skip
    tell("writing")
    made.save()
    _write(made, judged)
    line = f"{asking.item.title.zh}（信用核查 {number}）"[:200]
    access.note_accesses(replace(viewer, purpose=line), [o.subject.pk for o in asked if o.read and o.subject])
    audit(actor, "checks.check", f"check:{number}", item=made.item, case=made.case_ref, counts=made.counts)
    return made


def number_of(day: dt.date) -> str:
    """A new number of a check: of the day, and one that no other has."""
    return f"{PREFIX}{day:%Y%m%d}{reserve('checks_check_number_seq', 1):06d}"


def _viewer(actor: Actor, item: CheckItem) -> Viewer:
    """The department's viewer for the item's purpose, by the assignments of that department alone."""
    return replace(viewers.sharing(actor, item.purpose), by=items.asking(actor, item))


def _head(asking: Asking, number: str, moment: dt.datetime) -> dict[str, Any]:
    """What each result's digest says of its check."""
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
            subject = one.subject
            person = subject is not None and subject.natural
            stated = one.row.code, one.row.name
            code, name = ("", "") if person else (one.row.code, subject.name) if subject else masked(stated)
            copy.write_row((
                made.pk, one.row.position, subject.pk if subject else None, code[:64], name[:400],
                str(verdict), json.dumps(findings, ensure_ascii=False), digest,
            ))  # fmt: skip
