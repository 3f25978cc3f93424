"""Companies on lists, and who checks them.

Invariant: each list's rows come from the department that hands it in; nothing here is anybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.archive.models import Record, Restriction
from quanxin.archive.restrictions import restrict
from quanxin.calendar import now
from quanxin.intake.pipeline import intake
from quanxin.policy.model import Basis
from quanxin.subjects.models import Subject
from tests.city import CODES, NAMES, register, write

PROCUREMENT, FUNDS, HONOUR = "procurement-qualification", "fiscal-project-funds", "enterprise-honour"
SUPPORT, STAFF = "industry-support", "civil-servant-recruiting"
FINANCE = Actor("user:finance", [Assignment(Role.INTAKE, "finance")])
APPROVER = Actor("user:finance-approver", [Assignment(Role.DECIDER, "finance")])
REFORM = Actor("user:reform", [Assignment(Role.INTAKE, "development-reform")])
INDUSTRY = Actor("user:industry", [Assignment(Role.INTAKE, "industry-information")])
CENTRE = Actor("user:centre", [Role.CENTRE])
CASE = {"words": "办公设备采购", "case_ref": "JN-2026-0101"}


def company(n: int) -> Subject:
    return Subject.objects.get(code=CODES[n])


def listed(folder: Path, resource: str, provider: str, n: int, **changes: str | None) -> Record:
    """Put company ``n`` on a list; the record that stands."""
    row: Mapping[str, str | None] = {
        "subject_name": NAMES[n],
        "uscc": CODES[n],
        "representative": "样例人",
        "document_number": f"济样字〔2026〕{n + 1}号",
        "facts": "经查属实。",
        "legal_basis": "《样例办法》第一条",
        "decision_date": "2026-03-02",
        "authority_name": "济南市样例局",
        "valid_until": "2029-03-01",
    } | changes
    path = write(folder, resource, [row], f"{resource}-{n}.csv")
    receipt = intake(path, resource=resource, provider=provider, actor=operator())
    assert (receipt.accepted, receipt.updated) != (0, 0), receipt.to_json()
    return Record.objects.get(subject_id=company(n).pk, resource=resource, superseded_at=None)


def banned(folder: Path, n: int, **changes: str | None) -> Record:
    """Put company ``n`` on the list of those that are excluded from procurement."""
    return listed(folder, "procurement-severe", "finance", n, **changes)


def hold(record: Record, kind: Restriction.Kind) -> None:
    """Let a decision hold a record: repaired, disputed and so on."""
    restrict(operator(), [record], kind, case="XF-样例", basis=[Basis(title="某法", article="第一条")], at=now())


__all__ = ["CODES", "NAMES", "register"]
