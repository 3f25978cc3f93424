"""Who may see what: the one place that decides.

Invariant: what is not allowed here is not seen. Consumers of the change feed see, of organisations and sole traders,
the items that their subscription names. The public sees records of organisations and sole traders whose
resource is public, whose publication has begun and not ended, in their public fields, with personal data in free
text blotted out. Natural persons are seen by no public viewer, by no path. A
department sees the records that it handed in. An organisation sees its own records and its own score, and nobody
else's; a sole trader or natural person has no score that anyone could see. A reading that is not public names its
reader and its purpose and leaves a line.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from quanxin.accounts import Actor, NotAllowed
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.archive.models import Access, Record
from quanxin.calendar import now
from quanxin.identifiers import personal_numbers
from quanxin.policy.model import FieldDef, FieldType, Mode, Resource
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import cluster


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone as whom data is read. Everyone but the public is an actor with a purpose.

    ``fields`` are the items that a consumer's subscription names; empty means every item that may leave. ``own`` are
    the ids under which an organisation that reads itself is kept.
    """

    kind: str
    actor: Actor | None = None
    purpose: str = ""
    fields: frozenset[str] = frozenset()
    own: frozenset[int] = frozenset()

    @property
    def is_public(self) -> bool:
        return self.kind == "public"

    @property
    def is_outside(self) -> bool:
        """Whether what is read leaves the platform: no natural person and no identity number ever does."""
        return self.kind in ("public", "consumer", "subject")


PUBLIC = Viewer("public")


def centre(actor: Actor, purpose: str) -> Viewer:
    """The credit centre's own viewer; raises ``NotAllowed`` without its role, ``ValueError`` without a purpose."""
    actor.require(Role.CENTRE)
    if not purpose.strip():
        raise ValueError("a purpose is needed")
    return Viewer("centre", actor, purpose.strip())


def department(actor: Actor, purpose: str) -> Viewer:
    """The providers that an actor hands in for, reading what they handed in; raises as ``centre`` does."""
    actor.require(Role.INTAKE)
    if not purpose.strip():
        raise ValueError("a purpose is needed")
    return Viewer("department", actor, purpose.strip())


def consumer(actor: Actor, purpose: str, fields: frozenset[str]) -> Viewer:
    """A consumer under its subscription; raises ``ValueError`` without a purpose."""
    if not purpose.strip():
        raise ValueError("a purpose is needed")
    return Viewer("consumer", actor, purpose.strip(), fields)


def itself(actor: Actor, subject: Subject) -> Viewer:
    """An organisation that reads itself through its representative; raises ``NotAllowed`` for a natural person.

    Whoever calls it has seen that the representative's binding to the subject's code stands.
    """
    if subject.natural:
        raise NotAllowed(f"{actor.name}: a natural person has no archive to read here")
    return Viewer("subject", actor, "主体查看本单位信息", own=frozenset(cluster(subject)))


def require_scores(viewer: Viewer, subject: Subject | None) -> None:
    """Raise ``NotAllowed`` for who may not see a subject's score (None: everyone's); a known asker's try leaves a line.

    The centre sees scores, an organisation its own; the public, consumers and departments see none.
    """
    if viewer.kind == "centre" or (viewer.kind == "subject" and subject is not None and subject.pk in viewer.own):
        return
    if viewer.actor is not None:
        asked = f"subject:{subject.pk}" if subject is not None else "subjects"
        audit(viewer.actor, "scores.refused", asked, viewer=viewer.kind, purpose=viewer.purpose)
    raise NotAllowed("scores are shown to the credit centre and to their subjects alone")


def may_see_subject(viewer: Viewer, subject: Subject) -> bool:
    """Whether the subject exists for this viewer at all."""
    if viewer.kind == "subject" and subject.pk not in viewer.own:
        return False
    return not (viewer.is_outside and subject.natural)


def visible_records(viewer: Viewer, records: QuerySet[Record], on: dt.date) -> QuerySet[Record]:
    """The records that the viewer may see on that day, by the dates stored with them."""
    if viewer.is_public:
        return records.filter(Q(published=True) & (Q(public_until=None) | Q(public_until__gte=on)))
    if viewer.kind == "subject":
        return records.filter(subject_id__in=viewer.own)
    if viewer.kind == "department" and viewer.actor is not None and viewer.actor.providers is not None:
        return records.filter(provider__in=viewer.actor.providers)
    return records


def may_see_resource(viewer: Viewer, resource: Resource, on: dt.date, event: dt.date | None) -> bool:
    """Whether records of a resource, with an event of that day, may be shown: its mode and its retention."""
    if viewer.is_public and resource.publication.mode is not Mode.PUBLIC:
        return False
    years = resource.retention.years
    return not (viewer.is_public and years and event and event < _years_before(on, years))


def may_see_field(viewer: Viewer, field: FieldDef) -> bool:
    """Whether a data item may be shown; identity numbers never leave the platform, masked or not."""
    if viewer.is_outside and field.type is FieldType.IDENTITY:
        return False
    if viewer.fields and field.key not in viewer.fields:
        return False
    return field.public or not viewer.is_public


def shown(viewer: Viewer, value: Any) -> Any:
    """A value as the viewer may see it: outside the platform, personal numbers in texts are blotted out."""
    if viewer.is_outside and isinstance(value, str):
        return blot_out(value)
    return value


def blot_out(text: str) -> str:
    """A text without the identity, mobile and bank card numbers in it (V11).

    The second line: no record takes them in since they are masked when it is composed.
    """
    return personal_numbers.mask(text)


def note_access(viewer: Viewer, subject: Subject) -> None:
    """Leave the line that a reading which is not public leaves."""
    if viewer.actor is not None:
        Access.objects.create(
            at=now(), viewer=viewer.kind, actor=viewer.actor.name, purpose=viewer.purpose, subject_id=subject.pk
        )


def _years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
