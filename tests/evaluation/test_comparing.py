"""Comparing runs: a city of three whose figures are reckoned by hand, and what holds of every comparison."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.models import AuditLine
from quanxin.archive import viewers
from quanxin.archive.models import Access
from quanxin.calendar import now
from quanxin.engine.scoring import column
from quanxin.evaluation import editions, files, movers, sensitivity, studies
from quanxin.evaluation.comparison import Pair, compared, mean, pair, put_pair
from quanxin.evaluation.editions import model_of
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Run, Score, Study
from quanxin.evaluation.trials import trial
from quanxin.intake.pipeline import intake
from quanxin.policy.evaluation import Model
from quanxin.runtime.duckdb_scratch import workshop
from quanxin.work import engine
from tests.city import hand_in, penalty, registration, write
from tests.evaluation.city import APPROVER, MODEL, MODELLER, centre, company, put_in_use
from tests.once import city

pytestmark = pytest.mark.django_db
BEFORE, AFTER = dt.date(2025, 6, 30), dt.date(2025, 12, 31)


def built(folder: Path) -> None:
    """Three companies; the first was fined in August 2025, the second came upon a court's list in October."""
    rows = [registration(n) for n in range(3)]
    rows[0] |= {"capital": "50万元", "industry": "C3484"}
    rows[1] |= {"capital": "3000万美元", "industry": "批发业"}
    rows[2] |= {"capital": None, "industry": "钢铁"}
    hand_in(folder, "enterprise-registration", rows, name="register.csv")
    hand_in(folder, "administrative-penalty", [penalty(0), penalty(0, "甲2号", fine="30")])
    listed = {
        "subject_name": registration(1)["subject_name"], "uscc": registration(1)["uscc"], "court": "济南市历下区人民法院",
        "document_number": "（2025）鲁0102执36号", "duties": "支付货款", "performance": "全部未履行",
        "decision_date": "2025-10-05",
    }  # fmt: skip
    file = write(folder, "judgment-debtors", [listed], "debtors.csv")
    intake(file, resource="judgment-debtors", provider="courts", actor=operator())


_city, _built = city(built, autouse=True)


def the_pair() -> Pair:
    digest = model_of(MODEL).edition
    return pair(*(trial(MODELLER, MODEL, digest, as_of=day) for day in (BEFORE, AFTER)))


def figures(both: Pair) -> dict[str, Any]:
    with workshop() as (con, _):
        put_pair(con, both)
        return compared(con, both)


def answered(kind: Study.Kind, *sides: dict[str, Any]) -> Study:
    made = studies.ask(MODELLER, kind, MODEL, sides)
    assert engine.perform(studies.STUDIES, made.pk)
    made.refresh_from_db()
    return made


def said(study: Study) -> dict[str, Any]:
    """The figures of an answered study."""
    assert study.figures is not None
    return dict(study.figures)


def test_who_moved_and_by_what_adds_up() -> None:
    both = the_pair()
    found = figures(both)
    assert sum(count for _, _, count in found["matrix"]) == 3
    assert ["B", "D", 1] in found["matrix"]  # the debtor, by the veto
    assert found["summary"]["both"] == 3
    assert found["summary"]["other_score"] >= 1
    assert found["summary"]["fallen"] >= 1
    moved = {m["key"]: m for m in found["indicators"]}
    assert moved["penalties"]["subjects"] == 1
    assert moved["penalties"]["points"] == -5000  # two within a year, by the pack: −50
    assert sum(m["points"] for m in found["indicators"]) == found["summary"]["shift"]
    assert {v["key"]: (v["under"], v["out"]) for v in found["vetoes"]}["judgment-debtor"] == (1, 0)
    for side in (2, 3):
        assert sum(row[side] for row in found["distribution"]) == 3


def test_a_run_against_itself_moved_nobody() -> None:
    run = the_pair().after
    found = figures(pair(run, run))
    assert all(before == after for before, after, _ in found["matrix"])
    assert all(m["subjects"] == m["points"] == 0 for m in found["indicators"])
    assert (found["stability"]["scores"], found["stability"]["grades"]) == ("0.0000", "0.0000")


