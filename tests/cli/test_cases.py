"""Cases on the command line: what waits, what lapsed, one case with its history."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from quanxin.calendar import travel
from quanxin.cli.main import app
from quanxin.terminal.output import explain
from tests.casework.acts import cases, repairs
from tests.rights.life import DECIDER, LATER, WINDOW, applied, morning, penalised

pytestmark = pytest.mark.django_db


def ask(*words: str) -> Result:
    return CliRunner().invoke(app, words)


@pytest.fixture
def number(tmp_path: Path) -> str:
    with travel(dt.date(2026, 5, 15)):
        record = penalised(tmp_path)
    with travel(morning(LATER)):
        case = cases.forward(WINDOW, applied(record).number)
        return repairs.accept(DECIDER, case.number).number


def test_cases_are_listed_with_the_hours_that_are_left(number: str) -> None:
    with travel(morning(LATER)):
        (row,) = json.loads(ask("cases").stdout)
        assert (row["number"], row["state"], row["provider"]) == (number, "accepted", "market-regulation")
        assert row["hours_left"] == 88.0  # ten working days of eight hours, and the eight of this day
        assert json.loads(ask("cases", "--overdue").stdout) == []
    with travel(morning(dt.date(2026, 9, 16), 11)):
        (row,) = json.loads(ask("cases", "--overdue").stdout)
        assert row["hours_left"] == -2.0


def test_a_case_is_shown_with_terms_and_history(number: str) -> None:
    shown = json.loads(ask("case", number).stdout)
    assert [step["act"] for step in shown["history"]] == ["file", "forward", "accept"]
    assert [term["clock"] for term in shown["terms"]][-1] == "repair-decide"


def test_an_act_is_done_once_by_whoever_may(number: str) -> None:
    with travel(morning(LATER)):
        assert [one["act"] for one in json.loads(ask("case", number).stdout)["acts"]] == ["give-back"]
        assert ask("act", number, "give-back").exit_code == 0
        shown = json.loads(ask("case", number).stdout)
        assert [one["act"] for one in shown["acts"]] == ["claim", "grant", "refuse", "ask", "extend"]
        assert shown["acts"][1]["items"] == ["confirmed"]
        assert ask("act", number, "grant").exit_code == 1  # the duties were not said to be performed
        assert ask("act", number, "grant", "--item", "confirmed").exit_code == 2
        for _ in range(2):
            done = ask("act", number, "grant", "--item", "confirmed=1")
            assert json.loads(done.stdout) == {"number": number, "state": "granted", "open": False}
        steps = [step["act"] for step in json.loads(ask("case", number).stdout)["history"]]
    assert steps == ["file", "forward", "accept", "give-back", "grant"]


def test_an_unknown_case_is_said(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = ask("case", "XF0")
    assert done.exit_code == 1
    assert isinstance(done.exception, Exception)
    assert explain(done.exception) == 1
    assert "没有找到该办件" in capsys.readouterr().err
