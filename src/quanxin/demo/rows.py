"""The rows of one resource of the sample city, made from its catalogue entry.

Invariant: a row made here is clean: it breaks no rule of its resource, names an enrolled member, and has a natural key
of its own. The same random source gives the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from quanxin.calendar import add_months
from quanxin.demo.city import Member, code_of
from quanxin.demo.place import here
from quanxin.demo.values import cell, written
from quanxin.policy import Rules
from quanxin.policy.model import FieldType, Resource

Row = dict[str, str | None]
DEREGISTRATION = "enterprise-deregistration"  # who ended, each on its day; nothing of anybody is of a later one
OWN_KEYS = {"subject_name", "uscc", "registration_number", "organisation_code", "subject_category", "identity_number"}
# Optional data items that end something: most rows have none.
ENDINGS = {
    "removed_on",
    "removal_reason",
    "removal_authority",
    "cleared_on",
    "ended_on",
    "cancelled_on",
    "corrected_on",
    "closed_on",
}


@dataclass
class Maker:
    """Makes clean rows of one resource."""

    resource: Resource
    rules: Rules
    random: Random
    today: dt.date
    number: int = 0
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def rows(self, members: Sequence[Member], count: int) -> list[Row]:
        """``count`` rows about members of the right types, in no particular order; fewer where keys run out."""
        from_ = self.resource.in_force.from_
        fitting = [m for m in members if m.type in self.resource.subject_types and from_ < (m.closed or self.today)]
        made: list[Row] = []
        if self.resource.key == DEREGISTRATION:
            return [self.row(m, m.closed) for m in fitting if m.closed]
        if self.resource.subject.role == "enrol":
            return [self.row(m, m.established) for m in fitting]
        for _ in range(count * 3):
            if len(made) >= count or not fitting:
                break
            member = self.random.choice(fitting)
            day = self._day(member)
            row = self.row(member, day)
            key = (member.code, *(self._comparing(row, k, day) for k in self.resource.natural_key))
            if key not in self.seen:
                self.seen.add(key)
                made.append(row)
        return made

    def row(self, member: Member, day: dt.date) -> Row:
        """A row about a member whose event is of that day."""
        self.number += 1
        row: Row = {}
        for f in self.resource.fields:
            optional = f.required is not True and f.key not in OWN_KEYS
            if f.key in ENDINGS or f.type is FieldType.IDENTITY or (optional and self.random.random() < 0.3):
                row[f.key] = None
                continue
            code_set = self.rules.code_sets.get(f.code_set) if f.code_set else None
            row[f.key] = cell(self.random, f, day, self.number, code_set)
        self._subject(row, member)
        self._authority(row, member)
        self._dates(row, day)
        adjust = ADJUSTMENTS.get(self.resource.key)
        if adjust:
            adjust(row, self, day)
        return row

    def _comparing(self, row: Row, key: str, day: dt.date) -> str:
        """A part of the natural key, however it was written."""
        text = row.get(key) or ""
        if key == self.resource.event_date:
            return day.isoformat()
        if self.resource.field(key).type is FieldType.MONTH:
            return "".join(c for c in text if c.isdigit())
        return text

    def _day(self, member: Member) -> dt.date:
        earliest = max(member.established, self.today - dt.timedelta(days=1400))
        first = max(earliest, self.resource.in_force.from_)
        span = max(((member.closed or self.today - dt.timedelta(days=15)) - first).days, 1)
        return first + dt.timedelta(days=self.random.randrange(span))

    def _subject(self, row: Row, member: Member) -> None:
        own = {
            "subject_name": member.name, "uscc": member.code, "representative": member.representative,
            "address": member.address, "division": member.division_name,
            "province": here().words.province or None, "city": here().city,
            "subject_category": "个体工商户" if member.type == "sole-trader" else "法人及非法人组织",
            "registration_number": member.registration_number if member.type in ("enterprise", "sole-trader") else None,
            "organisation_code": None,
        }  # fmt: skip
        row.update({k: v for k, v in own.items() if k in row})

    def _authority(self, row: Row, member: Member) -> None:
        """The bureau that is competent for the resource, of the district where the subject is."""
        name, code = authority(self.rules, self.resource.providers[0], member)
        for key in row:
            if key in ("authority_name", "source_name"):
                row[key] = name
            elif key in ("authority_code", "source_code", "organisation_uscc"):
                row[key] = code
            elif key in ("creditor_code", "counterpart_code"):
                row[key] = None

    def _dates(self, row: Row, day: dt.date) -> None:
        """The day of the event, and periods that begin with it and end later."""
        for key in (
            "decision_date",
            "established",
            self.resource.event_date or "",
            "valid_from",
            "operating_from",
            "filed_on",
        ):
            if row.get(key):
                row[key] = written(self.random, day)
        for key in ("valid_until", "operating_until", "due_on", "public_until_stated", "period_until"):
            if row.get(key):
                row[key] = written(self.random, add_months(day, self.random.randrange(6, 60)))
        if row.get("valid_until") and self._may_be_long_term("valid_until") and self.random.random() < 0.2:
            row["valid_until"] = "2099-12-31"

    def _may_be_long_term(self, key: str) -> bool:
        return bool(self.resource.field(key).long_term)


def _penalty(row: Row, maker: Maker, day: dt.date) -> None:
    _without_person(row, maker, day)
    kinds = maker.random.choice(
        (
            "罚款",
            "罚款",
            "罚款",
            "警告",
            "警告;罚款",
            "没收违法所得;罚款",
            "通报批评",
            "责令停产停业",
            "罚款；没收非法财物",
            "吊销许可证件",
        )
    )
    fine = f"{maker.random.randrange(1, 40)}.{maker.random.randrange(10000):04d}"
    row["penalty_kinds"] = kinds
    row["fine"] = fine if "罚款" in kinds else None
    row["confiscated"] = f"0.{maker.random.randrange(1, 9999):04d}" if "没收" in kinds else None
    row["licence_affected"] = "食品经营许可证" if "吊销" in kinds else None
    row["content"] = f"处以{kinds.replace(';', '、').replace('；', '、')}。"


def _without_person(row: Row, maker: Maker, day: dt.date) -> None:
    for key in ("person_document", "representative_document", "representative_number", "identity_number"):
        if key in row:
            row[key] = None
    for key in ("institution_certificate", "social_certificate", "tax_number"):
        if key in row:
            row[key] = None


def _commitment(row: Row, maker: Maker, day: dt.date) -> None:
    row["commitment_number"] = f"{here().region}{day:%Y%m%d}{maker.number % 1_000_000:06d}"


def _performance(row: Row, maker: Maker, day: dt.date) -> None:
    row["commitment_number"] = f"{here().region}{day:%Y%m%d}{maker.number % 1_000_000:06d}"
    done = maker.random.random() < 0.8
    row["performance"] = "全部履行" if done else "部分履行"
    row["unperformed"] = None if done else "部分承诺事项尚未完成。"
    row["pursued"] = None if done else "责令限期改正。"


def _utility(row: Row, maker: Maker, day: dt.date) -> None:
    billed = maker.random.randrange(2_000, 9_000_000)
    owed = maker.random.choice((0, 0, 0, 0, billed // 3))
    row["billed"], row["paid"], row["arrears"] = (f"{c // 100}.{c % 100:02d}" for c in (billed, billed - owed, owed))
    row["arrears_periods"] = "1" if owed else "0"
    row["user_kind"] = maker.random.choice(("工业", "商业"))


def _debtor(row: Row, maker: Maker, day: dt.date) -> None:
    row["document_number"] = f"（{day.year}）{here().words.court_mark}02执{maker.number}号"
    row["subject_category"] = "个体工商户" if (row["uscc"] or "").startswith("92") else "法人及非法人组织"
    row["outstanding"] = None if row.get("performed") else row.get("outstanding")


def _unperformed(row: Row, maker: Maker, day: dt.date) -> None:
    amount = maker.random.randrange(100_000, 90_000_000)
    row["amount"], row["outstanding"] = f"{amount / 100:.2f}", f"{amount // 2 / 100:.2f}"


def _deregistration(row: Row, maker: Maker, day: dt.date) -> None:
    row["state"] = maker.random.choice(("注销", "吊销"))


def _arrears(row: Row, maker: Maker, day: dt.date) -> None:
    row["from_month"], row["until_month"] = f"{day.year}-01", f"{day.year}-{max(day.month, 2):02d}"


def _tax(row: Row, maker: Maker, day: dt.date) -> None:
    first = add_months(day, -2).replace(day=1)
    row["period_from"], row["period_until"] = (
        first.isoformat(),
        (add_months(first, 1) - dt.timedelta(days=1)).isoformat(),
    )


def _promise(row: Row, maker: Maker, day: dt.date) -> None:
    row["state"], row["change_basis"], row["compensation"] = maker.random.choice(("履行中", "已履行")), None, None


def _honour(row: Row, maker: Maker, day: dt.date) -> None:
    if "grade" in row:
        row["grade"] = "高级认证企业" if maker.resource.key == "customs-aeo" else "A"


def _registered(row: Row, maker: Maker, day: dt.date) -> None:
    row["approval_date"] = written(maker.random, day)
    row["state"] = "存续"


ADJUSTMENTS: dict[str, Callable[[Row, Maker, dt.date], None]] = {
    "administrative-penalty": _penalty,
    "administrative-licence": _without_person, "credit-commitment": _commitment, "credit-commitment-performance": _performance,
    "water-fee": _utility, "electricity-fee": _utility, "gas-fee": _utility, "judgment-debtors": _debtor,
    "court-unperformed": _unperformed, "enterprise-deregistration": _deregistration,
    "sole-trader-deregistration": _deregistration, "medical-insurance-arrears": _arrears, "tax-payment": _tax,
    "government-promise": _promise, "tax-rating-a": _honour, "customs-aeo": _honour,
    **{f"{k}-registration": _registered for k in (
        "enterprise", "sole-trader", "organ", "institution", "mass-organisation", "social-organisation",
        "village-committee", "law-firm", "collective")},
}  # fmt: skip


def authority(rules: Rules, provider: str, member: Member) -> tuple[str, str]:
    """The name and code of a provider's bureau in a member's district: the same for every resource and row."""
    number = 700_000 + list(rules.providers).index(provider)
    return f"{here().of(member.division_name)}{rules.providers[provider].title.zh}", code_of(
        "11", member.division, number
    )