def test_breakdowns_put_everyone_somewhere_and_say_what_is_not_stated() -> None:
    both = the_pair()
    with workshop() as (con, workdir):
        put_pair(con, both)
        found = sensitivity.breakdowns(con, both, workdir, now())
    for classes in found.values():
        assert sum(c["before"] for c in classes) == sum(c["after"] for c in classes) == 3
        assert sum(c["shift"] for c in classes) == figures(both)["summary"]["shift"]
    assert {c["class"]: c["after"] for c in found["size"]} == {"below-100": 1, "other": 1, "not-stated": 1}
    assert {c["class"]: c["after"] for c in found["sector"]} == {"C": 1, "F": 1, "other": 1}
    assert {c["class"]: c["after"] for c in found["district"]} == {"370102": 3}


def test_the_weight_of_an_indicator_is_what_its_removal_changes() -> None:
    both = the_pair()
    with workshop() as (con, _):
        put_pair(con, both)
        found = {w["key"]: w for w in sensitivity.weights(con, both.models[1], "after")}
        given = "".join(f", count(*) FILTER (WHERE {column(i, 'p')} <> 0)" for i in both.models[1].indicators)
        counts = con.execute(f"SELECT 0{given} FROM after").fetchall()[0]
        touched = dict(zip([i.key for i in both.models[1].indicators], counts[1:], strict=True))
    assert found["penalties"] == {"key": "penalties", "scores": 1, "better": 0, "worse": 0, "shift": 5000, "grades": 0}
    assert all(w["scores"] <= touched[key] for key, w in found.items())
    assert {key for key, count in touched.items() if not count} <= {key for key, w in found.items() if not w["shift"]}


def test_two_models_and_runs_without_files_are_not_compared() -> None:
    run = Run(model=MODEL, digest=model_of(MODEL).edition, manifest=[])
    with pytest.raises(EvaluationError, match="one model"):
        pair(run, Run(model="public-cooperative", digest="", manifest=[]))
    with pytest.raises(EvaluationError, match="no files"):
        pair(run, run)


def test_names_are_shown_to_the_centre_for_a_purpose_and_each_leaves_its_line() -> None:
    both = the_pair()
    made, onward = movers.movers(centre(), both, "B>D")
    assert [(m.subject.pk, m.grades, onward) for m in made] == [(company(1).pk, ("B", "D"), None)]
    assert Access.objects.filter(subject_id=company(1).pk, purpose="核对评价").count() == 1
    assert AuditLine.objects.filter(act="evaluation.movers").count() == 1
    with pytest.raises(NotAllowed):
        movers.movers(viewers.PUBLIC, both, "fallen")
    with pytest.raises(NotAllowed):
        viewers.centre(MODELLER, "看看")
    with pytest.raises(EvaluationError):
        movers.movers(centre(), both, "A>'; DROP TABLE moved; --")
    fallen, _ = movers.movers(centre(), both, "fallen")
    fined = next(m for m in fallen if m.subject.pk == company(0).pk)
    assert fined.because["penalties"] == -5000
    assert next(iter(fined.because)) == "penalties"  # what moved most comes first
    assert sum(fined.because.values()) == (fined.scores[1] or 0) - (fined.scores[0] or 0)


def test_a_study_compares_an_edition_that_nobody_has_approved_and_scores_nobody() -> None:
    put_in_use()
    digest = model_of(MODEL).edition
    study = answered(Study.Kind.COMPARISON, studies.side(digest, BEFORE), studies.side(digest, AFTER))
    assert (study.state, len(study.runs), Score.objects.count()) == ("done", 2, 0)
    assert set(said(study)["breakdowns"]) == {"district", "size", "sector"}
    assert not engine.perform(studies.STUDIES, study.pk)  # once is all
    assert AuditLine.objects.filter(act="evaluation.comparison").count() == 1
    again = answered(Study.Kind.TRIAL, studies.side_of(Run.objects.get(pk=study.runs[0])))
    assert again.runs == study.runs[:1]  # the same edition, day and knowledge are not run twice


def test_a_back_test_counts_who_came_upon_a_list_afterwards() -> None:
    study = answered(Study.Kind.BACK_TEST, studies.side(model_of(MODEL).edition, BEFORE))
    found = said(study)
    assert (found["from"], found["until"], found["hindsight"]) == ("2025-06-30", "2026-06-30", True)
    assert {g["grade"]: (g["subjects"], g["bad"]) for g in found["grades"]}["B"] == (3, 1)
    assert {e["key"]: e["subjects"] for e in found["ends"]}["judgment-debtor"] == 1
    assert found["all"]["area"] == ["0.5000", None, None]  # all three had the same score
    assert found["all"]["curve"] == [[0, 0], [1, 2]]
    late = said(answered(Study.Kind.BACK_TEST, studies.side(model_of(MODEL).edition, AFTER)))
    assert sum(g["bad"] for g in late["grades"]) == 0  # listed before that day: nothing to foretell
    assert late["all"]["area"] is None


