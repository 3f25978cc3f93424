"""A few subjects and the files about them, for tests that take rows in.

Invariant: codes are formed by the rules and marked as samples; nothing here is anybody's.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from quanxin.accounts import operator
from quanxin.demo.city import code_of
from quanxin.identifiers.identity import check_character
from quanxin.intake.hand_in import Mode
from quanxin.intake.pipeline import intake
from quanxin.intake.receipt import Receipt
from quanxin.runtime.pack import current_pack

AUTHORITY = code_of("11", "370102", 1)
NAMES = ("济南甲样例机械有限公司", "济南乙样例商贸有限公司", "济南丙样例建设有限公司")
CODES = tuple(code_of("91", "370102", 10 + n) for n in range(len(NAMES)))


def write(folder: Path, resource: str, rows: Sequence[Mapping[str, str | None]], name: str = "rows.csv") -> Path:
    """Write rows (field key → text) as a CSV with the catalogue's titles."""
    fields = current_pack().resource_history(resource)[-1].fields
    used = [f for f in fields if any(row.get(f.key) is not None for row in rows)]
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([f.title.zh for f in used])
        writer.writerows([row.get(f.key) or "" for f in used] for row in rows)
    return path


def hand_in(
    folder: Path,
    resource: str,
    rows: Sequence[Mapping[str, str | None]],
    *,
    name: str = "rows.csv",
    mode: Mode = "append",
) -> Receipt:
    """Take rows in by the ordinary way."""
    path = write(folder, resource, rows, name)
    return intake(path, resource=resource, provider="market-regulation", actor=operator(), mode=mode)


def registration(n: int, **changes: str | None) -> dict[str, str | None]:
    """The register's row of company ``n``."""
    return {"subject_name": NAMES[n], "uscc": CODES[n], "established": "2015-06-01", "capital": "100万元"} | changes


def register(folder: Path) -> Receipt:
    """Enrol the companies."""
    return hand_in(folder, "enterprise-registration", [registration(n) for n in range(len(NAMES))], name="register.csv")


def penalty(n: int, number: str = "济历罚〔2025〕1号", **changes: str | None) -> dict[str, str | None]:
    """A clean penalty of company ``n``."""
    return {
        "subject_name": NAMES[n],
        "subject_category": "法人及非法人组织",
        "uscc": CODES[n],
        "representative": "样例人",
        "document_number": number,
        "violation": "占道经营",
        "facts": "经现场检查属实。",
        "legal_basis": "《城市市容管理条例》",
        "penalty_kinds": "罚款",
        "content": "处以罚款。",
        "fine": "0.5",
        "decision_date": "2025-08-31",
        "valid_until": "2026-08-31",
        "authority_name": "济南市历下区城市管理局",
        "authority_code": AUTHORITY,
        "source_name": "济南市历下区城市管理局",
        "source_code": AUTHORITY,
    } | changes


def licence(n: int, number: str = "济历许〔2025〕1号", **changes: str | None) -> dict[str, str | None]:
    """A clean licence of company ``n``."""
    return {
        "subject_name": NAMES[n],
        "subject_category": "法人及非法人组织",
        "uscc": CODES[n],
        "representative": "样例人",
        "document_name": "食品经营许可决定书",
        "document_number": number,
        "licence_kind": "核准",
        "content": "预包装食品销售。",
        "decision_date": "2025-08-31",
        "valid_from": "2025-08-31",
        "valid_until": "2099-12-31",
        "authority_name": "济南市历下区城市管理局",
        "authority_code": AUTHORITY,
        "state": "有效",
        "source_name": "济南市历下区城市管理局",
        "source_code": AUTHORITY,
    } | changes


def person(born: str = "19800615", serial: int = 1) -> dict[str, str | None]:
    """What makes a penalty a natural person's; the number's district does not exist."""
    stem = f"379999{born}{serial:03d}"
    return {
        "subject_name": "样例人",
        "subject_category": "自然人",
        "uscc": None,
        "representative": None,
        "person_document": "身份证",
        "identity_number": stem + check_character(stem),
    }
