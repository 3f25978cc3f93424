"""Another's thing is refused, shows nothing, changes nothing, and the try leaves a line.

Another's record, case, paper, consent; another department's batch, row, record, case; another district's; a consent that
expired, was revoked, or is another institution's; a wrong purpose.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from quanxin.accounts import NotAllowed
from quanxin.accounts.actors import Role
from quanxin.accounts.agency import Scope
from quanxin.accounts.models import User
from quanxin.accounts.people import actor_of
from quanxin.archive import viewers
from quanxin.archive.models import Access, Withdrawal
from quanxin.archive.queries import archive_of
from quanxin.calendar import travel
from quanxin.rights import consents, shields
from quanxin.rights.consent_models import Consent
from quanxin.rights.models import Case, Shield
from quanxin.runtime.pack import current_pack
from tests.access.scene import MOMENT, SECRETS, UNTIL, Scene, refusals, scene, staff
from tests.access.test_matrix import as_machine
from tests.city import CODES
from tests.my import people as mine
from tests.rights.life import LATER, REVIEWER, company, morning, owner

pytestmark = pytest.mark.django_db
Try = tuple[str, str, dict[str, Any] | None]


@pytest.fixture
def there(tmp_path: Path) -> Scene:
    return scene(tmp_path)


def reads(*paths: str) -> list[Try]:
    return [("get", path, None) for path in paths]


def sends(*tries: tuple[str, dict[str, Any]]) -> list[Try]:
    return [("post", path, sent) for path, sent in tries]


def all_refused(client: Client, tries: Iterable[Try], *, at: dt.datetime = MOMENT, **how: Any) -> None:
    """Each is refused or not found, says nothing of what it was about, and leaves a line."""
    wrong = []
    before = state_of_things()
    with travel(at):
        for method, path, sent in tries:
            lines = refusals()
            answer = getattr(client, method)(path, *([sent] if sent is not None else []), **how)
            text = b"".join(answer).decode("utf-8", "replace")
            if answer.status_code not in (403, 404, 422):
                wrong.append(f"{method} {path}: {answer.status_code}")
            if refusals() <= lines:
                wrong.append(f"{method} {path}: no line")
            wrong += [f"{method} {path}: says {secret}" for secret in SECRETS if secret in text]
    assert wrong == []
    assert state_of_things() == before, "nothing was changed, and nothing was read"


def state_of_things() -> tuple[str, int, int, int]:
    """What the case came to, what was withdrawn, what was granted, and what the first company's people see as readings."""
    case = Case.objects.get()
    readings = Access.objects.filter(subject_id=case.subject_id).exclude(viewer="department").count()
    return case.state, Withdrawal.objects.count(), Consent.objects.filter(revoked_at=None).count(), readings


def of_the_owner(there: Scene) -> list[Try]:
    """Everything of the first company's that has an address among one's own pages."""
    record, case = f"/my/records/{there.record.subject_id}-{there.record.id}", f"/my/cases/{there.case.number}"
    consent = f"/my/consents/{there.consent.pk}"
    return [
        *reads(record, f"{record}/repair", f"{record}/objection", case, f"{case}/decision.pdf", consent,
               f"/my/attachments/{there.paper.pk}"),
        *sends((f"{record}/objection", {"statement": "是我的"}), (f"{record}/repair", {"committed": "1"}),
               (f"{record}/delete", {"confirmed": "1"}), (f"{case}/answer", {"text": "补充"}),
               (f"{case}/retract", {"confirmed": "1"}), (f"{case}/second-look", {"reason": "再看"}),
               (f"{consent}/revoke", {"confirmed": "1"})),
    ]  # fmt: skip


def test_another_company_reaches_nothing_of_the_first(there: Scene) -> None:
    with travel(MOMENT):
        client = mine.owner(1, "rival")
    all_refused(client, of_the_owner(there))


def test_a_company_reaches_nothing_of_a_persons(there: Scene) -> None:
    with travel(MOMENT):
        client = mine.owner(0)
    record = f"/my/records/{there.personal.subject_id}-{there.personal.id}"
    all_refused(client, reads(record, f"{record}/repair", f"{record}/objection"))


def test_the_counter_reaches_only_whom_it_stands_for(there: Scene) -> None:
    with travel(MOMENT):
        client = staff(Role.WINDOW)
        sent = {"code": CODES[1], "who": "样例人", "paper": "营业执照和授权书"}
        assert client.post("/desk/window", sent)["Location"] == "/my/"
    all_refused(client, reads(f"/my/attachments/{there.paper.pk}", f"/my/cases/{there.case.number}"))


@pytest.mark.parametrize("scope", [Scope.CONSENT, Scope.REPAIR])
def test_an_agent_reaches_nothing_beyond_its_authorisation(there: Scene, scope: Scope) -> None:
    with travel(MOMENT):
        client, _ = mine.agent(scope, until=UNTIL)
    beyond = reads(f"/my/cases/{there.case.number}", f"/my/attachments/{there.paper.pk}", "/my/readings", "/my/notices")
    if scope != Scope.CONSENT:
        beyond += reads(f"/my/consents/{there.consent.pk}")
    all_refused(client, beyond)


def test_an_authorisation_that_has_ended_opens_nothing(there: Scene) -> None:
    with travel(MOMENT):
        client, made = mine.agent(Scope.ARCHIVE, until=UNTIL)
    after = morning(UNTIL + dt.timedelta(days=1))
    with travel(after):  # a session of that day, in which the authorisation is still named
        client.force_login(User.objects.get(username="agent"))
        session = client.session
        session["agency"] = made.pk
        session.save()
    all_refused(client, reads("/my/records"), at=after)


