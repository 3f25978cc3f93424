"""A character that no record may hold holds its row, and one for private use is told, whatever the row came in by."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.engine.characters import HALF_SHOWN, NUL_SHOWN, odd, sound
from quanxin.engine.taxonomy import describe
from quanxin.intake import small_batches
from quanxin.intake.models import Held
from quanxin.intake.pipeline import intake
from quanxin.intake.replay import replay
from quanxin.runtime.pack import current_pack
from tests.city import penalty, register, write
from tests.desk.people import signed_in

PENALTY = "administrative-penalty"
Row = dict[str, str | None]
# In which field what stands; the codes that are said of that field beside others.
ODD: tuple[tuple[str, str, str], ...] = (
    *(("facts", f"经查{c}属实。", "control-character") for c in "\x00\x01\x0b\x1b\x7f\x85\x9f\ufdd0\ufffe\uffff\U0010ffff"),
    ("document_number", "济历罚\x00〔2025〕77号", "control-character"), ("fine", "0.\x015", "control-character"),
    ("decision_date", "2025-08-31\x7f", "control-character"), ("penalty_kinds", "罚款\ufffe", "control-character"),
    ("uscc", "\x00", "control-character"), ("facts", NUL_SHOWN, "control-character"),
    ("facts", "经查\ue000属实。", "private-use-character"), ("authority_name", "历下\ufffd局", "private-use-character"),
    ("content", "罚\U000f0000款", "private-use-character"), ("facts", "换\n行\t制表", ""), ("facts", "𠮷🙂ﬀ\u2028", ""),
)  # fmt: skip
HALF = ("facts", "半\ud83d个", "control-character")


def rows(prefix: str, found: Sequence[tuple[str, str, str]]) -> list[Row]:
    made = [penalty(n % 3, f"{prefix}〔2025〕{n}号") for n in range(len(found))]
    return [row | {field: text} for row, (field, text, _) in zip(made, found, strict=True)]


def titled(made: Sequence[Row]) -> tuple[list[str], list[list[str | None]]]:
    titles = {f.key: f.title.zh for f in current_pack().resource_history(PENALTY)[-1].fields}
    return [titles[key] for key in made[0]], [list(row.values()) for row in made]


def csv_file(folder: Path, made: Sequence[Row]) -> Path:
    return write(folder, PENALTY, made)


def text_file(folder: Path, made: Sequence[Row]) -> Path:
    path = folder / "rows.txt"
    lines = [["" if c is None else f'"{c}"' for c in line] for line in (titled(made)[0], *titled(made)[1])]
    path.write_bytes("\r\n".join("\t".join(line) for line in lines).encode("utf-16"))
    return path


def json_lines(folder: Path, made: Sequence[Row]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in made))
    return path


def workbook(folder: Path, made: Sequence[Row]) -> Path:
    book, path = openpyxl.Workbook(), folder / "rows.xlsx"
    for line in (titled(made)[0], *titled(made)[1]):
        book.worksheets[0].append([escaped(cell) for cell in line])
    book.save(path)
    return path


def escaped(cell: str | None) -> str | None:
    """A text as table programs write what XML cannot hold; of what lies beyond 16 bits, both halves."""
    units = (cell or "").encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2)]
    return cell and "".join(chr(c) if chr(c).isprintable() else f"_x{c:04X}_" for c in codes)


def parquet(folder: Path, made: Sequence[Row]) -> Path:
    path = folder / "rows.parquet"
    pq.write_table(pa.Table.from_pylist([dict(row) for row in made]), path)
    return path


FILES: Mapping[str, tuple[Callable[[Path, Sequence[Row]], Path], bool]] = {
    "CSV": (csv_file, False), "TXT": (text_file, False), "JSON Lines": (json_lines, True), "XLSX": (workbook, True),
    "Parquet": (parquet, False),
}  # fmt: skip


def told(batch: str, count: int) -> list[str]:
    """Of each row the code that held it and the field it names; "" for one that is not held."""
    held = {h.row_no: h for h in Held.objects.filter(batch_id=batch)}
    codes = ("control-character", "private-use-character")
    made = []
    for n in range(1, count + 1):
        issues = held[n].issues if n in held else []
        made.append(" ".join(f"{i['code']} {i['field']}" for i in issues if i["code"] in codes))
    return made


@pytest.mark.django_db
def test_the_same_row_has_the_same_verdict_whatever_it_came_in_by(tmp_path: Path) -> None:
    register(tmp_path)
    asked = [*ODD, HALF]
    right = [f"{code} {field}" if code.startswith("control") else "" for field, _, code in asked]
    warned = sum(code.startswith("private") for _, _, code in asked)
    for name, (make, halves) in FILES.items():
        found = asked if halves else ODD
        path = make(tmp_path, rows(name, found))
        made = intake(path, resource=PENALTY, provider="market-regulation", actor=operator())
        assert (name, told(made.batch, len(found))) == (name, right[: len(found)])
        assert (name, made.codes["private-use-character"]) == (name, warned)
        assert made.accepted == len(found) - made.quarantined == right[: len(found)].count("")
    for n, group in enumerate((rows("接口", asked), rows("单行", [HALF]))):
        receipt = small_batches.take_in(
            list(group), f"{n:064d}", resource=PENALTY, provider="market-regulation", actor=operator(), name="api.jsonl"
        )
        assert receipt is not None
        assert told(receipt.batch, len(group)) == right[-len(group) :]


@pytest.mark.django_db
def test_a_form_is_held_too_and_a_correction_is_looked_at_again(tmp_path: Path) -> None:
    register(tmp_path)
    clerk = signed_in(Role.INTAKE, provider="market-regulation", name="clerk")
    row = penalty(0, facts="经查\x00属实。")
    answer = clerk.post("/desk/entry/market-regulation/administrative-penalty", {k: v for k, v in row.items() if v})
    assert answer.status_code == 302
    held = Held.objects.get()
    assert held.original["facts"] == f"经查{NUL_SHOWN}属实。"
    again = replay(held.batch_id, actor=operator(), rows={held.row_no: {"facts": "仍\x00有"}})
    still = Held.objects.get(batch_id=again.batch)
    assert [(i["code"], i["field"]) for i in still.issues] == [("control-character", "facts")]
    last = replay(again.batch, actor=operator(), rows={still.row_no: {"facts": "属实。"}})
    assert last.accepted == 1


def test_a_message_names_the_field_and_the_code_point() -> None:
    resource = current_pack().resource_history(PENALTY)[-1]
    for code, value, points in (
        ("control-character", f"a{NUL_SHOWN}\x1b", "U+0000、U+001B"),
        ("private-use-character", "历\ue000", "U+E000"),
    ):
        said = describe({"code": code, "field": "facts", "value": value}, resource)
        assert points in said.zh
        assert points in said.en
        assert "违法事实" in said.zh


def test_two_halves_are_their_character_and_a_half_alone_is_marked() -> None:
    assert sound("\ud83d\ude42\ud83d") == f"🙂{HALF_SHOWN}"
    assert odd(sound("\0\ud800\ue000一")) == "U+0000、U+D800–DFFF、U+E000"
