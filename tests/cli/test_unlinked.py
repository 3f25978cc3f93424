"""The steward's commands, as a steward runs them: list, link, refuse, undo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import platform
from tests.city import CODES, NAMES, registration, write
from tests.cli.test_refusals import quanxin
from tests.intake.test_link_decisions import OLD, WRONG, debtor

pytestmark = pytest.mark.slow


def test_a_row_is_listed_linked_and_undone(tmp_path: Path) -> None:
    home = platform.environment_of(platform.empty(tmp_path / "data"), QUANXIN_STATIC="plain")

    def answer(*words: str) -> object:
        ran = quanxin(home, *words)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def take_in(resource: str, provider: str, name: str, *rows: dict[str, str | None]) -> None:
        answer("intake", str(write(tmp_path, resource, rows, name)), "--resource", resource, "--provider", provider)

    take_in("enterprise-registration", "market-regulation", "r.csv", registration(0), registration(1))
    take_in(
        "judgment-debtors",
        "courts",
        "d.csv",
        debtor(),
        debtor("（2025）鲁0102执9号", uscc=OLD, subject_name="济南丁样例厂"),
    )
    first, second = answer("unlinked")  # type: ignore[misc]
    assert (first["name"], first["rows"], first["candidates"][0]["code"]) == (WRONG, 1, CODES[0])
    assert all(reason["zh"] and reason["en"] for reason in first["candidates"][0]["reasons"])
    assert second["number"] == OLD
    held = str(first["held"])
    assert quanxin(home, "link", held, CODES[0], "--reason", " ").returncode == 1
    assert quanxin(home, "link", "999", CODES[0], "--reason", "r").returncode == 1
    assert quanxin(home, "link", held, "91370117QX0001CF1Q", "--reason", "r").returncode == 1
    linked = answer("link", held, CODES[0], "--reason", "名称笔误")
    assert linked["receipts"][0]["accepted"] == 1  # type: ignore[index]
    refused = quanxin(home, "link", held, CODES[1], "--reason", "别家")
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    made = answer("create-subject", str(second["held"]), "--type", "enterprise", "--reason", "仅有旧注册号")
    assert made["act"] == "create"  # type: ignore[index]
    assert answer("unlinked") == []
    assert len(answer("decisions")) == 2  # type: ignore[arg-type]
    undone = answer("undo-decision", str(linked["decision"]), "--reason", "看错了")  # type: ignore[index]
    assert undone["records_out"] == 1  # type: ignore[index]
    again = answer("unlinked")[0]["held"]  # type: ignore[index]
    assert answer("reject", str(again), "--reason", "查无此单位")["act"] == "reject"  # type: ignore[index]
    assert quanxin(home, "undo-decision", "999", "--reason", "r").returncode == 1
    assert NAMES[0] in quanxin(home, "search", CODES[0]).stdout
    assert quanxin(home, "stop").returncode == 0
