"""Templates and schemas: what is filled in by them is read, and explained sheets are not."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from quanxin.accounts import operator
from quanxin.calendar import today
from quanxin.intake.errors import IntakeError
from quanxin.intake.forms import explain, table_schema, write_template
from quanxin.intake.pipeline import intake
from quanxin.intake.reading.headers import Matcher
from quanxin.policy.model import FieldType
from quanxin.runtime.pack import current_pack
from tests.city import penalty, register
from tests.intake.example import Bench

RULES = current_pack().on(today())
RESOURCES = sorted(RULES.resources)


def template(key: str) -> bytes:
    out = BytesIO()
    write_template(RULES.resources[key], RULES, out)
    return out.getvalue()


def filled(key: str, *rows: dict[str, str | None]) -> bytes:
    """The template with rows typed below its header."""
    book = openpyxl.load_workbook(BytesIO(template(key)))
    sheet = book["数据"]
    for line, row in enumerate(rows, start=2):
        for column, field in enumerate(RULES.resources[key].fields, start=1):
            if row.get(field.key):
                sheet.cell(line, column, row[field.key])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("key", RESOURCES)
def test_every_template_is_read_by_its_own_headers_and_no_other_sheet(key: str, tmp_path: Path) -> None:
    resource = RULES.resources[key]
    row = {f.key: "甲" for f in resource.fields}
    (tmp_path / "t.xlsx").write_bytes(filled(key, row))
    bench = Bench(tmp_path, resource)
    reading = bench.read(tmp_path / "t.xlsx")
    assert reading.sheets == ("数据",)
    assert reading.columns == tuple(f.key for f in resource.fields)
    assert reading.rows == 1
    assert not reading.ignored


@pytest.mark.parametrize("key", ["administrative-penalty", "tax-rating"])
def test_an_empty_template_says_that_it_is_empty(key: str, tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(template(key))
    with pytest.raises(IntakeError) as error:
        Bench(tmp_path, RULES.resources[key]).read(tmp_path / "t.xlsx")
    assert error.value.code == "file-empty"


@pytest.mark.django_db
def test_a_filled_template_is_taken_in(tmp_path: Path) -> None:
    register(tmp_path)
    (tmp_path / "t.xlsx").write_bytes(filled("administrative-penalty", penalty(0), penalty(1, fine="0.25")))
    receipt = intake(
        tmp_path / "t.xlsx", resource="administrative-penalty", provider="market-regulation", actor=operator()
    )
    assert (receipt.received, receipt.accepted, receipt.codes) == (2, 2, {})


def test_codes_are_chosen_from_lists_and_numbers_kept_as_text() -> None:
    book = openpyxl.load_workbook(BytesIO(template("administrative-penalty")))
    sheet = book["数据"]
    lists = {str(v.sqref).split(":")[0][:-1]: v for v in sheet.data_validations.dataValidation if v.type == "list"}
    fields = RULES.resources["administrative-penalty"].fields
    column = openpyxl.utils.get_column_letter(1 + next(i for i, f in enumerate(fields) if f.key == "subject_category"))
    where = re.fullmatch(r"代码表!\$([A-Z]+)\$2:\$\1\$(\d+)", lists[column].formula1)
    assert where is not None
    chosen = [book["代码表"][f"{where[1]}{row}"].value for row in range(2, int(where[2]) + 1)]
    assert "法人及非法人组织" in chosen
    code = next(i for i, f in enumerate(fields, start=1) if f.type is FieldType.USCC)
    assert sheet.column_dimensions[openpyxl.utils.get_column_letter(code)].number_format == "@"


def test_required_columns_are_marked_by_more_than_colour() -> None:
    book = openpyxl.load_workbook(BytesIO(template("administrative-penalty")))
    headers = [cell.value for cell in book["数据"][1]]
    fields = RULES.resources["administrative-penalty"].fields
    assert [h.endswith("*") for h in headers] == [f.required is True for f in fields]


def test_each_field_is_explained_with_its_checks() -> None:
    explained = {e.field.key: e for e in explain(RULES.resources["administrative-penalty"], RULES)}
    checks = [c for c in RULES.resources["administrative-penalty"].checks if "decision_date" in c.fields]
    assert checks
    assert [r.zh for r in explained["decision_date"].rules] == [c.message.zh for c in checks]


@pytest.mark.parametrize("key", RESOURCES)
def test_every_schema_is_a_table_schema_with_the_catalogues_fields(key: str) -> None:
    schema, resource = table_schema(RULES.resources[key], RULES), RULES.resources[key]
    assert [f["name"] for f in schema["fields"]] == [f.key for f in resource.fields]
    for described, field in zip(schema["fields"], resource.fields, strict=True):
        assert described["type"] in {"string", "number", "integer", "boolean", "date", "datetime", "year", "yearmonth"}
        assert described.get("constraints", {}).get("required", False) == (field.required is True)
    assert "" in schema["missingValues"]


@pytest.mark.parametrize("key", RESOURCES)
def test_the_headers_of_a_template_name_each_field_once(key: str) -> None:
    matcher = Matcher(RULES.resources[key])
    for field in RULES.resources[key].fields:
        assert matcher.find(field.title.zh + "*") == field.key
