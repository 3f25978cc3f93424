"""Evaluation by the command line: what it says as JSON, what it shows, and what it refuses with nothing written."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from rich.console import Console
from typer.testing import CliRunner

from quanxin.accounts.models import AuditLine
from quanxin.archive.models import Record
from quanxin.cli.main import app
from quanxin.evaluation import cli, editions, files
from quanxin.evaluation.models import Change, Edition, Run, Score
from quanxin.runtime.pack import current_pack
from quanxin.terminal.output import explain as told
from tests.city import CODES, hand_in, penalty, register
from tests.evaluation.city import MODEL, put_in_use
from tests.policy.small import put, sound, written

pytestmark = pytest.mark.django_db
FOR = ("--purpose", "核对评价")


@pytest.fixture
def city(tmp_path: Path) -> None:
    """Three companies; the first was fined, the second is on a severe list."""
    register(tmp_path)
    hand_in(tmp_path, "administrative-penalty", [penalty(0), penalty(0, "甲2号", fine="30")])
    listed = {"subject_name": "济南乙样例商贸有限公司", "uscc": CODES[1], "document_number": "市监列〔2025〕1号", "facts": "列入",
              "legal_basis": "《管理办法》", "decision_date": "2025-10-01", "valid_until": "2028-10-01",
              "authority_name": "济南市市场监督管理局"}  # fmt: skip
    hand_in(tmp_path, "serious-violation", [listed], name="listed.csv")


def said(*words: str) -> Any:
    """The answer of a command that succeeds."""
    ran = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def refused(capsys: pytest.CaptureFixture[str], *words: str, code: int = 1) -> str:
    """What a command says that refuses: an exit code, nothing on standard output, words in both languages."""
    ran = CliRunner().invoke(app, list(words))
    exit_code = ran.exit_code
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        assert isinstance(ran.exception, Exception)
        exit_code = told(ran.exception)
    assert (exit_code, ran.stdout) == (code, "")
    return ran.stderr + capsys.readouterr().err


def shown(show: Any, data: Any) -> str:
    console = Console(file=io.StringIO(), width=240)
    console.print(show(data))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def nothing_written() -> bool:
    rows = [table.objects.count() for table in (Edition, Run, Score, Change)]
    lines = AuditLine.objects.filter(act__startswith="evaluation").count()
    return not any(rows) and not lines and not list(files.root().glob("*"))


def test_models_are_listed_with_who_stands_for_them() -> None:
    before = {row["model"]: row for row in said("model", "list")}
    assert set(before) == {
        "public-enterprise",
        "public-cooperative",
        "public-social-organisation",
        "comprehensive-enterprise",
    }
    assert before[MODEL]["in_use"] is before[MODEL]["waiting"] is None
    made = said("model", "propose", MODEL, "--reason", "启用")
    assert {row["model"]: row["waiting"] for row in said("model", "list")}[MODEL] == made["proposal"]
    put_in_use()
    used = {row["model"]: row for row in said("model", "list")}[MODEL]
    assert (used["in_use"], used["approved_by"], used["waiting"]) == (used["edition"], "approver", None)


def test_an_edition_is_proposed_and_not_approved_by_who_proposed_it(capsys: pytest.CaptureFixture[str]) -> None:
    made = said("model", "propose", MODEL, "--reason", "启用")
    assert (made["model"], made["edition"]) == (MODEL, editions.model_of(MODEL).edition)
    number = str(made["proposal"])
    assert "提出人不能批准" in refused(capsys, "model", "approve", number, "--remark", "同意")
    Edition.objects.update(proposed_by="operator:another")
    assert said("model", "approve", number, "--remark", "同意")["approved"] is True
    assert "已经决定" in refused(capsys, "model", "approve", number, "--remark", "同意")
    assert Edition.objects.get().remark == "同意"


def test_an_edition_is_refused_with_a_remark(capsys: pytest.CaptureFixture[str]) -> None:
    number = str(said("model", "propose", MODEL, "--reason", "启用")["proposal"])
    Edition.objects.update(proposed_by="operator:another")
    assert "必须说明理由" in refused(capsys, "model", "approve", number, "--remark", " ")
    assert said("model", "approve", number, "--remark", "再议", "--refuse")["approved"] is False
    assert {row["model"]: row["in_use"] for row in said("model", "list")}[MODEL] is None


@pytest.mark.parametrize(("words", "code", "message"), [
    (["propose", "nothing", "--reason", "x"], 1, "没有施行中的评价模型 nothing"),
    (["propose", MODEL, "--reason", " "], 1, "必须说明理由"), (["propose", MODEL], 2, "--reason"),
    (["approve", "987654", "--remark", "x"], 1, "没有编号为 987654 的提案"), (["approve", "x", "--remark", "x"], 2, "integer"),
])  # fmt: skip
def test_what_cannot_be_proposed_or_approved(
    capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    assert message in refused(capsys, "model", *words, code=code)
    assert nothing_written()


@pytest.mark.usefixtures("city")
def test_a_city_is_evaluated() -> None:
    put_in_use()
    (run,) = said("evaluate", "--model", MODEL)
    assert set(run) == {"run", "model", "edition", "as_of", "subjects", "grades", "current", "files"}
    assert (run["model"], run["subjects"], run["current"], run["grades"]["D"]) == (MODEL, 3, True, 1)
    assert {f["part"] for f in run["files"]} == {"scores", "marks"}
    assert all((files.root() / f["path"]).stat().st_size == f["bytes"] for f in run["files"])
    (trial,) = said("evaluate", "--model", MODEL, "--as-of", "2026-01-01")
    assert (trial["as_of"], trial["current"]) == ("2026-01-01", False)
    assert "public-enterprise" in shown(cli._show_runs, [run, trial])


@pytest.mark.usefixtures("city")
def test_an_explanation_is_of_the_shape_that_others_read() -> None:
    put_in_use()
    found = said("explain", CODES[0], *FOR, "--as-of", "2026-01-01")
    assert set(found) >= {"subject", "model", "as_of", "base", "score", "grade", "vetoes", "dimensions", "indicators"}
    assert (found["subject"], found["model"], found["as_of"], found["vetoes"]) == (CODES[0], MODEL, "2026-01-01", [])
    total = Decimal(found["base"])
    for dimension in found["dimensions"]:
        own = [i for i in found["indicators"] if i["dimension"] == dimension["key"]]
        points = sum(Decimal(i["points"]) for i in own)
        total += max(Decimal(dimension["minimum"]), min(Decimal(dimension["maximum"]), points))
    assert Decimal(found["score"]) == max(Decimal(found["minimum"]), min(Decimal(found["maximum"]), total))
    assert all(set(i) >= {"key", "value", "points", "records"} for i in found["indicators"])
    (penalties,) = (i for i in found["indicators"] if i["key"] == "penalties")
    fines = set(Record.objects.filter(resource="administrative-penalty").values_list("id", flat=True))
    assert (penalties["value"], set(penalties["records"])) == ("2", fines)
    assert "行政处罚次数" in shown(cli._show_explanation, found)


@pytest.mark.usefixtures("city")
def test_an_explanation_names_vetoes_their_records_and_what_comes_by_itself() -> None:
    found = said("explain", CODES[1], *FOR, "--as-of", "2026-01-01", "--outlook", "--model", MODEL)
    (veto,) = found["vetoes"]
    assert (found["grade"], veto["key"], len(veto["records"])) == ("D", "serious-violation", 1)
    assert next(turn["day"] for turn in found["outlook"] if turn["grade"] != "D") == "2028-10-02"
    assert found["improvements"][0]["key"] == "serious-violation"
    assert "否决" in shown(cli._show_explanation, found)


@pytest.mark.usefixtures("city")
def test_a_repair_is_supposed_and_nothing_changes() -> None:
    put_in_use()
    said("evaluate", "--model", MODEL)
    first, second = Record.objects.filter(resource="administrative-penalty").order_by("id").values_list("id", flat=True)
    stood = list(Score.objects.order_by("subject_id").values_list("subject_id", "score"))
    found = said("whatif", CODES[0], *FOR, "--model", MODEL, "--repair", str(first), "--repair", str(second))
    assert set(found) == {"subject", "model", "as_of", "before", "after"}
    assert Decimal(found["before"]["score"]) < Decimal(found["after"]["score"])
    assert list(Score.objects.order_by("subject_id").values_list("subject_id", "score")) == stood
    assert Record.objects.filter(resource="administrative-penalty").count() == 2
    assert found["after"]["score"] in shown(cli._show_whatif, found)


@pytest.mark.usefixtures("city")
def test_an_expiry_an_addition_and_a_correction_are_supposed() -> None:
    first, second = Record.objects.filter(resource="administrative-penalty").order_by("id").values_list("id", flat=True)
    ask = ("whatif", CODES[0], *FOR, "--model", MODEL, "--as-of", "2026-01-01")

    def moved(*words: str) -> Decimal:
        found = said(*ask, *words)
        return Decimal(found["after"]["score"]) - Decimal(found["before"]["score"])

    assert moved("--expire", f"{second}=2026-01-01") > 0
    assert moved("--expire", f"{second}=2026-01-02") == 0
    more = ("--add", 'administrative-penalty={"penalty_kinds": ["罚款"], "decision_date": "2025-08-31"}')
    assert (moved(*more), moved(*more, *more)) == (0, -30)  # three weigh as two do, four more
    assert moved("--correct", f'{first}={{"decision_date": "2020-01-01"}}') > 0


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(("words", "code", "message"), [
    (["explain", CODES[0]], 2, "--purpose"), (["explain", "91370102QX0009999X", *FOR], 1, "没有找到代码为"),
    (["explain", CODES[0], *FOR, "--model", "nothing"], 1, "没有施行中的评价模型 nothing"),
    (["explain", CODES[0], *FOR, "--model", "public-cooperative"], 1, "不评价"),
    (["explain", CODES[0], *FOR, "--as-of", "昨天"], 2, "不是日期"), (["explain", CODES[0], "--purpose", " "], 1, "目的"),
    (["whatif", CODES[0], *FOR, "--repair", "987654321"], 1, "没有参与评价的记录 987654321"),
    (["whatif", CODES[0], *FOR, "--expire", "1"], 2, "应写作"),
    (["whatif", CODES[0], *FOR, "--expire", "x=2026"], 2, "不是记录编号"),
    (["whatif", CODES[0], *FOR, "--add", "administrative-penalty=[]"], 2, "不是 JSON 对象"),
    (["whatif", CODES[0], *FOR, "--add", "nothing={}"], 1, "不使用资源 nothing"),
    (["whatif", CODES[0], *FOR, "--add", 'administrative-penalty={"fine": "很多"}'], 1, "不能识别"),
    (["evaluate", "--as-of", "2026-02-30"], 2, "不是日期"), (["evaluate", "--known-at", "2999-01-01"], 1, "不能晚于现在"),
    (["evaluate", "--model", "nothing"], 1, "没有施行中的评价模型 nothing"), (["evaluate", "--engine", "abacus"], 2, "abacus"),
])  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_words(
    capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    assert message in refused(capsys, *words, code=code)
    assert nothing_written()


def test_an_empty_lake_is_refused_and_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    words = refused(capsys, "evaluate", "--model", MODEL)
    assert "没有可评价的主体" in words
    assert "quanxin intake" in words
    assert nothing_written()


@pytest.mark.usefixtures("city")
def test_records_that_are_not_there_yet_are_refused_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert "没有可评价的主体" in refused(capsys, "evaluate", "--model", MODEL, "--known-at", "2001-01-01T00:00")
    assert nothing_written()


@pytest.fixture
def broken(tmp_path: Path, settings: Settings, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A pack in use whose model breaks a rule."""
    parts = sound()
    put("models/model.yaml", *request.param[0], to=request.param[1])(parts)
    settings.PACK = str(written(tmp_path / "pack", parts))
    current_pack.cache_clear()
    yield Path(settings.PACK)
    current_pack.cache_clear()


