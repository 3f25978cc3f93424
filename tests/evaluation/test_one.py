"""One subject: the explanation adds up, and what-ifs are answered without changing anything."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from quanxin.accounts import NotAllowed, operator
from quanxin.archive.models import Access, Record
from quanxin.archive.viewers import PUBLIC, department
from quanxin.calendar import today
from quanxin.evaluation import explanation, runs, single
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Score
from quanxin.subjects.models import Subject
from tests.city import CODES, hand_in, penalty, register
from tests.evaluation.city import MODEL, centre, company, put_in_use
from tests.once import city

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 1, 1)


def built(folder: Path) -> None:
    register(folder)
    hand_in(folder, "administrative-penalty", [penalty(0), penalty(0, "甲2号", fine="30", decision_date="2025-12-01")])
    listed = {"subject_name": "济南乙样例商贸有限公司", "uscc": CODES[1], "document_number": "市监列〔2025〕1号", "facts": "列入",
              "legal_basis": "《管理办法》", "decision_date": "2025-10-01", "valid_until": "2028-10-01",
              "authority_name": "济南市市场监督管理局"}  # fmt: skip
    hand_in(folder, "serious-violation", [listed], name="listed.csv")
    put_in_use()


_city, _built = city(built, autouse=True)


def explained(n: int, **said: Any) -> dict[str, Any]:
    return explanation.explained(single.explain(company(n), centre(), MODEL, **({"as_of": AS_OF} | said)))


def fines(n: int = 0) -> list[int]:
    return list(
        Record.objects.filter(subject_id=company(n).pk, resource="administrative-penalty")
        .order_by("event_date")
        .values_list("id", flat=True)
    )


def test_base_and_points_within_their_limits_are_the_score() -> None:
    for n in range(3):
        said = explained(n)
        total = Decimal(said["base"]) + sum(Decimal(d["points"]) for d in said["dimensions"])
        assert Decimal(said["score"]) == max(Decimal(said["minimum"]), min(Decimal(said["maximum"]), total))
        for dimension in said["dimensions"]:
            own = sum(Decimal(i["points"]) for i in said["indicators"] if i["dimension"] == dimension["key"])
            assert Decimal(dimension["before_limits"]) == own
            within = max(Decimal(dimension["minimum"]), min(Decimal(dimension["maximum"]), own))
            assert Decimal(dimension["points"]) == within
        assert all(i["reason"]["zh"] and i["reason"]["en"] and i["basis"] for i in said["indicators"])


def test_each_point_names_its_records_latest_first() -> None:
    found = {i["key"]: i for i in explained(0)["indicators"]}
    assert found["penalties"]["records"] == fines()[::-1]
    assert found["penalties"]["value"] == "2"
    assert Decimal(found["penalties"]["points"]) < 0


def test_a_veto_gives_the_lowest_grade_with_its_reason_and_record() -> None:
    said = explained(1)
    (veto,) = said["vetoes"]
    assert (said["grade"], len(veto["records"])) == ("D", 1)
    assert explained(1, as_of=dt.date(2028, 10, 2))["vetoes"] == []


def test_a_repaired_an_expired_a_corrected_and_an_added_record() -> None:
    def score(**changes: Any) -> Decimal:
        found = single.whatif(company(0), centre(), MODEL, single.Changes(**changes), as_of=AS_OF)
        return Decimal(explanation.explained(found)["score"])

    now, clean = score(), Decimal(explained(2)["score"])
    first, second = fines()
    assert now < score(repaired=frozenset([second])) < score(repaired=frozenset([first, second])) == clean
    assert score(expired={second: AS_OF}) == score(repaired=frozenset([second]))
    assert score(expired={second: AS_OF + dt.timedelta(days=1)}) == now
    assert score(corrected={second: {"fine": "0.5"}}) > now
    assert score(corrected={second: {"decision_date": "2026-06-01"}}) == score(repaired=frozenset([second]))
    more = ("administrative-penalty", {"penalty_kinds": ["罚款"], "fine": "5", "decision_date": "2025-11-11"})
    assert score(added=[more, more]) < now
    assert Record.objects.filter(resource="administrative-penalty").count() == 2


def test_what_there_is_not_cannot_be_supposed() -> None:
    with pytest.raises(EvaluationError, match="no evaluated record"):
        single.whatif(company(0), centre(), MODEL, single.Changes(repaired=frozenset([10**9])))
    with pytest.raises(EvaluationError, match="reads no resource nothing"):
        single.whatif(company(0), centre(), MODEL, single.Changes(added=[("nothing", {})]))


def test_the_outlook_tells_the_days_on_which_weights_fade_and_windows_end() -> None:
    days = {turn["day"]: turn for turn in explanation.outlook(single.explain(company(0), centre(), MODEL, as_of=AS_OF))}
    assert "2026-08-31" in days  # a year after the first penalty it weighs half
    for day, turn in days.items():
        said = explained(0, as_of=dt.date.fromisoformat(day))
        assert (said["score"], said["grade"]) == (turn["score"], turn["grade"])
    eve = explained(0, as_of=dt.date(2026, 8, 30))
    assert eve["score"] != days["2026-08-31"]["score"]


def test_what_would_improve_the_score_is_told_best_first() -> None:
    found = explanation.improvements(single.explain(company(0), centre(), MODEL, as_of=AS_OF))
    assert found
    gains = [Decimal(f["change"]) for f in found]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0


def test_only_the_centre_sees_a_score_and_each_reading_leaves_its_line() -> None:
    before = Access.objects.count()
    explained(0)
    assert Access.objects.count() == before + 1
    for viewer in (PUBLIC, department(operator(), "看看")):
        with pytest.raises(NotAllowed):
            single.explain(company(0), viewer, MODEL)


@pytest.mark.parametrize("kind", [{"type": "sole-trader"}, {"type": "person", "natural": True}, {"natural": True}])
def test_persons_and_sole_traders_have_no_score_to_explain(kind: dict[str, Any]) -> None:
    Subject.objects.filter(pk=company(0).pk).update(**kind)
    assert single.models_for(company(0)) == []
    with pytest.raises(EvaluationError, match="never scored"):
        single.whatif(company(0), centre(), MODEL, single.Changes(), as_of=AS_OF)


def test_a_model_does_not_explain_whom_it_does_not_evaluate() -> None:
    with pytest.raises(EvaluationError, match="does not evaluate"):
        single.explain(company(0), centre(), "public-cooperative")


def test_the_explanation_is_that_of_the_score_that_stands() -> None:
    runs.evaluate(operator(), [MODEL])
    for score in Score.objects.all():
        row = single.explain(Subject.objects.get(pk=score.subject_id), centre(), MODEL).reckoned.row
        assert row is not None
        assert (row["score"], row["grade"], row["vetoes"]) == (score.score, score.grade, score.vetoes)
    assert single.standing_day(MODEL) == today()


@pytest.mark.parametrize(("said", "message"), [
    ({"added": [("water-fee", {})]}, "reads no resource water-fee"),
    ({"added": [("administrative-penalty", {"height": "1"})]}, "has no item height"),
    ({"added": [("administrative-penalty", {"decision_date": "昨天"})]}, "is no date"),
    ({"added": [("administrative-penalty", {"fine": "很多"})]}, "cannot be read"),
    ({"added": [("administrative-penalty", {"penalty_kinds": 5})]}, "cannot be read"),
])  # fmt: skip
def test_what_makes_no_sense_cannot_be_supposed(said: dict[str, Any], message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        single.whatif(company(0), centre(), MODEL, single.Changes(**said))
    assert explained(0)["score"]  # the reckoner answers as before
