"""How alike two statements about an organisation are, reason by reason.

Invariant: a similarity is a whole number of hundredths, computed in integers, the same on every machine; each reason
has a code that stays and words in both languages. What is compared are names, numbers and places of organisations:
a likeness says whether two texts mean one subject, and nothing about the subject.
"""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import OSA, Indel

from quanxin.policy.model import Text
from quanxin.subjects.naming import OrganisationName

FULL = 100
WORDS = {
    "same-name": Text(zh="名称相同", en="the same name"),
    "former-name": Text(zh="与曾用名相同", en="a former name"),
    "name-in-brackets": Text(zh="括号中的名称相同", en="a name given in brackets"),
    "whole-name": Text(zh="全称相近", en="whole names alike"),
    "trade-name": Text(zh="字号相近", en="trade names alike"),
    "industry": Text(zh="行业表述相近", en="words for the trade alike"),
    "region": Text(zh="行政区划相符", en="places agree"),
    "region-differs": Text(zh="行政区划不同", en="places differ"),
    "legal-form": Text(zh="组织形式相同", en="the same legal form"),
    "legal-form-differs": Text(zh="组织形式不同", en="legal forms differ"),
    "branch": Text(zh="分支机构名称相近", en="branches alike"),
    "branch-differs": Text(zh="一为分支机构，一为总机构", en="one is a branch, the other is not"),
    "address": Text(zh="地址相近", en="addresses alike"),
    "representative": Text(zh="法定代表人相同", en="the same legal representative"),
    "same-code": Text(zh="统一社会信用代码相同", en="the same code"),
    "near-code": Text(zh="代码相差一个字符", en="codes one character apart"),
    "same-registration-number": Text(zh="旧注册号相同", en="the same old registration number"),
    "same-organisation-code": Text(zh="组织机构代码相同", en="the same organisation code"),
    "near-number": Text(zh="注册号相差一个字符", en="registration numbers one character apart"),
    "bulk-proposal": Text(zh="批量关联提出", en="proposed by the bulk linkage"),
}
WEIGHTS = {
    "same-name": 12, "former-name": 12, "name-in-brackets": 10, "whole-name": 8, "trade-name": 8, "industry": 3, "region": 3,
    "region-differs": 3, "legal-form": 2, "legal-form-differs": 1, "branch": 4, "branch-differs": 4, "address": 3,
    "representative": 3, "same-code": 20, "near-code": 10, "same-registration-number": 14,
    "same-organisation-code": 14, "near-number": 8, "bulk-proposal": 6,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a candidate is one: a code, the similarity in hundredths, and the candidate's own text that was compared."""

    code: str
    hundredths: int
    seen: str = ""

    @property
    def words(self) -> Text:
        return WORDS[self.code]


def alike(a: str, b: str) -> int:
    """The similarity of two texts in whole hundredths, rounded down: 100 only for the same text, 0 for two empty ones."""
    total = len(a) + len(b)
    return FULL * (total - Indel.distance(a, b)) // total if total else 0


def one_slip_apart(a: str, b: str) -> bool:
    """Whether two numbers differ by one character changed, added, left out, or by two neighbours exchanged."""
    return a != b and OSA.distance(a, b, score_cutoff=1) == 1


def names_alike(stated: OrganisationName, held: OrganisationName, former: bool) -> list[Reason]:
    """The reasons that lie in two names; ``former`` says that the second is no longer borne."""
    if stated.norm == held.norm:
        return [Reason("former-name" if former else "same-name", FULL, held.norm)]
    if held.norm in (*stated.former, *stated.others) or stated.norm in (*held.former, *held.others):
        return [Reason("name-in-brackets", FULL, held.norm)]
    reasons = [
        Reason("whole-name", alike(stated.norm, held.norm), held.norm),
        Reason("trade-name", _trade(stated, held), held.trade or held.industry),
    ]
    if stated.industry and held.industry:
        reasons.append(Reason("industry", alike(stated.industry, held.industry), held.industry))
    if stated.form and held.form:
        same = stated.form == held.form
        reasons.append(Reason("legal-form" if same else "legal-form-differs", FULL if same else 0, held.form))
    if bool(stated.branch) != bool(held.branch):
        reasons.append(Reason("branch-differs", 0, held.branch))
    elif stated.branch:
        reasons.append(Reason("branch", alike(stated.branch, held.branch), held.branch))
    return reasons


def _trade(stated: OrganisationName, held: OrganisationName) -> int:
    """Trade names, or where one has none, all that stands between place and form."""
    if stated.trade and held.trade:
        return alike(stated.trade, held.trade)
    return alike(stated.trade + stated.industry, held.trade + held.industry)


def regions_alike(
    stated: tuple[str, ...], codes: tuple[str, ...], held: tuple[str, ...], division: str
) -> Reason | None:
    """Whether places agree: by name, or by division code, of which the wider holds the narrower; None if unknown."""
    if set(stated) & set(held):
        return Reason("region", FULL, "".join(held))
    if codes and division:
        narrow = max(codes, key=lambda c: len(c.rstrip("0")))
        stem = narrow.rstrip("0") if len(narrow) == 6 else narrow
        stem = stem if len(stem) % 2 == 0 else stem + "0"
        return Reason("region", FULL, division) if division.startswith(stem) else Reason("region-differs", 0, division)
    return Reason("region-differs", 0, "".join(held)) if stated and held else None


def total(reasons: tuple[Reason, ...]) -> int:
    """All reasons as one number of hundredths, each by its weight."""
    weight = sum(WEIGHTS[r.code] for r in reasons)
    return sum(WEIGHTS[r.code] * r.hundredths for r in reasons) // weight if weight else 0