@pytest.mark.parametrize(("broken", "stands"), [
    ((("indicators", 0, "filter"), "nothing > 1"), "filter: nothing > 1"),
    ((("indicators", 0, "filter"), "sqrt(fine) > 1"), "filter: sqrt(fine) > 1"),
    ((("indicators", 0, "bins", 1, "below"), 1), "below: 1"), ((("dimensions", 0, "minimum"), 21), "key: d"),
    ((("in_force", "from"), "2019-06-01"), "key: i"),
], indirect=["broken"])  # fmt: skip
def test_a_broken_model_is_refused_with_file_and_line(
    capsys: pytest.CaptureFixture[str], broken: Path, stands: str
) -> None:
    for words in (["evaluate"], ["evaluate", "--model", "model"], ["model", "propose", "model", "--reason", "x"]):
        told_of = refused(capsys, *words)
        path, _, rest = told_of.partition("第一处在 ")[2].partition(".yaml:")
        number = int(rest.partition("：")[0].partition(":")[0])
        assert Path(f"{path}.yaml") == broken / "models/model.yaml"
        assert stands in (broken / "models/model.yaml").read_text(encoding="utf-8").splitlines()[number - 1]
        assert "quanxin pack check" in told_of
        assert nothing_written()


@pytest.mark.parametrize("broken", [(("base",), "eighty"), (("bands",), "A")], indirect=True)
def test_a_pack_that_cannot_be_read_is_refused_with_file_and_line(
    capsys: pytest.CaptureFixture[str], broken: Path
) -> None:
    assert f"{broken}/models/model.yaml:" in refused(capsys, "evaluate")
    assert nothing_written()
