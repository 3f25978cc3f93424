"""What is somebody else's is refused, thing by thing, and each try leaves a line that names who tried.

Another's record, case, paper, decision, consent, notice, score; another district's, another department's; a consent that has
expired, was revoked, is to another institution or for other items; a purpose that is none, or opens to others.
"""

from __future__ import annotations

import datetime as dt

import pytest

from quanxin.accounts import NotAllowed
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.agency import Scope
from quanxin.accounts.models import AuditLine, User
from quanxin.archive import access, queries, viewers
from quanxin.archive.errors import NoSuchSubject
from quanxin.archive.models import Batch, Record, Restriction
from quanxin.archive.queries import archive_of
from quanxin.archive.viewers import Grant
from quanxin.attachments import download
from quanxin.calendar import travel
from quanxin.casework.models import Case, Notice
from quanxin.evaluation import page
from quanxin.rights import consents
from quanxin.subjects.models import Subject
from tests.access import scene as city
from tests.access.scene import CONDUCT, FAR, MOMENT, NEAR, Scene, at_counter, browser, company, standing_for
from tests.access.test_matrix import as_machine
from tests.access.trying import asked_by_machine, lines, officer, own_addresses, tried, words_of
from tests.city import CODES, NAMES
from tests.rights.life import DECIDER, PROVIDER

pytestmark = pytest.mark.django_db
ABSENT = "00000000-0000-4000-8000-000000000000"


# --- another subject's -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["representative", "agent", "counter"])
def test_another_subject_s_things_look_like_what_is_not_there(scene: Scene, who: str) -> None:
    client = {
        "representative": lambda: standing_for(1, "rival"),
        "agent": lambda: city.agent_of(1, "rival", *Scope),
        "counter": lambda: at_counter(1, "clerk"),
    }[who]()
    for path, sent in own_addresses(scene):
        if who == "agent" and "/agents/" in path:  # for the subject itself alone
            tried(client, scene, path, sent, among=(403,))
            continue
        tried(client, scene, path, sent, among=(404,))
    assert not Notice.objects.filter(pk=scene.notice.pk).exclude(read_at=None).exists()
    person = f"/my/records/{scene.record_of_person.subject_id}-{scene.record_of_person.id}"
    tried(client, scene, person, among=(404,))
    for path, absent in (
        (f"/my/attachments/{scene.paper.pk}", f"/my/attachments/{ABSENT}"),
        (f"/my/cases/{scene.repair.number}", "/my/cases/XF20260101999999"),
    ):
        assert words_of(client, path) == words_of(client, absent)


def test_the_owner_has_what_others_are_refused(scene: Scene) -> None:
    client = standing_for(0, "owner")
    record = f"/my/records/{scene.private.subject_id}-{scene.private.id}"
    assert CONDUCT in client.get(record).content.decode()
    answer = client.get(f"/my/attachments/{scene.paper.pk}")
    assert b"".join(answer.streaming_content) == scene.file  # type: ignore[arg-type]
    assert client.get(f"/my/consents/{scene.consent.pk}").status_code == 200
    assert lines("user:owner") == 0


@pytest.mark.parametrize("scope", [[Scope.ARCHIVE], [Scope.REPAIR], [Scope.ARCHIVE, Scope.CONSENT, Scope.REPORT]])
def test_an_agent_opens_no_case_and_no_paper_beyond_its_scope(scene: Scene, scope: list[Scope]) -> None:
    client = city.agent_of(0, "agent", *scope)
    for path in (
        f"/my/attachments/{scene.paper.pk}",
        f"/my/cases/{scene.objection.number}",
        f"/my/cases/{scene.objection.number}/decision.pdf",
    ):
        tried(client, scene, path, among=(403,))
    before = lines("user:agent")
    with pytest.raises(NotAllowed):
        download.download(city.acting("agent"), scene.paper.pk)
    assert lines("user:agent") == before + 1


def test_an_agent_opens_papers_within_its_scope(scene: Scene) -> None:
    client = city.agent_of(0, "agent", Scope.OBJECTION)
    answer = client.get(f"/my/attachments/{scene.paper.pk}")
    assert b"".join(answer.streaming_content) == scene.file  # type: ignore[arg-type]
    assert lines("user:agent") == 0


