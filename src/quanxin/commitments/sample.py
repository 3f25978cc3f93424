"""Commitments of the sample city: offered, signed, kept, and one in some broken, by sample people.

Invariant: everything is done by the acts that people's pages call, today and in their order; made once, it is not made again. A
firm that may not promise is passed over, as a department would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from quanxin.accounts import Actor
from quanxin.accounts.actors import Assignment, Role
from quanxin.casework import engine
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.commitments import signing
from quanxin.commitments.errors import CommitmentError
from quanxin.commitments.models import Commitment, Signature
from quanxin.subjects.models import Subject

FIRMS, BROKEN, WAITING = 16, 5, 3  # how many firms promise; each how many-th breaks it, or has not signed yet
PROVIDER = "administrative-approval"
DEPARTMENT = Actor("样例审批人员", [Assignment(Role.DECIDER, PROVIDER)])
SIGNER = Actor("样例企业经办人")
MATTERS = ("食品经营许可", "人力资源服务许可", "出版物零售许可", "公共场所卫生许可")


def promise(_actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Let some firms promise; return how many commitments there are by the state of their cases."""
    tell("信用承诺 / commitments")
    organ = Subject.objects.filter(type="organ", merged_into=None).exclude(code="").order_by("pk").first()
    if organ is not None and not Commitment.objects.exists():
        firms = Subject.objects.filter(type="enterprise", merged_into=None).exclude(code="").order_by("pk")
        for number, firm in enumerate(firms[:FIRMS]):
            _promise(firm, organ.code, number)
    return dict(Counter(Commitment.objects.values_list("case__state", flat=True)))


def _promise(firm: Subject, authority: str, number: int) -> None:
    matter = MATTERS[number % len(MATTERS)]
    form = {"template": "approval", "matter": matter, "authority_code": authority, "eligible": "1"}
    by = Party(DEPARTMENT, firm, Case.Channel.WINDOW)
    try:
        case = file("commitment-approval", Filed(by, Thing(), form=form))
    except CommitmentError:  # it is listed: the ordinary way is open to it
        return
    if number % WAITING == 1:
        return
    own = Party(SIGNER, firm)
    asked = signing.ask(SIGNER, case.commitment)
    signing.confirm(SIGNER, asked, Signature.How.CODE)
    engine.perform(own, case.number, "sign", {signing.CONFIRMATION: asked.nonce})
    engine.perform(DEPARTMENT, case.number, "grant", {"decision_number": f"济审承〔样例〕{number + 1}号"})
    _follow(own, case, broken=number % BROKEN == 0, number=number)


def _follow(own: Party, case: Case, *, broken: bool, number: int) -> None:
    """What came of it: kept, or ordered, answered and found broken."""
    duties = list(case.commitment.duties.values_list("key", flat=True))
    for key in duties[1:] if broken else duties:
        _check(case, key, "met", "材料和现场均已核对")
    if not broken:
        engine.perform(DEPARTMENT, case.number, "keep")
        return
    _check(case, duties[0], "not-met", "现场与承诺不符")
    said = {"duty": duties[0], "reason": "现场与承诺的条件不符，请在期限内整改"}
    engine.perform(DEPARTMENT, case.number, "order", said)
    engine.perform(own, case.number, "answer", {"reason": "无法在期限内整改"})
    found = {
        "document_number": f"济审违〔样例〕{number + 1}号", "performance": "部分履行", "unperformed": "部分条件没有达到",
        "pursued": "撤销办理决定", "reason": "整改后仍不符合条件",
    }  # fmt: skip
    engine.perform(DEPARTMENT, case.number, "find-breached", found)


def _check(case: Case, duty: str, finding: str, seen: str) -> None:
    engine.perform(DEPARTMENT, case.number, "check", {"duty": duty, "finding": finding, "reason": seen})
