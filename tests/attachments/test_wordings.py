"""Every reason is said in both languages with what to do, is used, and stands in the documentation."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from quanxin.attachments.models import Kind
from quanxin.attachments.wordings import WORDINGS


@pytest.mark.parametrize("code", WORDINGS)
def test_each_has_both_languages_and_says_what_to_do(code: str) -> None:
    words = WORDINGS[code]
    assert re.search(r"[\u4e00-\u9fff]", words.zh)
    assert not re.search(r"[\u4e00-\u9fff]", words.en)
    assert re.search(r"[\u4e00-\u9fff]", words.hint)
    assert words.hint_en
    assert not re.search(r"[\u4e00-\u9fff]", words.hint_en)
    assert code.startswith("attachment-")


def test_each_is_used_and_no_other_is(root: Path) -> None:
    room = root / "src/quanxin/attachments"
    text = "".join(path.read_text() for path in room.rglob("*.py") if path.name != "wordings.py")
    assert set(re.findall(r'"(attachment-[a-z-]+)"', text)) == set(WORDINGS)


def test_each_and_every_kind_stands_in_the_documentation(root: Path) -> None:
    said = subprocess.run(
        ["python3", "-c", "import sys; sys.path.insert(0, 'docs'); import generate; print(generate.attachments())"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(root / ".venv/bin")},
    )
    for code, words in WORDINGS.items():
        assert f"`{code}`" in said.stdout
        assert words.zh in said.stdout
    page = (root / "docs/operators/attachments.md").read_text(encoding="utf-8")
    assert all(f"`{kind}`" in page for kind in Kind.values)
