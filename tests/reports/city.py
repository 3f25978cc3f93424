"""Companies with records of many kinds, and the reports about them.

Invariant: codes are formed by the rules and marked as samples; nothing here is anybody's.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor
from quanxin.archive import viewers
from quanxin.archive.models import Record, Restriction
from quanxin.archive.restrictions import restrict
from quanxin.archive.viewers import Viewer
from quanxin.calendar import now
from quanxin.intake.pipeline import intake
from quanxin.policy.model import Basis
from quanxin.reports.asked import asked
from quanxin.reports.content import content
from quanxin.subjects.models import Subject
from tests.accounts.people import ADULT
from tests.city import AUTHORITY, CODES, NAMES, hand_in, licence, penalty, person, register, write

OWNER = Actor("user:owner", [])


def company(n: int) -> Subject:
    return Subject.objects.get(code=CODES[n])


def summary(n: int, number: str, **changes: str | None) -> dict[str, str | None]:
    """A penalty by summary procedure of company ``n``."""
    return {
        "subject_name": NAMES[n],
        "uscc": CODES[n],
        "ground": "简易程序",
        "document_number": number,
        "violation": "占道经营",
        "content": "警告。",
        "decision_date": "2026-03-02",
        "authority_name": "济南市历下区市场监督管理局",
        "authority_code": AUTHORITY,
    } | changes


def build(folder: Path) -> None:
    """Company 0 with a licence, three penalties of which one is repaired and one disputed, an honour, a summary penalty and a
    rating; company 1 with nothing but its registration; a person with a penalty."""
    register(folder)
    hand_in(folder, "administrative-licence", [licence(0)], name="licences.csv")
    days = ("2025-08-31", "2026-02-03", "2026-05-01")
    rows = [
        penalty(0, f"济历罚〔2026〕{n}号", decision_date=day, valid_until="2027-12-31") for n, day in enumerate(days)
    ]
    one = (
        penalty(0, "济历罚〔2026〕9号", decision_date="2026-06-01", valid_until="2027-12-31")
        | person()
        | {"identity_number": ADULT}
    )
    hand_in(folder, "administrative-penalty", [*rows, one], name="penalties.csv")
    hand_in(folder, "summary-penalty", [summary(0, "济历当罚〔2026〕1号")], name="summary.csv")
    path = write(folder, "construction-rating", [rating(0)], "rating.csv")
    intake(path, resource="construction-rating", provider="housing-construction", actor=operator())
    hold(numbered("济历罚〔2026〕0号"), Restriction.Kind.REPAIRED)
    hold(numbered("济历罚〔2026〕1号"), Restriction.Kind.DISPUTED)


def rating(n: int) -> dict[str, str | None]:
    """The rating of company ``n``."""
    return {
        "subject_name": NAMES[n],
        "uscc": CODES[n],
        "year": "2025",
        "grade": "A",
        "decision_date": "2026-04-01",
        "authority_name": "济南市住房和城乡建设局",
    }


def numbered(number: str) -> Record:
    return Record.objects.get(payload__document_number=number, superseded_at=None)


def hold(record: Record, kind: Restriction.Kind) -> None:
    """Let a decision hold a record: repaired, disputed and so on."""
    restrict(operator(), [record], kind, case="XF-样例", basis=[Basis(title="某法", article="第一条")], at=now())


def itself(subject: Subject, how: str = "subject") -> Viewer:
    return viewers.itself(OWNER, subject, how=how)


def told(
    key: str, subject: Subject, viewer: Viewer | None = None, *, lang: Literal["zh", "en"] = "zh", **more: Any
) -> dict[str, Any]:
    """What a report about a subject says, to itself."""
    return content(asked(key, subject, viewer or itself(subject), lang=lang, **more))


def numbers(said: dict[str, Any]) -> list[str]:
    """The numbers of documents in a report, in its order."""
    found = []
    for chapter in said["chapters"]:
        for group in chapter["groups"]:
            keys = [key for key, _ in group["columns"]]
            if "document_number" in keys:
                found += [record["values"][keys.index("document_number")] for record in group["records"]]
    return found


def special(subject: Subject, *domains: str, **more: Any) -> dict[str, Any]:
    return told("special-report", subject, domains=domains or ("market",), **more)


DAY = dt.date(2026, 6, 30)
