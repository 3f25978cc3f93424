"""Consent (授权): what a subject lets an institution read, for what and until when; used, shown, and revoked at once.

Invariant: nothing is read by a consent that does not stand at that moment; each use is kept with who read how much, and the
subject sees it. What is sensitive is consented to alone. The wording that was agreed to is kept letter for letter.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act, refused_line
from quanxin.accounts.models import Organisation, audit
from quanxin.archive import queries, viewers
from quanxin.archive.shapes import RecordView
from quanxin.archive.viewers import Grant
from quanxin.calendar import add_months, now, today
from quanxin.casework import notices
from quanxin.casework.errors import RightsError
from quanxin.casework.parties import Party
from quanxin.policy.model import Text
from quanxin.policy.rights import ConsentText
from quanxin.rights.consent_models import Consent, ConsentUse, Wording
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import cluster


def offered(on: dt.date | None = None) -> list[ConsentText]:
    """The consents that a subject may give on a day (today)."""
    return sorted(current_pack().on(on or today()).consents.values(), key=lambda text: text.key)


@act
def grant(
    party: Party, key: str, institution: str, items: Collection[str], until: dt.date, *, alert: bool = False
) -> Consent:
    """Let an institution read items of a consent text about the party's subject, until a day, included.

    The same again is the same consent. Raises ``RightsError`` for an unknown text, item or institution, or a term that is
    longer than the text allows.
    """
    day, at = today(), now()
    text = current_pack().on(day).consents.get(key)
    if text is None:
        raise RightsError("consent-text-unknown")
    chosen = sorted(set(items))
    if not chosen or set(chosen) - {item.key for item in text.items}:
        raise RightsError("consent-items")
    longest = add_months(day, text.longest_months)
    if not day <= until <= longest:
        raise RightsError("consent-term", longest=longest.isoformat())
    if not Organisation.objects.filter(key=institution, ended_at=None).exists():
        raise RightsError("institution-unknown")
    resources = sorted({r for item in text.items if item.key in chosen for r in item.resources})
    made, new = Consent.objects.get_or_create(
        subject_id=party.subject.pk,
        institution=institution,
        wording=_kept(text),
        items=chosen,
        until=until,
        revoked_at=None,
        defaults={
            "resources": resources,
            "purpose": text.purpose,
            "granted_by": party.actor.name,
            "on_behalf": party.on_behalf[:200],
            "granted_at": at,
            "alert": alert,
        },
    )
    if new:
        audit(party.actor, "rights.consent.grant", f"consent:{made.pk}", institution=institution, items=chosen)
        _tell(made, "consent-granted", f"consent-granted:{made.pk}", at, until_day=until)
    return made


@act
def narrow(party: Party, number: int, items: Collection[str], until: dt.date) -> Consent:
    """Let a consent of the party's subject cover only these of its items, and end no later, from this moment on.

    As it is already, it stays so; where another consent is what it would become, it ends and that one is returned.
    Raises ``RightsError`` as ``own``, for one that does not stand, and where it would grow.
    """
    found = Consent.objects.select_for_update().get(pk=own(party, number).pk)
    day, chosen = today(), sorted(set(items))
    if not found.stands(day):
        raise RightsError("consent-ended")
    if not chosen or set(chosen) - set(found.items):
        raise RightsError("consent-items")
    if not day <= until <= found.until:
        raise RightsError("consent-term", longest=found.until.isoformat())
    before = {"items": found.items, "until": found.until.isoformat()}
    if before == {"items": chosen, "until": until.isoformat()}:
        return found
    same = Consent.objects.filter(
        subject_id=found.subject_id,
        institution=found.institution,
        wording=found.wording,
        items=chosen,
        until=until,
        revoked_at=None,
    ).first()
    if same is not None:  # what the one would cover from now on the other covers already
        revoke(party, number)
        return same
    agreed = {item["key"]: item["resources"] for item in found.wording.text["items"]}
    found.items, found.until = chosen, until
    found.resources = sorted({resource for key in chosen for resource in agreed[key]} & set(found.resources))
    found.save(update_fields=["items", "resources", "until"])
    audit(
        party.actor,
        "rights.consent.narrow",
        f"consent:{found.pk}",
        items=chosen,
        until=until.isoformat(),
        before=before,
    )
    _tell(
        found,
        "consent-narrowed",
        f"consent-narrowed:{found.pk}:{until}:{','.join(chosen)}"[:200],
        now(),
        until_day=until,
    )
    return found


@act
def revoke(party: Party, number: int) -> Consent:
    """End a consent of the party's subject at this moment; revoked twice, it stays so. Raises as ``own``."""
    found = Consent.objects.select_for_update().get(pk=own(party, number).pk)
    if found.revoked_at is None:
        found.revoked_at, found.revoked_by = now(), party.actor.name
        found.save(update_fields=["revoked_at", "revoked_by"])
        audit(party.actor, "rights.consent.revoke", f"consent:{found.pk}")
        _tell(found, "consent-revoked", f"consent-revoked:{found.pk}", found.revoked_at)
    return found


