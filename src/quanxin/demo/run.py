"""Making the sample city: members, departments' files, their manifest, and their intake by the ordinary way.

Invariant: the manifest is written before anything is taken in, and the receipts must equal it, bucket by bucket and
code by code; where they do not, the outcome says so.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from quanxin.accounts import Actor
from quanxin.calendar import today
from quanxin.demo import files, rows
from quanxin.demo.city import Member, code_of, populate
from quanxin.demo.flaws import Flaw, flaws_for
from quanxin.demo.place import here
from quanxin.intake.pipeline import intake, untold
from quanxin.intake.receipt import Receipt
from quanxin.policy import Rules
from quanxin.policy.model import Resource
from quanxin.runtime import slices
from quanxin.runtime.pack import current_pack

# Records for each subject of a fitting type; resources that are not here have no rows in the sample city.
DENSITY: dict[str, float] = {
    "administrative-licence": 1.6, "administrative-penalty": 0.45, "enterprise-change": 0.5, "sole-trader-change": 0.1,
    "enterprise-deregistration": 0.03, "abnormal-operations": 0.06, "sole-trader-abnormal-mark": 0.08,
    "social-organisation-abnormal": 0.04, "serious-violation": 0.004, "tax-severe": 0.002, "wage-arrears": 0.002,
    "judgment-debtors": 0.02, "work-safety-severe": 0.002, "administrative-inspection": 0.8, "administrative-reward": 0.03,
    "medical-insurance-registration": 0.5, "medical-insurance-arrears": 0.03, "medical-insurance-payment": 0.6,
    "new-agricultural-entity": 0.02, "private-medical-institution": 0.02, "water-fee": 0.5, "electricity-fee": 0.5,
    "gas-fee": 0.2, "tax-payment": 0.5, "real-estate": 0.1, "research-development": 0.08, "tax-rating-a": 0.2,
    "tax-rating": 0.4, "customs-aeo": 0.01, "customs-rating": 0.05, "environmental-rating": 0.05,
    "market-risk-class": 0.5, "labour-security-rating": 0.15, "construction-rating": 0.05, "food-risk-class": 0.1,
    "fire-safety-rating": 0.05, "credit-honour": 0.12, "credit-commitment": 0.8, "credit-commitment-performance": 0.3,
    "contract-performance": 0.15, "tax-arrears": 0.03, "tax-abnormal": 0.02, "annual-report": 1.0,
    "housing-fund-payment": 0.3, "social-insurance-arrears": 0.02, "government-promise": 0.6,
    "government-contract-arrears": 0.05, "government-case": 0.03, "intellectual-property-right": 0.15,
    "inspection-agency": 0.01, "traceability-node": 0.01, "geographical-indication": 0.004, "carbon-emitter": 0.004,
    "environmental-disclosure": 0.02, "discharge-permit": 0.05, "old-brand": 0.004, "bidding-misconduct": 0.004,
}  # fmt: skip
FLAWED_FROM = 40  # rows of a file before flaws are planted in it
Progress = Callable[[str], None]


@dataclass
class Planned:
    """A file of the manifest: what it is and what its receipt must say."""

    file: str
    resource: str
    provider: str
    received: int
    accepted: int = 0
    updated: int = 0
    duplicate: int = 0
    quarantined: int = 0
    unlinked: int = 0
    codes: dict[str, int] | None = None

    def differs_from(self, receipt: Receipt) -> list[str]:
        """Where a receipt says otherwise, in words."""
        names = ("received", "accepted", "updated", "duplicate", "quarantined", "unlinked")
        wrong = [
            f"{self.file} {n}: {getattr(self, n)} planned, {getattr(receipt, n)} received"
            for n in names
            if getattr(self, n) != getattr(receipt, n)
        ]
        if (self.codes or {}) != receipt.codes:
            wrong.append(f"{self.file} codes: {self.codes} planned, {receipt.codes} received")
        return wrong


def run(*, subjects: int, seed: int, folder: Path, actor: Actor, on_progress: Progress = untold) -> dict[str, Any]:
    """Make the sample city of that size and seed in ``folder`` and take it in; return counts and disagreements."""
    folder.mkdir(parents=True, exist_ok=True)
    on_progress("生成部门文件 / writing the departments' files")
    plan = write_city(subjects, seed, folder)
    (folder / "manifest.json").write_text(
        json.dumps(
            {"subjects": subjects, "seed": seed, "files": [asdict(p) for p in plan]}, ensure_ascii=False, indent=1
        ),
        encoding="utf-8",
    )
    wrong: list[str] = []
    counts: Counter[str] = Counter()
    for number, planned in enumerate(plan, start=1):
        on_progress(f"接收 {number}/{len(plan)} {planned.file}")
        receipt = intake(folder / planned.file, resource=planned.resource, provider=planned.provider, actor=actor)
        wrong += [] if receipt.repeated else planned.differs_from(receipt)
        counts.update(
            {
                n: getattr(receipt, n)
                for n in ("received", "accepted", "updated", "duplicate", "quarantined", "unlinked")
            }
        )
    return {
        "subjects": subjects,
        "seed": seed,
        "folder": str(folder),
        "files": len(plan),
        **counts,
        "disagreements": wrong,
        **{key: slices.load(make)(actor, on_progress) for one in slices.plugged() for key, make in one.demo.items()},
    }


def write_city(subjects: int, seed: int, folder: Path) -> list[Planned]:
    """Write the departments' files of a sample city and say what each receipt must be."""
    random = Random(seed)
    day = today()
    rules = current_pack().on(day)
    members = populate(random, subjects, rules.divisions, day)
    enrolling = [r for r in rules.resources.values() if r.subject.role == "enrol"]
    referring = [rules.resources[key] for key in DENSITY if key in rules.resources]
    plan: list[Planned] = []
    for number, resource in enumerate([*enrolling, *referring]):
        fitting = [m for m in members if m.type in resource.subject_types]
        count = max(3, round(len(fitting) * DENSITY.get(resource.key, 1)))
        maker = rows.Maker(resource, rules, random, day)
        clean = maker.rows(members, count)
        if clean:
            plan.append(_write(folder, number, resource, maker, clean, {m.code: m for m in fitting}))
    plan.append(_write_later(folder, rules.resources["enterprise-registration"], rules, random, members))
    return plan


