"""Flaws planted at known counts.

Invariant: a flaw changes one clean row in one way, and says beforehand which codes the receipt must count for it and
in which bucket the row must land; rows that are not touched stay clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quanxin.demo.city import PREFIXES, Member, code_of
from quanxin.demo.place import here
from quanxin.demo.rows import Maker, Row
from quanxin.identifiers.identity import check_character
from quanxin.policy.model import FieldDef, FieldType, Resource

Plant = Callable[[Row, Maker, Member], None]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Codes that a receipt counts for each row planted, the bucket of that row, and the planting itself."""

    codes: tuple[str, ...]
    bucket: str
    plant: Plant


def flaws_for(resource: Resource) -> Iterator[Flaw]:
    """The flaws that fit a resource, each once."""
    own = resource.subject
    for f in resource.fields:
        yield from _field_flaws(resource, f)
    yield Flaw(("uscc-check-digit",), "quarantined", _set("uscc", lambda r: _other_check(r["uscc"] or "")))
    yield Flaw(("uscc-length",), "quarantined", _set("uscc", lambda r: (r["uscc"] or "")[:-1] + "*1"))
    yield Flaw(
        ("uscc-charset",), "quarantined", _set("uscc", lambda r: (r["uscc"] or "")[:8] + "I" + (r["uscc"] or "")[9:])
    )
    yield Flaw(("uscc-lower-case",), "accepted", _set("uscc", lambda r: (r["uscc"] or "").lower()))
    if own.role == "refer":
        yield Flaw(("subject-unknown",), "unlinked", _stranger)
        yield Flaw(
            ("subject-name-mismatch",),
            "quarantined",
            _set("subject_name", lambda r: f"{here().short}更名未登记样例有限公司"),
        )
    if own.registration_number and own.role == "refer" and resource.key != "administrative-licence":
        yield Flaw(("code-is-registration-number",), "accepted", _old_number)
    if resource.key == "administrative-penalty":
        yield from _person_flaws()


def _field_flaws(resource: Resource, f: FieldDef) -> Iterator[Flaw]:
    """At most one flaw for each kind of field: the first that is plainly its own affair."""
    first = next((x for x in resource.fields if x.type is f.type and x.key not in _TIED), None)
    if f is not first:
        return
    key = f.key
    match f.type:
        case FieldType.TEXT if (text := _free_text(resource)) is not None:
            yield Flaw(
                ("text-control-characters",), "accepted", _set(text.key, lambda r: f"{r[text.key] or '说明'}\n续行")
            )
            yield Flaw(
                ("personal-data-in-text",),
                "accepted",
                _set(text.key, lambda r: f"{r[text.key] or ''}联系电话13800000000"),
            )
            yield Flaw(("too-long",), "quarantined", _set(text.key, lambda r: "长" * ((text.max_length or 0) + 1)))
            if text.required is True:
                yield Flaw(("missing-required",), "quarantined", _set(text.key, lambda r: None))
        case FieldType.DATE:
            yield Flaw(("date-unreadable",), "quarantined", _set(key, lambda r: "2025年13月40日"))
        case FieldType.CODE | FieldType.CODES:
            yield Flaw(("code-unknown",), "quarantined", _set(key, lambda r: "未知类别甲"))
        case FieldType.DIVISION:
            yield Flaw(("division-unknown",), "quarantined", _set(key, lambda r: "不存在区"))
        case FieldType.MONEY_WAN | FieldType.MONEY_YUAN:
            yield Flaw(("money-unreadable",), "quarantined", _set(key, lambda r: "约三万"))
        case FieldType.INTEGER | FieldType.DECIMAL | FieldType.YEAR:
            yield Flaw(("number-unreadable",), "quarantined", _set(key, lambda r: "若干"))
        case FieldType.CAPITAL:
            yield Flaw(("capital-unreadable",), "quarantined", _set(key, lambda r: "万人民币"))
        case FieldType.BOOLEAN:
            yield Flaw(("boolean-unreadable",), "quarantined", _set(key, lambda r: "待定"))


# Items that others of the row depend on: a flaw in them would be several.
_TIED = {
    "subject_category",
    "state",
    "performance",
    "person_document",
    "representative_document",
    "penalty_kinds",
    "commitment_number",
}
_TEXTS = (
    "facts",
    "conduct",
    "matter",
    "content",
    "scope",
    "purpose",
    "honour",
    "contract",
    "duties",
    "reason",
    "remark",
    "address",
)


def _free_text(resource: Resource) -> FieldDef | None:
    fields = {f.key: f for f in resource.fields if f.type is FieldType.TEXT and f.max_length and f.max_length <= 5000}
    return next((fields[k] for k in _TEXTS if k in fields and k not in resource.natural_key), None)


def _set(key: str, by: Callable[[Row], str | None]) -> Plant:
    def plant(row: Row, maker: Maker, member: Member) -> None:
        row[key] = by(row)

    return plant


def _other_check(code: str) -> str:
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def _stranger(row: Row, maker: Maker, member: Member) -> None:
    """Another subject of the same type that no register has."""
    maker.number += 1
    row["uscc"] = code_of(PREFIXES[member.type], member.division, 10_000_000 + maker.number)
    row["subject_name"] = f"{here().short}样例未登记单位{maker.number}号"
    if "registration_number" in row:
        row["registration_number"] = None


def _old_number(row: Row, maker: Maker, member: Member) -> None:
    row["uscc"], row["registration_number"] = member.registration_number, None


def _person_flaws() -> Iterator[Flaw]:
    yield Flaw((), "accepted", _person(1980, right=True))
    yield Flaw(("identity-invalid",), "quarantined", _person(1980, right=False))
    yield Flaw(("identity-minor",), "quarantined", _person(2015, right=True))
    yield Flaw(("check-failed",), "quarantined", _no_fine)


def _person(born: int, *, right: bool) -> Plant:
    """A natural person whose number names a district that does not exist, so that it is nobody's."""

    def plant(row: Row, maker: Maker, member: Member) -> None:
        maker.number += 1
        stem = f"379999{born}0615{maker.number % 1000:03d}"
        check = check_character(stem)
        wrong = "0" if check != "0" else "1"
        row.update(
            subject_name=member.representative,
            subject_category="自然人",
            uscc=None,
            registration_number=None,
            representative=None,
            person_document="身份证",
            identity_number=stem + (check if right else wrong),
        )

    return plant


def _no_fine(row: Row, maker: Maker, member: Member) -> None:
    row["penalty_kinds"], row["fine"], row["confiscated"], row["licence_affected"] = "罚款", "0", None, None