@act
def read(actor: Actor, number: int) -> tuple[Consent, list[RecordView]]:
    """What an institution's officer reads by a consent; the use is kept, and told to the subject if it wished so.

    Raises ``NotAllowed`` for another institution's officer, ``RightsError`` for a consent that does not stand; both leave
    a line.
    """
    actor.require(Role.BANK)
    # held until the reading is written: a revocation comes before it or after it
    found = Consent.objects.select_for_update().filter(pk=number).first()
    if found is not None and found.institution not in actor.organisations_of(Role.BANK):
        raise viewers.refused(actor, f"consent:{number}", "the consent is another institution's")
    if found is None or not found.stands(today()):
        raise RightsError("consent-ended", refused_line(actor, f"consent:{number}", "the consent does not stand"))
    subject = Subject.objects.get(pk=found.subject_id)
    viewer = viewers.institution(actor, _granted(found, subject))
    views = queries.records_about(subject, viewer, now())
    use = ConsentUse.objects.create(consent=found, actor=actor.name, at=now(), records=len(views))
    audit(actor, "rights.consent.use", f"consent:{found.pk}", records=len(views))
    if found.alert:
        _tell(found, "consent-used", f"consent-used:{use.pk}", use.at)
    return found, views


def of_subject(party: Party) -> QuerySet[Consent]:
    """The consents of the party's subject, newest first, those that ended among them."""
    return Consent.objects.filter(subject_id__in=party.ids).select_related("wording").prefetch_related("uses")


def own(party: Party, number: int) -> Consent:
    """A consent of the party's subject; raises ``RightsError``, and leaves a line, for any other."""
    found = of_subject(party).filter(pk=number).first()
    if found is None:
        line = refused_line(party.actor, f"consent:{number}", "not a consent of the subject")
        raise RightsError("consent-unknown", line)
    return found


def of_institution(actor: Actor) -> QuerySet[Consent]:
    """The consents that an institution's officer may use today."""
    actor.require(Role.BANK)
    institutions = actor.organisations_of(Role.BANK)
    return Consent.objects.filter(institution__in=institutions, revoked_at=None, until__gte=today())


def warn_of_end() -> int:
    """Tell subjects of consents that end soon, by the pack's clock; each is told once. Returns how many."""
    pack, day = current_pack(), today()
    clock = pack.on(day).clocks.get("consent-alert")
    if clock is None or clock.working_days is None:
        return 0
    last = pack.calendar.add_working_days(day, clock.working_days).date
    ending = Consent.objects.filter(revoked_at=None, until__gte=day, until__lte=last)
    for consent in ending:
        _tell(consent, "consent-expiring", f"consent-expiring:{consent.pk}", now(), until_day=consent.until)
    return len(ending)


def titles(consent: Consent) -> Text:
    """The items of a consent, as one text."""
    items = [item for item in consent.wording.text["items"] if item["key"] in consent.items]
    return Text(
        zh="、".join(item["title"]["zh"] for item in items), en=", ".join(item["title"]["en"] for item in items)
    )


def institution_title(key: str) -> str:
    """The name of an institution, or its key where it is no longer known."""
    return Organisation.objects.filter(key=key).values_list("name", flat=True).first() or key


def _granted(consent: Consent, subject: Subject) -> Grant:
    return Grant(
        f"consent:{consent.pk}",
        consent.institution,
        frozenset(cluster(subject)),
        frozenset(consent.resources),
        consent.purpose,
        consent.until,
    )


def _kept(text: ConsentText) -> Wording:
    """The wording, kept once."""
    said = text.model_dump(mode="json", by_alias=True)
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return Wording.objects.get_or_create(
        digest=digest, defaults={"key": text.key, "version": text.version, "text": said}
    )[0]


def _tell(consent: Consent, key: str, once: str, at: dt.datetime, **said: Any) -> None:
    purpose = next((p.title for p in current_pack().purposes if p.key == consent.purpose), consent.purpose)
    notices.tell_subject(
        consent.subject_id,
        key,
        once=once,
        at=at,
        who=institution_title(consent.institution),
        items=titles(consent),
        purpose=purpose,
        link=notices.MY_CONSENTS,
        **said,
    )