def _write_later(folder: Path, resource: Resource, rules: Rules, random: Random, members: Sequence[Member]) -> Planned:
    """The register's later file: moved houses, new names, and a name that nothing shows to be later."""
    maker = rows.Maker(resource, rules, random, today())
    drawn = random.sample(
        [m for m in members if m.type == "enterprise" and m.closed is None], max(4, len(members) // 100)
    )
    made: list[rows.Row] = []
    for n, member in enumerate(drawn):
        row = maker.row(member, member.established) | {"approval_date": (today() - timedelta(days=5)).isoformat()}
        row["address"] = f"{member.address}（迁入）"
        if n % 2:
            row["subject_name"] = member.name.replace("有限", "新程有限")
        made.append(row)
    made[0] |= {"subject_name": f"{here().short}样例矛盾名称有限公司", "approval_date": member_day(drawn[0])}
    path = files.write(folder, "99-enterprise-registration", "utf-8.csv", resource, made)
    return Planned(
        path.name,
        resource.key,
        resource.providers[0],
        len(made),
        updated=len(made) - 1,
        quarantined=1,
        codes={"code-two-names": 1},
    )


def member_day(member: Member) -> str:
    """The day on which the register stated the member's name first."""
    return member.established.isoformat()


def _write(
    folder: Path, number: int, resource: Resource, maker: rows.Maker, clean: list[rows.Row], by_code: dict[str, Member]
) -> Planned:
    made = [dict(row) for row in clean]
    codes: Counter[str] = Counter()
    buckets: Counter[str] = Counter()
    if len(made) >= FLAWED_FROM:
        made += _repeat(made, resource, codes, buckets)
        made += _plant(made, resource, maker, by_code, codes, buckets)
    buckets["accepted"] = len(made) - sum(buckets.values())
    maker.random.shuffle(made)
    kind = files.FORMATS[number % len(files.FORMATS)]
    if kind == "xlsx" and len(made) > files.WORKBOOK_ROWS:
        kind = "utf-8.csv"
    path = files.write(folder, f"{number:02d}-{resource.key}", kind, resource, made)
    return Planned(
        path.name, resource.key, resource.providers[0], len(made), **buckets, codes=dict(sorted(codes.items()))
    )


def _repeat(made: list[rows.Row], resource: Resource, codes: Counter[str], buckets: Counter[str]) -> list[rows.Row]:
    """Two rows to the letter again, and one again with other words: the last two contradict each other."""
    again = [dict(made[0]), dict(made[1])]
    codes["duplicate-in-batch"] += 2
    buckets["duplicate"] += 2
    text = next(
        (
            f.key
            for f in resource.fields
            if f.key in ("remark", "address", "authority_name") and f.key not in resource.natural_key
        ),
        None,
    )
    if text is None or resource.subject.role == "enrol":
        return again
    other = dict(made[2])
    other[text] = f"{other[text] or ''}另一说法"
    codes["conflict-in-batch"] += 2
    buckets["quarantined"] += 2
    return [*again, other]


def _plant(
    made: list[rows.Row],
    resource: Resource,
    maker: rows.Maker,
    by_code: dict[str, Member],
    codes: Counter[str],
    buckets: Counter[str],
) -> list[rows.Row]:
    """Plant every flaw that fits in rows of their own; rows of a register fail under codes that nobody else needs."""
    extra: list[rows.Row] = []
    place = 3
    for flaw in flaws_for(resource):
        member = by_code[made[place]["uscc"] or ""]
        while "code-is-registration-number" in flaw.codes and member.type not in ("enterprise", "sole-trader"):
            place += 1
            member = by_code[made[place]["uscc"] or ""]
        row = made[place]
        if resource.subject.role == "enrol" and flaw.bucket != "accepted":
            row = _newcomer(row, maker, member)
            extra.append(row)
        flaw.plant(row, maker, member)
        _count(flaw, codes, buckets)
        place += 1
    return extra


def _newcomer(row: rows.Row, maker: rows.Maker, member: Member) -> rows.Row:
    maker.number += 1
    fresh = {"uscc": code_of((row["uscc"] or "91")[:2], member.division, 20_000_000 + maker.number)}
    return (
        dict(row)
        | fresh
        | {"subject_name": f"{here().short}样例待更正单位{maker.number}号"}
        | ({"registration_number": None} if "registration_number" in row else {})
    )


def _count(flaw: Flaw, codes: Counter[str], buckets: Counter[str]) -> None:
    codes.update(flaw.codes)
    if flaw.bucket != "accepted":
        buckets[flaw.bucket] += 1