def test_a_notice_is_named_by_its_number_and_junk_marks_none(scene: Scene) -> None:
    client = standing_for(0, "owner")
    for junk in ("", "x", "1 OR 1=1", "-1", "٣", "9" * 30, str(Notice.objects.latest("pk").pk + 1)):
        tried(client, scene, "/my/notices/read", {"notice": junk}, among=(404,))
    assert not Notice.objects.filter(subject_id=scene.subject.pk).exclude(read_at=None).exists()
    assert client.post("/my/notices/read", {"notice": str(scene.notice.pk)}).status_code == 302
    assert Notice.objects.filter(subject_id=scene.subject.pk).exclude(read_at=None).count() == 1
    assert client.post("/my/notices/read").status_code == 302
    assert not Notice.objects.filter(subject_id=scene.subject.pk, read_at=None).exists()


# --- another district's ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.WINDOW, Role.CENTRE, Role.AUDITOR, Role.DECIDER])
def test_another_district_s_case_is_refused(scene: Scene, role: Role) -> None:
    client = browser("far", role, district=FAR)
    for case in (scene.objection, scene.repair):
        for path in (f"/desk/cases/{case.number}", f"/desk/cases/{case.number}/decision.pdf"):
            tried(client, scene, path, among=(403,))
    tried(client, scene, f"/desk/attachments/{scene.paper.pk}", among=(403,))
    assert scene.objection.number not in client.get("/desk/cases?all=1").content.decode()


@pytest.mark.parametrize("what", ["give-back", "find-false", "forward", "claim"])
def test_nothing_is_done_to_another_district_s_case(scene: Scene, what: str) -> None:
    reviewer = browser("far", Role.REVIEWER, district=FAR)
    browser("far", Role.WINDOW, district=FAR)
    if what == "find-false":
        from tests.casework.acts import repairs

        repairs.grant(DECIDER, scene.repair.number, performed=True)
    before = lines("user:far")
    answer = reviewer.post(f"/desk/cases/{scene.repair.number}/{what}", {"reason": "材料虚假"})
    assert answer.status_code == 403
    assert lines("user:far") > before
    found = Case.objects.get(pk=scene.repair.pk)
    assert found.claimed_by == DECIDER.name
    assert found.state == ("granted" if what == "find-false" else "accepted")


def test_another_district_s_shields_are_neither_listed_made_nor_ended(scene: Scene) -> None:
    client = browser("far", Role.REVIEWER, district=FAR)
    assert scene.shield.named not in client.get("/desk/cases?kind=shield").content.decode()
    ruling = {"whose": CODES[0], "ruling": "（2026）鲁01破9号", "court": "济南中院"}
    before = Restriction.objects.count()
    tried(client, scene, "/desk/begin/shield", ruling, among=(403,))
    for outcome in ("fail", "complete"):
        tried(client, scene, f"/desk/cases/{scene.shield.number}/{outcome}", {"reason": "试"}, among=(403,))
    scene.shield.refresh_from_db()
    assert scene.shield.open
    assert Restriction.objects.count() == before
    near = browser("near", Role.REVIEWER, district=NEAR)
    assert scene.shield.named in near.get("/desk/cases?kind=shield").content.decode()
    assert near.post("/desk/begin/shield", ruling).status_code == 302


def test_another_district_s_subject_record_and_score_are_refused(scene: Scene) -> None:
    tried(
        browser("far", Role.CENTRE, district=FAR),
        scene,
        f"/desk/subjects/{CODES[0]}/score",
        {"purpose": "x"},
        among=(403,),
    )
    supervisor = browser("boss", Role.SUPERVISOR, district=FAR)
    sent = {"how": "sharing", "purpose": "supervision", "code": CODES[0]}
    tried(supervisor, scene, "/desk/reading", sent, among=(422,))  # as for a code that the register has not
    clerk = browser("clerk", Role.INTAKE, provider=PROVIDER, district=FAR)
    tried(clerk, scene, f"/desk/records/{scene.record.subject_id}/{scene.record.id}", among=(404,))
    tried(clerk, scene, "/desk/records", {"code": CODES[0]}, among=(404,))
    window = browser("window", Role.WINDOW, district=FAR)
    tried(window, scene, "/desk/window", {"code": CODES[0], "who": "人", "paper": "证"}, among=(422,))
    for name, make in (("far", viewers.centre), ("clerk", viewers.department)):
        before = lines(f"user:{name}")
        with pytest.raises(NoSuchSubject):
            archive_of(scene.subject.pk, make(city.acting(name), "核对"))
        with pytest.raises(NotAllowed):
            access.require_scores(make(city.acting(name), "核对"), scene.subject)
        assert lines(f"user:{name}") == before + 2


