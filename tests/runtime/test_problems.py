"""One exception for every refusal, and one way of saying it: on a page, on a terminal, in a log."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.utils.translation import override

import quanxin
from quanxin.accounts.errors import AccountError, NotAllowed
from quanxin.accounts.lookups import TooManyMissed
from quanxin.accounts.own_matters import OwnMatter
from quanxin.api.problems import Refused
from quanxin.archive.errors import NoSuchSubject, NotPossible
from quanxin.attachments.errors import AttachmentError
from quanxin.casework.errors import RightsError
from quanxin.checks.errors import CheckError
from quanxin.commitments.errors import CommitmentError
from quanxin.documents.errors import DocumentError
from quanxin.evaluation.errors import EvaluationError
from quanxin.intake import link_decisions
from quanxin.intake.errors import IntakeError
from quanxin.measures.errors import MeasureError
from quanxin.policy.model import Text
from quanxin.reports.errors import ReportError
from quanxin.runtime.backup.errors import BackupError
from quanxin.runtime.language import in_words
from quanxin.runtime.problems import Problem, Wording
from quanxin.supervision.classing.errors import ClassError
from quanxin.supervision.drawing.errors import DrawError
from quanxin.supervision.inspecting.errors import InspectionError
from quanxin.supervision.planning.errors import PlanError
from quanxin.terminal.output import explain

SLICES = (
    AccountError,
    AttachmentError,
    BackupError,
    CheckError,
    ClassError,
    CommitmentError,
    DocumentError,
    DrawError,
    EvaluationError,
    InspectionError,
    IntakeError,
    MeasureError,
    NotPossible,
    PlanError,
    ReportError,
    Refused,
    RightsError,
)
SOURCE = Path(quanxin.__file__).parent
EVERY = [(slice_, code) for slice_ in SLICES for code in slice_.wordings]


def particulars_of(words: Wording) -> dict[str, str]:
    """A value for every particular that the words of a code name."""
    texts = (words.zh, words.en, words.hint, words.hint_en)
    return {name: "17" for text in texts for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(("kind", "code"), EVERY, ids=[f"{k.__name__}-{c}" for k, c in EVERY])
def test_every_code_speaks_each_language_by_itself(kind: type[Problem], code: str) -> None:
    made = kind(code, **particulars_of(kind.wordings[code]))
    assert re.search(r"[\u4e00-\u9fff]", made.zh)
    assert not re.search(r"[\u4e00-\u9fff]", made.en.replace("是 or 否", ""))
    assert bool(made.hint) == bool(made.hint_en)
    assert not any(" / " in text for text in (made.zh, made.en, made.hint, made.hint_en))
    assert (made.code, made.status) == (code, kind.wordings[code].status)
    with override("en"):
        assert in_words(made) == f"{made.en} {made.hint_en}".strip()
    with override("zh-hans"):
        assert in_words(made) == made.zh + made.hint


class Sample(Problem):
    """A slice of its own."""

    wordings = {"lost": Wording("{what}丢了。", "The {what} is lost.", "请找{what}。", "Look for the {what}.", 404)}


def test_a_particular_speaks_the_language_of_its_sentence() -> None:
    made = Sample("lost", what=Text(zh="伞", en="umbrella"))
    assert (made.zh, made.en, made.hint_en) == ("伞丢了。", "The umbrella is lost.", "Look for the umbrella.")


def test_a_number_of_a_person_does_not_come_into_the_words() -> None:
    made = Sample("lost", what="11010519491231002X")
    assert "11010519491231002X" not in f"{made} {made.to_json()}"
    assert "丢了" in made.zh


def test_what_was_kept_is_said_again_as_it_was() -> None:
    made = Sample("lost", what="umbrella")
    again = Sample.restored(made.to_json())
    assert (again.to_json(), again.status, str(again)) == (made.to_json(), 404, str(made))
    assert Sample.restored({"code": "gone", "zh": "一", "en": "One."}).status == 422


@pytest.mark.parametrize("kind", SLICES)
@pytest.mark.parametrize("given", [None, "", " \n\u3000"])
def test_a_reason_is_asked_for_in_every_slice(kind: type[Problem], given: str | None) -> None:
    with pytest.raises(kind) as refused:
        kind.reason(given)
    assert refused.value.code == "reason-missing"
    assert kind.reason(" 依据 ") == "依据"


@pytest.mark.parametrize(
    "error",
    [
        NotAllowed("x"),
        OwnMatter("x"),
        TooManyMissed("x"),
        NoSuchSubject(7),
        RightsError("not-claimed"),
        IntakeError("file-not-chosen"),
    ],
    ids=repr,
)
def test_a_terminal_says_both_languages_and_the_next_step(error: Problem, capsys: Any) -> None:
    assert explain(error) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == [error.zh, error.en]
    assert said[2:] == ([f"{error.hint} / {error.hint_en}"] if error.hint else [])


def test_every_code_that_is_raised_has_its_words() -> None:
    """A code without words would be answered as a defect of the platform."""
    by_name: dict[str, set[str]] = {}  # two classes may have one name
    below = [one for slice_ in SLICES for one in slice_.__subclasses__()]
    for kind in (*SLICES, *below, link_decisions.NotPossible):
        if kind is not Refused:  # an answer of the interface's; sign-on has another of this name
            by_name.setdefault(kind.__name__, {"reason-missing"}).update(kind.wordings)
    raised = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(code)), *_]) if name in by_name:
                    raised.append((path.name, name, code))
    assert len(raised) > 100
    assert [one for one in raised if one[2] not in by_name[one[1]]] == []
