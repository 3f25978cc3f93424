"""Looking for what was kept back."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts import Actor, operator
from quanxin.accounts.actors import NotAllowed, Role
from quanxin.accounts.models import AuditLine
from quanxin.intake.errors import IntakeError
from quanxin.intake.models import SamplingCheck
from quanxin.intake.quality.sampling import compare
from tests.city import hand_in, penalty, register

pytestmark = pytest.mark.django_db
PENALTY = "administrative-penalty"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    register(tmp_path)
    rows = [penalty(0, f"济历罚〔2025〕{n}号") for n in range(6)] + [penalty(1, "济历罚〔2025〕6号", fine="五千")]
    hand_in(tmp_path, PENALTY, rows)
    return tmp_path


def published(folder: Path, *numbers: str) -> Path:
    """A list as a site shows it, with its own brackets and blanks."""
    path = folder / "published.csv"
    path.write_text("行政相对人名称,行政处罚决定书文号\n" + "".join(f"甲,{n}\n" for n in numbers), encoding="utf-8")
    return path


def check(path: Path, size: int = 100, seed: str = "2026-10", provider: str = "market-regulation") -> SamplingCheck:
    return compare(operator(), path, resource=PENALTY, provider=provider, size=size, seed=seed)


def test_what_was_handed_in_is_found_in_any_dress_and_the_rest_is_named(city: Path) -> None:
    made = check(published(city, "济历罚[2025]0号", "济历罚（2025）1 号", "济历罚〔2025〕6号", "济历罚〔2025〕77号"))
    assert (made.listed, made.sampled, made.found, made.held, made.concealed) == (4, 4, 2, 1, 1)
    assert made.missing == [{"row": 4, "number": "济历罚〔2025〕77号"}]
    assert AuditLine.objects.filter(act="intake.sample").count() == 1


def test_the_same_seed_draws_the_same_rows_whatever_their_order(city: Path) -> None:
    numbers = [f"济历罚〔2025〕{n}号" for n in range(100, 140)]
    first = check(published(city, *numbers), size=10)
    again = check(published(city, *reversed(numbers)), size=10)
    other = check(published(city, *numbers), size=10, seed="2026-11")
    drawn = [{m["number"] for m in c.missing} for c in (first, again, other)]
    assert len(drawn[0]) == 10
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_another_providers_hand_ins_do_not_count(city: Path) -> None:
    assert check(published(city, "济历罚〔2025〕1号"), provider="administrative-approval").concealed == 1


def test_a_list_without_numbers_is_refused(city: Path) -> None:
    path = city / "names.csv"
    path.write_text("行政相对人名称\n甲\n", encoding="utf-8")
    with pytest.raises(IntakeError) as refused:
        check(path)
    assert refused.value.code == "sampling-no-numbers"


def test_only_the_centre_samples(city: Path) -> None:
    clerk = Actor("clerk", frozenset({Role.INTAKE}))
    with pytest.raises(NotAllowed):
        compare(clerk, published(city, "一号"), resource=PENALTY, provider="market-regulation", size=1, seed="x")