# --- another department's ----------------------------------------------------------------------------------------


def test_another_department_s_batch_row_record_and_submission_are_refused(scene: Scene) -> None:
    clerk = browser("taxman", Role.INTAKE, provider="taxation")
    batch, held = f"/desk/batches/{scene.held.batch_id}", scene.held.row_no
    record = f"/desk/records/{scene.record.subject_id}/{scene.record.id}"
    said = {"reason": "试", "kind": "revoked", "fine": "0.5"}
    for path, sent in (
        (batch, None), (f"{batch}/held.xlsx", None), (f"{batch}/rows/{held}", None), (f"{batch}/rows/{held}", said),
        (f"{batch}/replay", said), (f"{batch}/take-back", said), (record, None), (record, said),
        (f"/desk/submissions/{scene.submission.pk}", None), (f"/desk/entry/{PROVIDER}/administrative-penalty", None),
    ):  # fmt: skip
        tried(clerk, scene, path, sent, among=(404,))
    assert scene.batch not in clerk.get("/desk/batches").content.decode()
    begun = clerk.get(f"/desk/entry/taxation/administrative-penalty?record={scene.record.subject_id}-{scene.record.id}")
    assert "济历罚〔2026〕1号" not in begun.content.decode()
    assert Batch.objects.filter(taken_back_at=None).count() == Batch.objects.count()
    assert browser("own", Role.INTAKE, provider=PROVIDER).get(batch).status_code == 200


def test_another_department_s_case_is_refused_to_its_decider(scene: Scene) -> None:
    decider = browser("taxman", Role.DECIDER, provider="taxation")
    case = f"/desk/cases/{scene.repair.number}"
    for path in (case, f"{case}/decision.pdf", f"/desk/attachments/{scene.paper.pk}"):
        tried(decider, scene, path, among=(403,))
    for what in ("claim", "give-back", "grant", "refuse", "ask", "extend"):
        before = lines("user:taxman")
        answer = decider.post(f"{case}/{what}", {"reason": "试", "confirmed": "1"})
        assert answer.status_code == 403, what
        assert lines("user:taxman") > before, what
    assert Case.objects.get(pk=scene.repair.pk).state == "accepted"


def test_another_department_s_things_are_refused_to_its_machine(scene: Scene) -> None:
    machine = as_machine(provider="taxation")
    batch = f"/api/v1/batches/{scene.held.batch_id}"
    reference = f"{scene.record.subject_id}-{scene.record.id}"
    for path, body in (
        (batch, None), (f"{batch}/held", None), (f"{batch}/replay", {}), (f"{batch}/take-back", {"reason": "试"}),
        ("/api/v1/withdrawals", {"records": [reference], "kind": "revoked", "reason": "试"}),
        (f"/api/v1/submissions/{scene.submission.pk}", None), ("/api/v1/changes", None),
        ("/api/v1/snapshots/administrative-penalty", None), ("/api/v1/acknowledgements", {"timepoint": "0"}),
        ("/api/v1/resources/price-dishonesty/rows", {"document_number": "1"}),
    ):  # fmt: skip
        asked_by_machine(machine, scene, path, body)
    assert Record.objects.get(pk=scene.record.pk).superseded_at is None
    assert machine.get("/api/v1/batches").json()["items"] == []


def test_another_department_s_case_is_refused_to_a_machine_that_decides(scene: Scene) -> None:
    machine = as_machine(provider="taxation", decides=True)
    case = f"/api/v1/cases/{scene.repair.number}"
    for path, body in (
        (case, None), (f"{case}/acts/grant", {"form": {"confirmed": "1"}}), (f"{case}/acts/refuse", {"reason": "试"}),
        ("/api/v1/cases/XF99999999999999", None), ("/api/v1/cases", {"procedure": "repair", "record": "1-1"}),
    ):  # fmt: skip
        asked_by_machine(machine, scene, path, body)
    assert machine.get("/api/v1/cases").json()["items"] == []
    assert Case.objects.get(pk=scene.repair.pk).state == "accepted"


