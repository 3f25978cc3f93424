"""The bulletin at the desk: for whom, and as page, document and workbook."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.documents.typesetting import FONTS
from tests.city import hand_in, penalty, register
from tests.desk.people import signed_in

pytestmark = pytest.mark.django_db
PAGE = f"/desk/quality?month={today():%Y-%m}"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0, "一号"), penalty(1, "二号", fine="五千")])
    return tmp_path


def test_the_centre_reads_everyones_figures(city: Path) -> None:
    page = signed_in(Role.CENTRE).get(PAGE).content.decode()
    assert "行政处罚" in page
    assert "合规率 50.00% 低于 95.00%" in page


def test_a_clerk_reads_the_own_providers_alone(city: Path) -> None:
    page = signed_in(Role.INTAKE, provider="taxation").get(PAGE).content.decode()
    assert "行政处罚" not in page
    assert "本期没有报送" in page


def test_the_workbook_has_numbers_to_reckon_with(city: Path) -> None:
    answer = signed_in(Role.CENTRE).get(f"{PAGE}&as=xlsx")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    sheet = book["各单位分资源情况"]
    line = next(row for row in sheet.iter_rows(values_only=True) if row[1] == "行政处罚")
    assert line[2:8] == (2, 1, 0, 0, 1, 0)
    assert line[8] == 0.5
    assert "各区县分资源情况" in book.sheetnames


@pytest.mark.skipif(not any(FONTS.glob("*.ttf")), reason="the font of documents is not built: make assets")
def test_the_document_is_set_with_an_embedded_font(city: Path) -> None:
    answer = signed_in(Role.CENTRE).get(f"{PAGE}&as=pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"NotoSansSC" in answer.content


def test_what_is_no_month_is_said(city: Path) -> None:
    answer = signed_in(Role.CENTRE).get("/desk/quality?month=2026-13")
    assert answer.status_code == 422
    assert "2026-10" in answer.content.decode()


def test_only_centre_and_clerks_enter() -> None:
    assert Client().get(PAGE).status_code == 302
    assert signed_in(Role.STEWARD).get(PAGE).status_code == 403