def test_another_departments_clerk_reaches_no_batch_row_or_record(there: Scene) -> None:
    batch = f"/desk/batches/{there.batch.pk}"
    record = f"/desk/records/{there.record.subject_id}/{there.record.id}"
    all_refused(staff(Role.INTAKE, provider="taxation"), [
        *reads(batch, f"{batch}/held.xlsx", f"{batch}/rows/2", record),
        *sends((f"{batch}/rows/2", {"fine": "0.1"}), (f"{batch}/replay", {}), (f"{batch}/take-back", {"reason": "误报"}),
               (record, {"kind": "mistaken", "reason": "误报"})),
    ])  # fmt: skip


def test_another_departments_machine_reaches_nothing(there: Scene) -> None:
    client = as_machine(provider="taxation")
    batch = f"/api/v1/batches/{there.batch.pk}"
    withdrawn = {"records": [f"{there.record.subject_id}-{there.record.id}"], "kind": "revoked", "reason": "x"}
    all_refused(client, reads(batch, f"{batch}/held"))
    tries = sends((f"{batch}/replay", {}), (f"{batch}/take-back", {"reason": "x"}), ("/api/v1/withdrawals", withdrawn))
    all_refused(client, tries, content_type="application/json")


def test_another_departments_decider_and_another_districts_people_reach_no_case(there: Scene) -> None:
    case = f"/desk/cases/{there.case.number}"
    tries = [
        *reads(case, f"{case}/decision.pdf", f"/desk/attachments/{there.paper.pk}"),
        *sends((f"{case}/dismiss", {"reason": "不成立"}), (f"{case}/ask", {"reason": "补充"})),
    ]
    all_refused(staff(Role.DECIDER, provider="taxation"), tries)
    for role in (Role.DECIDER, Role.WINDOW, Role.REVIEWER):
        held = {"provider": "market-regulation"} if role is Role.DECIDER else {}
        all_refused(staff(role, f"far-{role}", district="370103", **held), tries)


def test_another_districts_reviewer_neither_shields_nor_ends_a_shield(there: Scene) -> None:
    far = staff(Role.REVIEWER, "far", district="370103")
    sent = {"code": CODES[0], "ruling": "（2026）鲁01破1号", "court": "济南市中级人民法院"}
    all_refused(far, sends(("/desk/shields", sent)))
    with travel(MOMENT):
        made = shields.shield(REVIEWER, company(), ruling=sent["ruling"], court=sent["court"])
        page = far.get("/desk/shields").content.decode()
    assert sent["ruling"] not in page
    all_refused(far, sends((f"/desk/shields/{made.pk}/end", {"outcome": "failed", "reason": "终止"})))
    assert Shield.objects.get().ended_at is None


def test_another_districts_supervisor_reads_no_subject(there: Scene) -> None:
    purpose = next(iter(_purposes("supervisor")))
    sent = {"purpose": purpose, "code": CODES[0]}
    all_refused(staff(Role.SUPERVISOR, district="370103"), sends(("/desk/reading", sent)))
    with travel(MOMENT):
        assert staff(Role.SUPERVISOR, "near", district="370102").post("/desk/reading", sent).status_code == 200


def test_a_wrong_purpose_opens_nothing(there: Scene) -> None:
    supervisor, personnel = staff(Role.SUPERVISOR), staff(Role.PERSONNEL)
    persons = next(iter(_purposes("personnel") - _purposes("supervisor")))
    wrong = [{"purpose": purpose, "code": CODES[0]} for purpose in ("no-such-purpose", "", persons)]
    all_refused(supervisor, sends(*[("/desk/reading", sent) for sent in wrong]))
    others = next(iter(_purposes("supervisor") - _purposes("personnel")))
    all_refused(personnel, sends(("/desk/reading", {"how": "personnel", "purpose": others, "identity": mine.ADULT})))


def test_a_consent_opens_only_to_its_institution_in_its_term_until_it_is_revoked(there: Scene) -> None:
    address = f"/desk/reading/consents/{there.consent.pk}"
    rival = staff(Role.BANK, "rival", organisation="other-bank")
    officer = staff(Role.BANK, "officer", organisation="spring-bank")
    all_refused(rival, sends((address, {})))
    with travel(MOMENT):
        assert officer.post(address).status_code == 200
    late = morning(UNTIL + dt.timedelta(days=1))
    with travel(late):
        officer.force_login(User.objects.get(username="officer"))
    all_refused(officer, sends((address, {})), at=late)
    with travel(MOMENT):
        officer.force_login(User.objects.get(username="officer"))
        consents.revoke(owner(), there.consent.pk)
    all_refused(officer, sends((address, {})))


def test_a_consumer_without_the_subscription_is_given_nothing(there: Scene) -> None:
    all_refused(as_machine(consumer="sample"), reads("/api/v1/snapshots/administrative-licence"))


def test_who_may_read_nothing_of_persons_is_refused_by_the_accessor_itself(there: Scene) -> None:
    staff(Role.SUPERVISOR)
    actor = actor_of(User.objects.get(username="some-supervisor"))
    with travel(MOMENT), pytest.raises(NotAllowed):
        viewers.sharing(actor, next(iter(_purposes("personnel") - _purposes("supervisor"))))
    with travel(MOMENT):
        seen = archive_of(there.record.subject_id, viewers.sharing(actor, next(iter(_purposes("supervisor")))))
    assert there.personal.id not in {view.id for view in seen.timeline}


def _purposes(kind: str) -> set[str]:
    """The keys of the pack's purposes that open to a kind of reader without a consent."""
    found = current_pack().on(LATER).purposes
    return {key for key, one in found.items() if kind in one.viewers and not one.consent}
