"""Consent: seen, used, shown, revoked at once; nothing is read by one that does not stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from quanxin.accounts import NotAllowed, operator
from quanxin.accounts.actors import Actor, Assignment, Role
from quanxin.accounts.errors import AccountError
from quanxin.accounts.models import AuditLine
from quanxin.accounts.people import add_organisation
from quanxin.archive.models import Access, Record
from quanxin.calendar import travel
from quanxin.casework import rendering as letters
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Notice
from quanxin.policy.rights import ConsentText
from quanxin.rights import consents
from quanxin.rights.consent_models import Consent, ConsentUse
from tests.city import CODES
from tests.once import city
from tests.rights.life import LATER, morning, owner, penalised

pytestmark = pytest.mark.django_db
OFFICER = Actor("user:officer", [Assignment(Role.BANK, organisation="sample-bank")])
RIVAL = Actor("user:rival", [Assignment(Role.BANK, organisation="other-bank")])
UNTIL = dt.date(2026, 10, 31)


def built(folder: Path) -> Record:
    with travel(morning(LATER)):
        for key in ("sample-bank", "other-bank"):
            add_organisation(operator(), key, name=f"样例{key}", kind="bank")
        return penalised(folder)


_record, _built = city(built, autouse=True)


@pytest.fixture
def record(_record: Record) -> Iterator[Record]:
    with travel(morning(LATER)):
        yield _record


def text() -> ConsentText:
    """A consent of the pack that is not sensitive and reaches penalties, or else any."""
    return next((t for t in consents.offered() if not t.sensitive), consents.offered()[0])


def given(**said: object) -> Consent:
    chosen = text()
    return consents.grant(owner(), chosen.key, "sample-bank", [i.key for i in chosen.items], UNTIL, **said)


def test_every_sensitive_item_of_the_pack_is_consented_to_alone() -> None:
    for offered in consents.offered(LATER):
        assert not offered.sensitive or len(offered.items) == 1


def test_a_consent_is_narrowed_at_once_with_a_line_and_never_widened(record: Record) -> None:
    chosen = next(t for t in consents.offered() if len(t.items) > 1)
    keys = sorted(i.key for i in chosen.items)
    made = consents.grant(owner(), chosen.key, "sample-bank", keys, UNTIL)
    whole, sooner = set(made.resources), dt.date(2026, 10, 1)
    narrowed = consents.narrow(owner(), made.pk, keys[:1], sooner)
    assert (narrowed.items, narrowed.until) == (keys[:1], sooner)
    assert set(narrowed.resources) == {r for i in chosen.items if i.key == keys[0] for r in i.resources}
    assert set(narrowed.resources) < whole
    _, views = consents.read(OFFICER, made.pk)
    assert {v.resource for v in views} <= set(narrowed.resources)
    consents.narrow(owner(), made.pk, keys[:1], sooner)  # the same again
    line = AuditLine.objects.get(act="rights.consent.narrow")
    assert line.particulars["before"] == {"items": keys, "until": UNTIL.isoformat()}
    assert Notice.objects.filter(key="consent-narrowed").count() == 1
    for items, until in ((keys, sooner), (keys[:1], UNTIL), ([], sooner)):
        with pytest.raises(RightsError):
            consents.narrow(owner(), made.pk, items, until)
    wider = consents.grant(owner(), chosen.key, "sample-bank", keys, UNTIL)
    assert consents.narrow(owner(), wider.pk, keys[:1], sooner).pk == made.pk  # the same: it ends, this one stands
    assert Consent.objects.get(revoked_at=None).pk == made.pk
    with travel(morning(dt.date(2026, 10, 2))), pytest.raises(RightsError):
        consents.read(OFFICER, made.pk)
    consents.revoke(owner(), made.pk)
    with pytest.raises(RightsError):
        consents.narrow(owner(), made.pk, keys[:1], sooner)


def test_a_reading_shows_what_was_granted_and_is_kept_and_seen(record: Record) -> None:
    consent = given(alert=True)
    _, views = consents.read(OFFICER, consent.pk)
    assert {v.resource for v in views} <= set(consent.resources)
    assert ConsentUse.objects.get().records == len(views)
    line = Access.objects.get(viewer="institution")
    assert (line.actor, line.subject_id) == ("user:officer", record.subject_id)
    title, body = letters.rendered(Notice.objects.get(key="consent-used"), "zh")
    assert title
    assert "样例sample-bank" in body


def test_revoked_it_opens_nothing_from_that_moment(record: Record) -> None:
    consent = given()
    consents.read(OFFICER, consent.pk)
    consents.revoke(owner(), consent.pk)
    assert consents.revoke(owner(), consent.pk).revoked_by == "user:owner"
    with pytest.raises(RightsError) as refused:
        consents.read(OFFICER, consent.pk)
    assert refused.value.code == "consent-ended"
    assert ConsentUse.objects.count() == 1
    assert AuditLine.objects.filter(act="access.refused", target=f"consent:{consent.pk}").count() == 1
    assert list(consents.of_institution(OFFICER)) == []


def test_it_expires_by_itself(record: Record) -> None:
    consent = given()
    with travel(morning(UNTIL)):
        consents.read(OFFICER, consent.pk)
    with travel(morning(UNTIL + dt.timedelta(days=1))), pytest.raises(RightsError):
        consents.read(OFFICER, consent.pk)


def test_another_institution_is_refused_with_a_line(record: Record) -> None:
    consent = given()
    with pytest.raises(NotAllowed):
        consents.read(RIVAL, consent.pk)
    assert AuditLine.objects.get(act="access.refused").actor == "user:rival"
    with pytest.raises(NotAllowed):
        consents.read(operator_without_bank(), consent.pk)


def operator_without_bank() -> Actor:
    return Actor("user:admin", frozenset({Role.ADMINISTRATOR, Role.CENTRE}))


@pytest.mark.parametrize(("change", "code"), [
    ({"key": "nothing"}, "consent-text-unknown"), ({"items": []}, "consent-items"), ({"items": ["x"]}, "consent-items"),
    ({"until": dt.date(2026, 8, 31)}, "consent-term"), ({"until": dt.date(2099, 1, 1)}, "consent-term"),
    ({"institution": "nobody"}, "institution-unknown"),
])  # fmt: skip
def test_what_cannot_be_granted_is_refused_in_words(record: Record, change: dict[str, object], code: str) -> None:
    chosen = text()
    said: dict[str, object] = {
        "key": chosen.key, "institution": "sample-bank", "items": [i.key for i in chosen.items], "until": UNTIL,
    } | change  # fmt: skip
    with pytest.raises(RightsError) as refused:
        consents.grant(owner(), **said)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not Consent.objects.exists()


def test_the_wording_is_kept_letter_for_letter_once(record: Record) -> None:
    first, again = given(), given()
    assert first.pk == again.pk
    assert first.wording.text["body"]["zh"] == text().body.zh
    assert Notice.objects.filter(key="consent-granted").count() == 1


def test_only_its_own_subject_revokes(record: Record) -> None:
    consent = given()
    with pytest.raises(RightsError):
        consents.revoke(owner(1), consent.pk)
    consent.refresh_from_db()
    assert consent.revoked_at is None


def test_the_subject_hears_before_it_ends(record: Record) -> None:
    given()
    with travel(morning(UNTIL - dt.timedelta(days=4))):
        assert consents.warn_of_end() == 1
        consents.warn_of_end()
    assert Notice.objects.filter(key="consent-expiring").count() == 1


@pytest.mark.parametrize(
    "grown",
    [
        "items = items || '[\"another\"]'",
        "resources = resources || '[\"another\"]'",
        "until = until + 1",
        "institution = 'other-bank'",
        "purpose = 'another'",
        "subject_id = subject_id + 1",
        "granted_by = 'user:x'",
        "granted_at = granted_at - interval '1 day'",
    ],
)
def test_it_never_grows(record: Record, grown: str) -> None:
    given()
    with pytest.raises(IntegrityError, match="never grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE rights_consent SET {grown}")


def test_it_may_name_less_and_once_ended_it_stays_as_it_is(record: Record) -> None:
    consent = given()
    kept = Consent.objects.filter(pk=consent.pk)
    assert kept.update(until=UNTIL - dt.timedelta(days=1), resources=consent.resources[:1]) == 1
    consents.revoke(owner(), consent.pk)
    for change in ({"revoked_at": None, "revoked_by": ""}, {"revoked_by": "user:x"}, {"until": LATER}):
        with pytest.raises(IntegrityError, match="never grows"), transaction.atomic():
            kept.update(**change)
    with pytest.raises(IntegrityError, match="never grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM rights_consent")


def test_more_is_another_consent(record: Record) -> None:
    chosen = next(t for t in consents.offered() if len(t.items) > 1)
    keys = [i.key for i in chosen.items]
    first = consents.grant(owner(), chosen.key, "sample-bank", keys[:1], UNTIL)
    more = consents.grant(owner(), chosen.key, "sample-bank", keys, UNTIL)
    assert more.pk != first.pk
    first.refresh_from_db()
    assert first.items == keys[:1]
    assert AuditLine.objects.filter(act="rights.consent.grant").count() == 2


def test_an_institution_does_not_become_another_under_consents_that_stand(record: Record) -> None:
    add_organisation(operator(), "third-bank", name="样例银行", kind="bank", code=CODES[0])
    with pytest.raises(AccountError, match="another organisation"):
        add_organisation(operator(), "third-bank", name="样例银行", kind="bank", code=CODES[1])
    given()
    with pytest.raises(AccountError, match="another organisation"):
        add_organisation(operator(), "sample-bank", name="样例sample-bank", kind="supervisor")
