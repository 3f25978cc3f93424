"""Lists that are checked: what each fault of a file is said to be, and that nothing of such a file is checked."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from pathlib import Path

import pytest
import xlsxwriter

from quanxin.accounts import keyring, operator
from quanxin.accounts.models import User
from quanxin.archive.models import Access
from quanxin.calendar import now
from quanxin.checks.checking import check
from quanxin.checks.errors import CheckError
from quanxin.checks.lists import LISTS, hand_in
from quanxin.checks.models import Check, ListRequest
from quanxin.demo.city import code_of
from quanxin.work import acts, engine
from tests.checks.city import CASE, FINANCE, PROCUREMENT, REFORM, STAFF, banned
from tests.city import CODES, NAMES, person

HEADER = ["统一社会信用代码", "名称"]
Table = Sequence[Sequence[str]]


def as_csv(rows: Table, header: Sequence[str] = HEADER) -> BytesIO:
    out = StringIO()
    csv.writer(out).writerows([header, *rows])
    return BytesIO(out.getvalue().encode())


def as_xlsx(rows: Table, header: Sequence[str] = HEADER, merged: tuple[int, int, int, int] | None = None) -> BytesIO:
    """A workbook of rows; ``merged`` are the first and last row and column of cells that are merged."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for n, row in enumerate([header, *rows]):
        for m, text in enumerate(row):
            sheet.write_string(n, m, text)
    if merged:
        first, last, left, right = merged
        sheet.merge_range(first, left, last, right, rows[first - 1][left])
    book.close()
    return BytesIO(out.getvalue())


def worked(source: BytesIO, name: str = "名单.csv", item: str = PROCUREMENT) -> ListRequest:
    """What becomes of a list that is handed in and carried out."""
    made = hand_in(FINANCE, item, source, name, **CASE)
    engine.perform(LISTS, made.pk)
    made.refresh_from_db()
    return made


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("make", "name"), [(as_csv, "名单.csv"), (as_xlsx, "名单.xlsx")])
def test_a_list_is_one_check_with_a_result_a_row(tmp_path: Path, make: object, name: str) -> None:
    from tests.city import register

    register(tmp_path)
    banned(tmp_path, 0)
    unknown = code_of("91", "370102", 999)
    rows = [(CODES[0], NAMES[0]), (CODES[1], ""), (unknown, "某公司"), (CODES[1], "再次"), ("9137", "有误")]
    made = worked(make(rows), name)  # type: ignore[operator]
    assert (made.state, made.error, made.content) == ("done", None, None)
    results = list(made.check_made.results.values_list("verdict", "name"))  # type: ignore[union-attr]
    assert results == [
        ("restricted", NAMES[0]), ("clear", NAMES[1]), ("unknown-subject", "某公司"), ("doubled", "再次"),
        ("malformed-code", "有误"),
    ]  # fmt: skip
    assert made.check_made.counts["restricted"] == 1  # type: ignore[union-attr]
    assert not engine.perform(LISTS, made.pk)
    assert Check.objects.count() == 1


FAULTS = {
    "list-of-persons": as_csv(
        [(CODES[0], "", ""), ("", "样例人", str(person()["identity_number"]))], [*HEADER, "身份证号"]
    ),
    "list-columns": as_csv([(CODES[0], *[""] * 100)], ["统一社会信用代码", *[f"第{n}列" for n in range(100)]]),
    "list-blank-code": as_xlsx([(CODES[0], NAMES[0]), ("", NAMES[1])], merged=(1, 2, 0, 0)),
    "list-no-code": as_csv([(NAMES[0],)], ["名称"]),
    "list-surplus": as_csv([(CODES[0], NAMES[0], "多余")]),
    "file-empty": as_csv([]),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", FAULTS)
def test_a_file_that_is_not_right_is_refused_whole_and_in_words(tmp_path: Path, code: str) -> None:
    from tests.city import register

    register(tmp_path)
    before = Access.objects.count()
    source = BytesIO(FAULTS[code].getvalue())
    made = worked(source, "名单.xlsx" if source.getvalue().startswith(b"PK") else "名单.csv")
    assert (made.state, (made.error or {})["code"]) == ("refused", code)
    assert all((made.error or {})[words] for words in ("zh", "en"))
    assert (Check.objects.count(), Access.objects.count(), made.content) == (0, before, None)


@pytest.mark.django_db(transaction=True)
def test_a_list_with_ones_own_firm_is_a_colleagues(tmp_path: Path) -> None:
    from quanxin.accounts.models import Binding
    from tests.city import register

    register(tmp_path)
    Binding.objects.create(
        user=User.objects.create(username="finance"), code=CODES[1], from_at=now(), made_by="x", reason="样例"
    )
    made = worked(as_csv([(CODES[0], ""), (CODES[1], "")]))
    assert (made.error or {})["code"] == "list-own-matter"
    assert not Check.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_list_that_waits_can_be_cancelled_and_tried_again(tmp_path: Path) -> None:
    from tests.city import register

    register(tmp_path)
    made = hand_in(FINANCE, PROCUREMENT, as_csv([(CODES[0], "")]), "名单.csv", **CASE)
    acts.cancel(LISTS, FINANCE, made.pk)
    made.refresh_from_db()
    assert made.state == "cancelled"
    acts.again(LISTS, FINANCE, made.pk)
    engine.perform(LISTS, made.pk)
    made.refresh_from_db()
    assert made.state == "done"


@pytest.mark.django_db(transaction=True)
def test_one_and_many_are_answered_alike(tmp_path: Path) -> None:
    from tests.city import register

    register(tmp_path)
    banned(tmp_path, 0)
    many = check(FINANCE, PROCUREMENT, CODES, **CASE, source="machine")
    for n, code in enumerate(CODES, 1):
        one, of_many = check(FINANCE, PROCUREMENT, [code], **CASE).results.get(), many.results.get(position=n)
        assert (one.verdict, one.findings) == (of_many.verdict, of_many.findings)


def test_who_may_not_check_hands_in_no_list(city: Path) -> None:
    for actor, item in ((REFORM, PROCUREMENT), (FINANCE, "nothing"), (FINANCE, STAFF)):
        with pytest.raises(CheckError):
            hand_in(actor, item, as_csv([(CODES[0], "")]), "名单.csv", **CASE)
    assert not ListRequest.objects.exists()


def test_a_list_is_no_larger_than_may_be(city: Path, settings: object) -> None:
    settings.UPLOAD_MB = 0  # type: ignore[attr-defined]
    with pytest.raises(CheckError) as found:
        hand_in(FINANCE, PROCUREMENT, as_csv([(CODES[0], "")]), "名单.csv", **CASE)
    assert found.value.code == "list-too-large"


@pytest.mark.django_db(transaction=True)
def test_what_a_list_that_waits_names_is_sealed_and_moves_with_the_keys(tmp_path: Path) -> None:
    from tests.city import register

    register(tmp_path)
    number = str(person()["identity_number"])
    made = hand_in(FINANCE, PROCUREMENT, as_csv([(number, "")]), "名单.csv", **CASE)
    made.refresh_from_db()
    assert number.encode() not in bytes(made.content)  # type: ignore[arg-type]
    keyring.add(operator())
    assert keyring.rotate(operator()).moved["checks_listrequest.content"] == 1
    engine.perform(LISTS, made.pk)
    made.refresh_from_db()
    result = made.check_made.results.get()  # type: ignore[union-attr]  # it was opened under the new key
    assert (made.state, result.verdict, result.code) == ("done", "person-not-allowed", "******")
