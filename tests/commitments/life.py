"""Companies that promise, and the department that they promise it to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.calendar import day_of, now, travel
from quanxin.casework import engine
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.commitments import signing
from quanxin.commitments.models import Commitment, Signature
from tests.city import AUTHORITY, CODES, NAMES, hand_in, register
from tests.rights.life import company, morning

PROVIDER = "market-regulation"
OWNER = Actor("user:owner")
DEPARTMENT = Actor("user:department", [Assignment(Role.DECIDER, PROVIDER)])
FOREIGN = Actor("user:foreign", [Assignment(Role.DECIDER, "taxation")])
MAY = morning(dt.date(2026, 5, 6))
OFFER = {"template": "approval", "matter": "食品经营许可", "authority_code": AUTHORITY, "eligible": "1"}
DECISION = {"decision_number": "济市监许〔2026〕1号"}
BREACH = {
    "document_number": "济市监违〔2026〕1号", "performance": "全部未履行", "unperformed": "没有留样柜",
    "pursued": "撤销食品经营许可",
}  # fmt: skip


def companies(folder: Path) -> None:
    """The companies, registered in time."""
    with travel(MAY - dt.timedelta(days=1)):
        register(folder)


def listed(folder: Path, n: int = 0, **changes: str) -> None:
    """Put a company on the list of serious violations."""
    row = {
        "subject_name": NAMES[n], "uscc": CODES[n], "document_number": "济市监严〔2026〕1号", "facts": "抽逃资金",
        "legal_basis": "市场监督管理严重违法失信名单管理办法", "decision_date": "2026-04-01",
        "authority_name": "济南市市场监督管理局",
    } | changes  # fmt: skip
    hand_in(folder, "serious-violation", [row], name=f"listed-{n}.csv")


def owner(n: int = 0) -> Party:
    return Party(OWNER, company(n))


def offered(n: int = 0, by: Actor = DEPARTMENT, **changes: str) -> Case:
    """A commitment that the department offers to a company."""
    return file("commitment-approval", Filed(Party(by, company(n), Case.Channel.WINDOW), Thing(), form=OFFER | changes))


def tolerated(n: int = 0, **changes: str) -> Case:
    """One to hand in later what is missing."""
    day = day_of(now())
    days = {"supply_by": f"{day + dt.timedelta(days=14)}", "item_due": f"{day + dt.timedelta(days=23)}"}
    form = OFFER | {"template": "tolerance"} | days | changes
    party = Party(DEPARTMENT, company(n), Case.Channel.WINDOW)
    return file("commitment-tolerance", Filed(party, Thing(), "缺检测报告原件；逾期不补终止办理", form=form))


def commitment(case: Case) -> Commitment:
    return Commitment.objects.get(case=case)


def confirmed(case: Case, party: Party) -> Mapping[str, str]:
    """The form of signing, confirmed as by a code."""
    asked = signing.ask(party.actor, commitment(case))
    signing.confirm(party.actor, asked, Signature.How.CODE)
    return {"confirmation": asked.nonce}


def signed(n: int = 0) -> Case:
    case = offered(n)
    return engine.perform(owner(n), case.number, "sign", confirmed(case, owner(n)))


def in_force(n: int = 0) -> Case:
    return engine.perform(DEPARTMENT, signed(n).number, "grant", DECISION)


def checked(case: Case, duty: str, finding: str) -> Case:
    return engine.perform(
        DEPARTMENT, case.number, "check", {"duty": duty, "finding": finding, "reason": f"核查 {now():%H:%M}"}
    )


def breached(n: int = 0) -> Case:
    """One that was found not kept, ordered, answered and found broken."""
    case = in_force(n)
    checked(case, "conditions-met", "not-met")
    engine.perform(DEPARTMENT, case.number, "order", {"duty": "conditions-met", "reason": "请配齐留样柜"})
    engine.perform(owner(n), case.number, "answer", {"reason": "尚未到货"})
    return engine.perform(DEPARTMENT, case.number, "find-breached", BREACH | {"reason": "期满仍未配齐"})
