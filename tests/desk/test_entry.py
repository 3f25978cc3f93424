"""Forms at the desk: templates to download, and entering one row."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from quanxin.accounts.actors import Role
from quanxin.archive.models import Batch, Record
from quanxin.intake.models import Held
from tests.city import hand_in, penalty, register
from tests.desk.people import signed_in

pytestmark = pytest.mark.django_db
ENTRY = "/desk/entry/market-regulation/administrative-penalty"


@pytest.fixture
def clerk() -> Client:
    return signed_in(Role.INTAKE, provider="market-regulation", name="clerk")


def sent(**changes: str | None) -> dict[str, str]:
    return {key: text for key, text in penalty(0, **changes).items() if text}


def test_forms_of_ones_own_resources_are_listed(clerk: Client) -> None:
    page = clerk.get("/desk/forms").content.decode()
    assert "/desk/forms/administrative-penalty.xlsx" in page
    assert ENTRY in page
    assert "/desk/entry/taxation/" not in page


def test_the_upload_page_is_given_the_forms_of_the_chosen_resource(clerk: Client) -> None:
    ask = "/desk/forms?what=market-regulation/administrative-penalty"
    part = clerk.get(ask, headers={"HX-Request": "true"}).content.decode()
    assert "/desk/forms/administrative-penalty.xlsx" in part
    assert "<html" not in part
    other = clerk.get("/desk/forms?what=taxation/tax-rating", headers={"HX-Request": "true"}).content.decode()
    assert "href" not in other


def test_templates_are_downloaded(clerk: Client) -> None:
    book = openpyxl.load_workbook(BytesIO(clerk.get("/desk/forms/administrative-penalty.xlsx").content))
    assert book.sheetnames == ["数据", "填写说明", "代码表"]
    schema = json.loads(clerk.get("/desk/forms/administrative-penalty.json").content)
    assert schema["name"] == "administrative-penalty"
    assert clerk.get("/desk/forms/none.xlsx").status_code == 404


def test_a_row_is_entered_and_has_its_receipt(tmp_path: Path, clerk: Client) -> None:
    register(tmp_path)
    answer = clerk.post(ENTRY, sent())
    made = Batch.objects.get(resource="administrative-penalty")
    assert answer["Location"] == f"/desk/batches/{made.pk}?entered=1"
    assert (made.received, made.accepted, made.provider) == (1, 1, "market-regulation")
    again = clerk.post(ENTRY, sent())
    assert again["Location"] == f"/desk/batches/{made.pk}?repeated=1"


def test_a_faulty_row_is_put_right_where_it_is_held(tmp_path: Path, clerk: Client) -> None:
    register(tmp_path)
    answer = clerk.post(ENTRY, sent(fine="五千", decision_date="2031-01-01", valid_until="2032-01-01"))
    held = Held.objects.get()
    assert answer["Location"] == f"/desk/batches/{held.batch_id}/rows/{held.row_no}?again=1"
    page = clerk.get(answer["Location"]).content.decode()
    assert page.count('aria-invalid="true"') == 2
    clerk.post(answer["Location"].partition("?")[0], {"fine": "0.5", "decision_date": "2026-01-05"})
    assert Record.objects.filter(resource="administrative-penalty").count() == 1
    assert Held.objects.filter(released_by=None).count() == 0


def test_a_record_is_corrected_from_what_it_says_now(tmp_path: Path, clerk: Client) -> None:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0, fine="0.5")])
    record = Record.objects.get(resource="administrative-penalty")
    page = clerk.get(f"{ENTRY}?record={record.subject_id}-{record.id}").content.decode()
    assert 'value="0.5' in page
    assert penalty(0)["document_number"] in page
    clerk.post(ENTRY, sent(fine="0.25"))
    versions = list(Record.objects.filter(resource="administrative-penalty").order_by("version"))
    assert [v.payload["fine"] for v in versions] == ["0.500000", "0.250000"]


def test_nothing_written_is_not_handed_in(clerk: Client) -> None:
    answer = clerk.post(ENTRY, {})
    assert answer.status_code == 422
    assert "请至少填写必填项" in answer.content.decode()
    assert not Batch.objects.exists()


def test_others_forms_are_closed(clerk: Client, tmp_path: Path) -> None:
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0, "他局一号")])
    record = Record.objects.get(resource="administrative-penalty")
    assert clerk.get("/desk/entry/taxation/tax-rating").status_code == 404
    assert clerk.get("/desk/entry/taxation/administrative-penalty").status_code == 404
    other = signed_in(Role.INTAKE, provider="administrative-approval", name="other")
    page = other.get(
        f"/desk/entry/administrative-approval/administrative-penalty?record={record.subject_id}-{record.id}"
    )
    assert "他局一号" not in page.content.decode()
    assert Client().get(ENTRY).status_code == 302