def test_a_study_that_cannot_be_answered_says_why() -> None:
    early = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    study = answered(Study.Kind.TRIAL, studies.side(model_of(MODEL).edition, BEFORE, early))
    assert study.state == "refused"
    assert study.error is not None
    assert "没有可评价的" in study.error["zh"]
    assert study.error["en"]


def test_what_is_no_question_is_refused() -> None:
    digest = model_of(MODEL).edition
    for kind, sides, message in (
        (Study.Kind.COMPARISON, [studies.side(digest, BEFORE)], "two runs"),
        (Study.Kind.COMPARISON, [studies.side(digest, BEFORE)] * 2, "nothing to compare"),
        (Study.Kind.TRIAL, [studies.side(digest, dt.date(2999, 1, 1))], "future"),
        (Study.Kind.TRIAL, [studies.side("0" * 64, BEFORE)], "never proposed"),
    ):
        with pytest.raises(EvaluationError, match=message):
            studies.ask(MODELLER, kind, MODEL, sides)
    with pytest.raises(NotAllowed):
        studies.ask(APPROVER, Study.Kind.TRIAL, MODEL, [studies.side(digest, BEFORE)])
    assert not Study.objects.exists()


@pytest.mark.parametrize(("total", "count", "text"), [
    (5, 2, "0.03"), (-5, 2, "-0.03"), (0, 3, "0.00"), (-1, 300, "0.00"), (123456, 100, "12.35"), (1, 0, None),
])  # fmt: skip
def test_a_mean_is_rounded_half_away_from_zero(total: int, count: int, text: str | None) -> None:
    assert mean(total, count) == text


def test_how_an_index_is_read_stands_in_the_pack() -> None:
    rule = sensitivity.standard()
    read = [rule.reading(Decimal(index)).key for index in ("0", "0.0999", "0.1", "0.2499", "0.25", "9")]
    assert read == ["stable", "stable", "moved", "moved", "shifted", "shifted"]


PEOPLE = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 100000), st.sampled_from("ABCD")),
    unique_by=lambda p: p[0],
    max_size=12,
)


def written(folder: Path, name: str, people: list[tuple[int, int, str]], model: Model) -> Run:
    """A run whose file says just this of its subjects; the score's distance from the base stands in one indicator."""
    first, *rest = (column(i, "p") for i in model.indicators)
    folder.mkdir(parents=True, exist_ok=True)
    with workshop() as (con, _):
        others = "".join(f", 0 AS {c}" for c in rest)
        con.execute("CREATE TABLE given (subject_id BIGINT, score INTEGER, grade VARCHAR)")
        if people:
            con.executemany("INSERT INTO given VALUES (?, ?, ?)", [list(p) for p in people])
        con.execute(
            f"COPY (SELECT *, 0::BIGINT AS vetoes, score - 60000 AS {first}{others} FROM given) "
            f"TO '{folder / name}' (FORMAT parquet)"
        )
    return Run(model=model.key, digest=model.edition, manifest=[{"part": "scores", "path": name}])


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE, PEOPLE)
def test_every_comparison_adds_up(before: list[tuple[int, int, str]], after: list[tuple[int, int, str]]) -> None:
    model = model_of(MODEL)
    both = Pair(
        written(files.root(), "a.parquet", before, model),
        written(files.root(), "b.parquet", after, model),
        (model, model),
    )
    found, everyone = figures(both), {p[0] for p in before} | {p[0] for p in after}
    assert sum(count for _, _, count in found["matrix"]) == len(everyone)
    assert sum(m["points"] for m in found["indicators"]) == found["summary"]["shift"]
    assert sum(m["risen"] + m["fallen"] for m in found["indicators"]) == sum(
        b[1] - a[1] for a in before for b in after if a[0] == b[0] and a[2] != b[2]
    )
    turned = figures(Pair(both.after, both.before, (model, model)))
    assert sorted(found["matrix"]) == sorted([b, a, count] for a, b, count in turned["matrix"])
    assert turned["summary"]["shift"] == -found["summary"]["shift"]
    assert turned["stability"]["grades"] == found["stability"]["grades"]
    assert sum(b for b, _ in found["stability"]["tenths"]) == len(before)


def test_an_edition_that_was_proposed_is_known_by_its_digest() -> None:
    put_in_use()
    assert editions.model_by_digest(MODEL, model_of(MODEL).edition) == model_of(MODEL)
