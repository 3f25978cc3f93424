"""What is for the special report alone is read by nothing else: no viewer, page, feed, export, model, check, measure or file."""

from __future__ import annotations

import pytest

from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.archive import access, queries, viewers
from quanxin.archive.models import Record
from quanxin.archive.viewers import Grant, Viewer
from quanxin.calendar import now, today
from quanxin.policy.lint import LINTS
from quanxin.policy.model import Mode
from quanxin.policy.pack import Pack
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem
from quanxin.sharing import subscriptions
from quanxin.sharing.national_export import exportable
from tests.once import city as shared
from tests.reports.city import build, company, itself, special

pytestmark = pytest.mark.django_db
city, _built = shared(build, autouse=True)
CENTRE = Actor("user:centre", [Role.CENTRE, Role.AUDITOR, Role.SUPERVISOR, Role.BANK])
MARKET = Actor("user:market", [Assignment(Role.INTAKE, "market-regulation")])
BANK = Actor("user:bank", [Assignment(Role.BANK, organisation="bank")])
SPECIAL = "summary-penalty"


def everybody() -> list[Viewer]:
    subject = company(0)
    ids = frozenset({subject.pk})
    grant = Grant("SQ-1", "bank", ids, frozenset({SPECIAL, "administrative-penalty"}), "financing", today())
    return [
        viewers.PUBLIC,
        viewers.centre(CENTRE, "核对"),
        viewers.auditor(CENTRE, "审计"),
        viewers.sharing(CENTRE, "supervision", "supervisor"),
        viewers.department(MARKET, "报送单位核对"),
        viewers.sharing(MARKET, "licensing"),
        viewers.institution(BANK, grant),
        viewers.consumer(CENTRE, "订阅", frozenset()),
        *(itself(subject, how) for how in ("subject", "agent", "window")),
    ]


def test_no_viewer_sees_one_by_any_way_of_the_accessor() -> None:
    subject, kept = company(0), Record.objects.get(resource=SPECIAL)
    resource = current_pack().on(today()).resources[SPECIAL]
    for viewer in everybody():
        assert SPECIAL not in {view.resource for view in queries.records_about(subject, viewer, now())}
        assert queries.versions_of(subject, viewer, [kept.id]) == {}
        assert queries.versions_about(subject, viewer, resources=[SPECIAL], on=today(), known_at=now()) == []
        assert not access.may_see_record(viewer, resource, today(), kept.event_date, natural=False, own=True)


def test_the_special_report_does() -> None:
    assert SPECIAL in {group["resource"] for one in special(company(0))["chapters"] for group in one["groups"]}


def test_only_a_subject_that_reads_itself_can_be_given_it() -> None:
    for viewer in everybody():
        if not viewer.reads_itself:
            with pytest.raises(ValueError, match="subject alone"):
                viewers.for_special_report(viewer)


def test_it_is_neither_subscribed_to_nor_exported_nor_open() -> None:
    resource = current_pack().on(today()).resources[SPECIAL]
    assert (resource.publication.mode, resource.sharing.mode) == (Mode.AUTHORISED, Mode.AUTHORISED)
    assert not exportable(resource)
    assert not Record.objects.get(resource=SPECIAL).published
    with pytest.raises(Problem, match="不能订阅"):
        subscriptions._expect_shareable(resource, [])


@pytest.mark.parametrize("changed", [{"evaluation": True}, {"nature": "negative"}])
def test_the_lint_knows_a_special_resource_that_is_opened(changed: dict[str, object]) -> None:
    pack = current_pack()
    opened = [one.model_copy(update=changed) if one.key == SPECIAL else one for one in pack.resources]
    problems = [
        message for _, message in LINTS["special-read-elsewhere"](pack.replacing(resources=tuple(opened)), today())
    ]
    assert bool(problems) == ("evaluation" in changed)


@pytest.mark.parametrize("kind", ["lists", "measures", "check_items", "schemes", "repair", "consents", "models"])
def test_the_lint_knows_each_kind_of_rule_that_would_read_one(kind: str) -> None:
    assert _problems_with(current_pack(), kind)


def _problems_with(pack: Pack, kind: str) -> list[str]:
    """What the lint says where a rule of a kind names the special resource instead of what it named."""
    keys = {one.key for one in pack.resources}
    found = (
        (one, key) for one in pack.parts[kind] for key in keys if f'"{key}"' in one.model_dump_json(exclude={"key"})
    )
    rule, named = next(found)
    other = type(rule).model_validate_json(rule.model_dump_json(by_alias=True).replace(f'"{named}"', f'"{SPECIAL}"'))
    return [message for _, message in LINTS["special-read-elsewhere"](pack.replacing(**{kind: (other,)}), today())]
