"""What follows from a breach: said on the text, true of the record, and gone once that is repaired, corrected or withdrawn."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from quanxin.archive.models import Record, Withdrawal
from quanxin.calendar import today, travel
from quanxin.casework import engine
from quanxin.casework.filing import Filed, Thing, file
from quanxin.measures.reckoning import consequences_of
from quanxin.policy import lint, load
from quanxin.policy.commitments import Template
from quanxin.policy.model import Rule
from quanxin.runtime.pack import current_pack
from tests.casework.acts import cases, objections, repairs, upholding
from tests.commitments import life
from tests.commitments.life import DEPARTMENT, MAY, owner
from tests.measures.life import centre
from tests.once import city
from tests.rights.life import WINDOW, company

pytestmark = pytest.mark.django_db
_city, _built = city(life.companies, autouse=True)
EFFECTS = {"no-easier-handling", "closer-supervision-after-breach"}


def following() -> set[str]:
    return {one.measure for one in consequences_of(company(), centre())}


def breach() -> Record:
    return Record.objects.get(resource="commitment-breach", superseded_at=None)


def test_a_breach_grounds_what_its_text_says_and_its_repair_ends_that() -> None:
    with travel(MAY):
        life.breached()
        assert following() == EFFECTS == {one.measure for one in template().breach_effects}
    with travel(MAY + dt.timedelta(days=30)):
        case = file("repair", Filed(owner(), Thing(breach()), "", "", {"committed": "1", "ask_department": "1"}))
        cases.forward(WINDOW, case.number)
        repairs.accept(DEPARTMENT, case.number)
        assert following() == EFFECTS
        engine.perform(DEPARTMENT, case.number, "grant", {"confirmed": "1", "reason": ""})
        assert following() == set()
        assert life.offered(matter="药品经营许可").open  # and it may promise again


def test_a_finding_and_an_order_ground_nothing() -> None:
    with travel(MAY):
        case = life.in_force()
        life.checked(case, "conditions-met", "not-met")
        assert following() == set()
        engine.perform(DEPARTMENT, case.number, "order", {"duty": "conditions-met", "reason": "请整改"})
        assert following() == set()


def test_a_breach_that_was_a_mistake_is_withdrawn_and_nothing_follows() -> None:
    with travel(MAY):
        life.breached()
        case = objections.object_to(owner(), "整改已经完成，认定有误。", record=breach())
        cases.forward(WINDOW, case.number)
        objections.take_up(DEPARTMENT, case.number)
        upholding.by_withdrawing(DEPARTMENT, case.number, Withdrawal.Kind.REVOKED, "认定决定已撤销")
        assert not Record.objects.filter(resource="commitment-breach", superseded_at=None).exists()
        assert following() == set()


def test_the_text_says_what_follows_to_everybody_and_to_who_signs() -> None:
    page = Client().get("/commitments/approval").content.decode()
    assert "违反信用承诺的列为重点监督管理对象" in page
    assert "第二十八条第四项" in page


# --- the pack --------------------------------------------------------------------------------------------------------


def template(key: str = "approval") -> Template:
    return current_pack().on(today()).commitments[key]


def wrong(made: Template) -> list[tuple[str, str]]:
    """What the lints of effects find of a template in the pack of the platform."""
    pack = current_pack()
    others = [one for one in pack.commitments if one.key != made.key]
    found = lint(pack.replacing(commitments=(*others, made)), today())
    return [(one.where, one.message) for one in found if one.lint == "commitment-effect-ungrounded"]


def test_an_effect_is_true_of_the_breach_or_does_not_pass() -> None:
    made = template()
    (where, message), *_rest = wrong(made.model_copy(update={"publicity": "特定范围内公开"}))
    assert where == "commitments/approval/no-easier-handling"  # nobody sees that breach: it grounds nothing
    assert "grounds it" in message
    fewer = wrong(made.model_copy(update={"breach_effects": made.breach_effects[:1]}))
    assert [where for where, _ in fewer] == ["commitments/approval/closer-supervision-after-breach"]
    moved = made.breach_effects[0].model_copy(update={"measure": "limited-public-money"})
    assert ("commitments/approval/limited-public-money", message) in wrong(
        made.model_copy(update={"breach_effects": (*made.breach_effects, moved)})
    )
    assert wrong(
        template("tolerance").model_copy(update={"breach_effects": made.breach_effects[:1]})
    )  # it is never broken


def test_each_law_stands_in_the_pack_of_who_made_it() -> None:
    """The nation's rules of commitments rest on the nation's, a province's articles and a city's are added to them."""
    local = {"山东": "shandong", "济南": "jinan"}
    for name in ("national", "shandong", "jinan"):
        pack = load(name)
        keys = ("commitment", *(one.key for one in pack.commitments))
        rules: list[Rule] = [
            *pack.commitments,
            *pack.procedures,
            *pack.resources,
            *pack.code_sets,
            *pack.notices,
            *pack.clocks,
        ]
        cited = {basis.title[:2] for one in rules if one.key.startswith(keys) for basis in one.basis}
        wanted = {key for key, where in local.items() if where == name or (where, name) == ("shandong", "jinan")}
        assert cited & local.keys() == wanted, name