def test_a_consumer_is_refused_what_it_has_not_subscribed_to(scene: Scene) -> None:
    machine = as_machine(consumer="sample-consumer")
    for path in ("/api/v1/snapshots/price-dishonesty", "/api/v1/batches", f"/api/v1/batches/{scene.batch}"):
        asked_by_machine(machine, scene, path, None)
    assert CONDUCT not in machine.get("/api/v1/changes").content.decode()


# --- consents and purposes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["expired", "revoked", "another institution's", "none"])
def test_a_consent_that_does_not_stand_opens_nothing(scene: Scene, why: str) -> None:
    bank, name, number, moment = officer(), "teller", scene.consent.pk, MOMENT
    assert bank.post(f"/desk/reading/consents/{number}").status_code == 200
    if why == "expired":
        moment = dt.datetime.combine(scene.consent.until + dt.timedelta(days=1), dt.time(9), MOMENT.tzinfo)
    elif why == "revoked":
        consents.revoke(city.Party(city.OWNER, company(0)), number)
    elif why == "none":
        number += 1
    else:
        bank, name = officer("other-bank", "rival"), "rival"
    with travel(moment):
        bank.force_login(User.objects.get(username=name))  # a session does not last so long
        tried(bank, scene, f"/desk/reading/consents/{number}", {}, among=(403, 422))
        assert NAMES[0] not in bank.get("/desk/reading").content.decode() or why == "none"
    assert scene.consent.uses.count() == 1


def test_a_consent_opens_its_items_and_its_subject_alone(scene: Scene) -> None:
    shown = officer().post(f"/desk/reading/consents/{scene.consent.pk}").content.decode()
    assert CONDUCT not in shown
    assert "济历罚〔2026〕1号" not in shown
    teller, subjects = city.acting("teller"), frozenset({scene.subject.pk})
    grant = Grant("consent:1", "sample-bank", subjects, frozenset({"tax-rating"}), "financing", dt.date(2026, 10, 31))
    viewer = viewers.institution(teller, grant)
    assert queries.records_about(scene.subject, viewer, MOMENT) == []
    before = lines("user:teller")
    for subject in (company(1), Subject.objects.get(natural=True)):
        with pytest.raises(NoSuchSubject):
            archive_of(subject.pk, viewer)
    for changes in ({"until": dt.date(2026, 8, 31)}, {"institution": "other-bank"}):
        with pytest.raises(NotAllowed):
            viewers.institution(teller, Grant(**{name: getattr(grant, name) for name in Grant.__slots__} | changes))
    assert lines("user:teller") == before + 4


@pytest.mark.parametrize(("role", "how", "purpose"), [
    (Role.SUPERVISOR, "sharing", "no-such-purpose"), (Role.SUPERVISOR, "sharing", "licensing"),
    (Role.SUPERVISOR, "sharing", "financing"), (Role.SUPERVISOR, "sharing", "audit"), (Role.INTAKE, "sharing", "financing"),
    (Role.DECIDER, "sharing", "personnel-review"), (Role.PERSONNEL, "personnel", "supervision"),
    (Role.PERSONNEL, "personnel", ""), (Role.BANK, "sharing", "financing"), (Role.SUPERVISOR, "personnel", "personnel-review"),
])  # fmt: skip
def test_a_wrong_purpose_opens_nothing(scene: Scene, role: Role, how: str, purpose: str) -> None:
    client = browser("reader", role)
    tried(
        client,
        scene,
        "/desk/reading",
        {
            "how": how,
            "purpose": purpose,
            "code": CODES[0],
            "identity": city.ADULT,
        },
        among=(403,),
    )


# --- by role alone -----------------------------------------------------------------------------------------------


def test_a_page_for_other_roles_leaves_a_line_that_names_it(scene: Scene) -> None:
    client = browser("modeller", Role.MODELLER)
    tried(client, scene, f"/desk/subjects/{CODES[0]}/score", {"purpose": "x"}, among=(403,))
    line = AuditLine.objects.get(actor="user:modeller", act="access.refused")
    assert (line.target, line.particulars["asked"]) == ("page:desk:score", "centre")
    assert CODES[0] not in str(line.particulars)


def test_nobody_reads_a_score_but_the_centre_and_its_subject(scene: Scene) -> None:
    from django.http import QueryDict

    bank = Actor("user:x", frozenset({Role.SUPERVISOR}))
    with pytest.raises(NotAllowed):
        page.of(scene.subject, viewers.sharing(bank, "supervision"), QueryDict())
    assert lines("user:x") == 1
