"""The national layout: it reads back as it was, and garbage does no harm in it."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import Assignment, NotAllowed, Role
from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Record, Withdrawal
from quanxin.calendar import today
from quanxin.intake import withdrawals
from quanxin.intake.errors import IntakeError
from quanxin.intake.pipeline import intake
from quanxin.runtime.pack import current_pack
from quanxin.sharing import national_export
from tests.city import hand_in, licence, penalty, person, register

pytestmark = pytest.mark.django_db
PENALTY, LICENCE = "administrative-penalty", "administrative-licence"
YEAR: dict[str, Any] = {"first": dt.date(2025, 1, 1), "last": dt.date(2025, 12, 31)}
RULES = current_pack().on(today())


@pytest.fixture
def city(tmp_path: Path) -> Path:
    register(tmp_path)
    return tmp_path


def rows_of(path: Path) -> list[dict[str, str]]:
    return [{item.tag: item.text or "" for item in row} for row in ET.parse(path).getroot()]  # noqa: S314  ours


@pytest.mark.parametrize(("resource", "row"), [(PENALTY, penalty), (LICENCE, licence)])
def test_what_was_exported_reads_back_as_it_was(city: Path, resource: str, row: Callable[..., Any]) -> None:
    hand_in(city, resource, [row(0, "一号"), row(1, "二号", valid_until="长期")])
    out = city / "out.xlsx"
    made = national_export.export(operator(), resource, out, kind="xlsx", **YEAR)
    assert made.rows == 2
    receipt = intake(out, resource=resource, provider="market-regulation", actor=operator())
    assert (receipt.received, receipt.duplicate, receipt.codes) == (2, 2, {})


@pytest.mark.parametrize("resource", [PENALTY, LICENCE])
def test_the_layout_is_the_standards(city: Path, resource: str) -> None:
    hand_in(city, resource, [penalty(0) if resource == PENALTY else licence(0)])
    national_export.export(operator(), resource, city / "out.xml", kind="xml", **YEAR)
    (found,) = rows_of(city / "out.xml")
    standard = [f.code for f in RULES.resources[resource].fields if f.code]
    assert list(found) == standard
    assert len(standard) == (30 if resource == PENALTY else 28)
    assert found["CF_JDRQ" if resource == PENALTY else "XK_JDRQ"] == "2025/08/31"
    national_export.export(operator(), resource, city / "out.xlsx", kind="xlsx", **YEAR)
    header = [cell.value for cell in openpyxl.load_workbook(city / "out.xlsx").worksheets[0][1]]
    assert header == [f.title.zh for f in RULES.resources[resource].fields if f.code]


def test_garbage_stays_text(city: Path) -> None:
    text = '=1+1 ]]> <b>&amp;</b> 😀 "引号"'
    hand_in(city, PENALTY, [penalty(0, facts=text)])
    national_export.export(operator(), PENALTY, city / "out.xml", kind="xml", **YEAR)
    assert rows_of(city / "out.xml")[0]["CF_SY"] == text
    national_export.export(operator(), PENALTY, city / "out.xlsx", kind="xlsx", **YEAR)
    cells = {c.value: c.data_type for c in openpyxl.load_workbook(city / "out.xlsx").worksheets[0][2]}
    assert cells[text] == "s"


def test_what_is_no_character_of_xml_is_left_out() -> None:
    assert national_export._NOT_IN_XML.sub("", "a\x00b\x0bc\ud800d\ufffee😀\t") == "abcde😀\t"


def test_persons_withdrawn_and_other_years_are_not_exported(city: Path) -> None:
    rows = [
        penalty(0, "一号"),
        penalty(0, "二号"),
        penalty(1, "三号", decision_date="2024-12-31"),
        penalty(0, "四号", **person()),
    ]
    assert hand_in(city, PENALTY, rows).accepted == 4
    record = next(r for r in Record.objects.all() if r.payload.get("document_number") == "二号")
    withdrawals.withdraw(
        operator(), record.provider, [(record.subject_id, record.id)], kind=Withdrawal.Kind.REVOKED, reason="复议撤销"
    )
    national_export.export(operator(), PENALTY, city / "out.xml", kind="xml", **YEAR)
    assert [row["CF_WSH"] for row in rows_of(city / "out.xml")] == ["一号"]


def test_nothing_to_export_is_a_header(city: Path) -> None:
    assert national_export.export(operator(), PENALTY, city / "out.xlsx", kind="xlsx", **YEAR).rows == 0
    assert openpyxl.load_workbook(city / "out.xlsx").worksheets[0].max_row == 1


def test_a_provider_exports_its_own_alone(city: Path) -> None:
    hand_in(city, PENALTY, [penalty(0)])
    clerk = Actor("clerk", [Assignment(Role.INTAKE, "taxation")])
    with pytest.raises(NotAllowed):
        national_export.export(clerk, PENALTY, city / "out.xml", kind="xml", **YEAR)
    with pytest.raises(NotAllowed):
        national_export.export(clerk, PENALTY, city / "out.xml", kind="xml", provider="market-regulation", **YEAR)
    assert national_export.export(clerk, PENALTY, city / "out.xml", kind="xml", provider="taxation", **YEAR).rows == 0
    assert AuditLine.objects.filter(act="sharing.export").count() == 1


def test_a_resource_without_a_layout_is_refused(city: Path) -> None:
    with pytest.raises(IntakeError) as refused:
        national_export.export(operator(), "tax-rating", city / "out.xml", kind="xml", **YEAR)
    assert refused.value.code == "export-no-layout"
    assert [key for key, r in sorted(RULES.resources.items()) if national_export.exportable(r)] == [LICENCE, PENALTY]
