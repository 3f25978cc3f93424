"""Who may see what: the one place that decides.

Invariant: what is not allowed here is not seen.

| viewer | sees |
| --- | --- |
| public | of organisations and sole traders: public resources, while their publication lasts, in their public items |
| subject, agent, window | its own records and its own score, and nobody else's |
| department | what it handed in; for a purpose of the pack, what others share for it |
| supervisor | what is shared for its purpose, in its districts |
| institution | what the subject consented to, for the time that it did |
| consumer | of organisations and sole traders, the items that its subscription names |
| personnel | persons' records of the categories that its purpose opens |
| centre | everything, in its districts, for a purpose |
| auditor | everything, in its districts, for a purpose |

What a decision took out of reach (``restrictions``), and what was withdrawn, is seen by its subject, its provider, the
centre and the auditor alone, whatever day or moment is asked about: a question about the past opens nothing that is
closed today. Natural persons are seen by no public viewer, by no path, and once the time of keeping has passed by the auditor
alone. Personal numbers in texts are blotted out for whoever is outside. A sole trader or natural person has no score
that anyone could see. What is for the special report alone is seen by nobody but a subject for whom that is made. Nobody reads
as staff about a subject that they stand for (``own_matters``). A reading that is not public leaves a line with its reader and
purpose, a refused try one too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from quanxin.accounts import NotAllowed
from quanxin.accounts.models import audit
from quanxin.accounts.own_matters import own_matter
from quanxin.archive import restrictions
from quanxin.archive.models import Access, Record
from quanxin.archive.viewers import PUBLIC, Viewer, refused
from quanxin.calendar import now, today
from quanxin.identifiers import personal_numbers
from quanxin.policy.model import FieldDef, FieldType, Mode, Resource
from quanxin.runtime.bridge import pg_cursor
from quanxin.runtime.free_text import masked
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import within

# Who still sees what a decision took out of reach: the subject, its provider, and those who answer for the decision.
_UNRESTRICTED = frozenset({"subject", "agent", "window", "centre", "auditor"})
NOTED = f"""
INSERT INTO {Access._meta.db_table} (at, viewer, actor, purpose, subject_id)
SELECT %s, %s, %s, %s, subject FROM {{read}} ORDER BY subject
"""
# Who is bound to the districts of the memberships by which they read.
_DISTRICTED = frozenset({"centre", "department", "supervisor", "auditor"})

__all__ = ["PUBLIC", "Viewer"]


def require_scores(viewer: Viewer, subject: Subject | None) -> None:
    """Raise ``NotAllowed`` for who may not see a subject's score (None: everyone's); a known asker's try leaves a line.

    The centre and the auditor see scores, an organisation its own; the public, consumers and departments see none.
    """
    _expect_others(viewer, subject)
    everyone = viewer.kind in ("centre", "auditor") and (subject is None or _in_reach(viewer, subject))
    if everyone or (viewer.reads_itself and subject is not None and subject.pk in viewer.own):
        return
    error = NotAllowed("scores are shown to the credit centre and to their subjects alone")
    if viewer.actor is not None:
        asked = f"subject:{subject.pk}" if subject is not None else "subjects"
        error.line = (viewer.actor, "scores.refused", asked, {"viewer": viewer.kind, "purpose": viewer.purpose})
        audit(viewer.actor, "scores.refused", asked, viewer=viewer.kind, purpose=viewer.purpose)
    raise error


def may_see_subject(viewer: Viewer, subject: Subject) -> bool:
    """Whether the subject exists for this viewer at all."""
    if subject.pk in viewer.barred:
        return False
    if viewer.reads_itself:
        return subject.pk in viewer.own
    if viewer.grant is not None:
        return subject.pk in viewer.grant.subjects
    if viewer.kind == "personnel":
        return subject.natural
    if subject.natural and not _opens_persons(viewer):
        return False
    return _in_reach(viewer, subject)


def enter(viewer: Viewer, subject: Subject) -> bool:
    """Whether the viewer may know of the subject; a known asker's try that is refused leaves a line.

    Raises ``OwnMatter`` for a subject that the reader stands for.
    """
    _expect_others(viewer, subject)
    if may_see_subject(viewer, subject):
        return True
    if viewer.actor is not None:
        refused(
            viewer.actor,
            f"subject:{subject.pk}",
            "not this viewer's to see",
            viewer=viewer.kind,
            purpose=viewer.purpose,
        )
    return False


def _expect_others(viewer: Viewer, subject: Subject | None) -> None:
    if viewer.actor is not None and subject is not None and subject.pk in viewer.barred:
        raise own_matter(viewer.actor, f"subject:{subject.pk}")


def standing_records(viewer: Viewer, records: QuerySet[Record], on: dt.date) -> QuerySet[Record]:
    """The same as ``visible_records`` of the versions that stand: what stands need not be looked for again."""
    return _visible(viewer, records.filter(superseded_at=None), on, lambda _shown: Q(restrictions.hidden()))


def visible_records(
    viewer: Viewer, records: QuerySet[Record], on: dt.date, known_at: dt.datetime | None = None
) -> QuerySet[Record]:
    """The records that the viewer may see on that day, by the dates stored with them and by what was decided about
    them, as known at a moment (now).

    Whoever is restricted sees of the past what may be seen today as well: what is out of reach at the moment or now, and
    what stands no more under its subject in any version, is left out; the public sees nothing whose publication is over.
    """
    return _visible(viewer, records, on, lambda shown: _out_of_reach(known_at, shown))


def _visible(
    viewer: Viewer, records: QuerySet[Record], on: dt.date, out_of_reach: Callable[[Q], Q]
) -> QuerySet[Record]:
    """Those of the records that the viewer may see; ``out_of_reach`` says of what is ``shown`` to it what nobody sees."""
    if not viewer.special:
        records = records.exclude(resource__in=_special())
    if viewer.kind in _UNRESTRICTED:
        return records.filter(subject_id__in=viewer.own) if viewer.reads_itself else records
    if viewer.is_public:
        shown = _published(max(on, today()))
        return records.filter(shown).exclude(out_of_reach(shown))
    closed = out_of_reach(Q())
    if viewer.grant is not None:
        granted = records.filter(subject_id__in=viewer.grant.subjects, resource__in=viewer.grant.resources)
        return granted.exclude(closed)
    if viewer.kind == "department":
        own = _handed_in(viewer)
        return records.filter(own | ~Q(closed)) if viewer.opened else records.filter(own)
    return records.exclude(closed)


@cache
def _special() -> tuple[str, ...]:
    """The resources that nothing but the special report reads, in whatever edition."""
    return tuple(sorted({one.key for one in current_pack().resources if one.special}))


def _published(on: dt.date) -> Q:
    """The records whose publication stands on a day."""
    return Q(published=True) & (Q(public_until=None) | Q(public_until__gte=on))


def _out_of_reach(known_at: dt.datetime | None, shown: Q) -> Q:
    """What was out of sight at a moment, or is now; and versions of what stands no more as ``shown``."""
    standing = Record.objects.filter(
        shown,
        superseded_at=None,
        subject_id=OuterRef("subject_id"),
        resource=OuterRef("resource"),
        key_hash=OuterRef("key_hash"),
    )
    out_of_reach = Q(restrictions.hidden()) | (Q(superseded_at__isnull=False) & Q(~Exists(standing)))
    return out_of_reach if known_at is None else out_of_reach | Q(restrictions.hidden(known_at))


def may_see_record(
    viewer: Viewer, resource: Resource, on: dt.date, event: dt.date | None, *, natural: bool, own: bool = False
) -> bool:
    """Whether records of a resource, with an event of that day, may be shown: its modes and its time of keeping.

    ``natural`` is whether the subject is a natural person, ``own`` whether the viewer's department handed the record in.
    """
    if (viewer.is_public and resource.publication.mode is not Mode.PUBLIC) or (resource.special and not viewer.special):
        return False
    day = max(on, today())
    if viewer.kind not in (("auditor",) if natural else ("auditor", "centre")) and kept_past(resource, day, event):
        return False
    if viewer.opened is None or own:
        return True
    return viewer.opened.allows(viewer.kind, resource.sharing.mode, resource.category)


def kept_past(resource: Resource, on: dt.date, event: dt.date | None) -> bool:
    """Whether, on a day, the time has passed for which a record with such an event may be shown at all."""
    since = kept_since(resource, on)
    return bool(since and event and event < since)


def kept_since(resource: Resource, on: dt.date) -> dt.date | None:
    """From which day's events on, on a day, records of a resource may be shown; None for all."""
    years = resource.retention.years
    return _years_before(on, years) if years else None


def handed_in(viewer: Viewer, record: Record, region: str) -> bool:
    """Whether the viewer's own department handed the record in, about a subject of a region that it reads."""
    return viewer.kind == "department" and any(one.covers(record.provider, region) for one in viewer.by)


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
    note_accesses(viewer, [subject.pk])


def note_accesses(viewer: Viewer, subjects: Iterable[int]) -> None:
    """The same for several subjects that were read at once, by one statement however many they are."""
    if read := sorted(set(subjects)):
        _note(viewer, "unnest(%s::bigint[]) AS read(subject)", read)


def note_accesses_of(viewer: Viewer, table: str) -> None:
    """The same for the subjects in a table (``subject``) of this transaction's, each of which stands there once."""
    _note(viewer, table)


def _note(viewer: Viewer, read: str, *of: list[int]) -> None:
    if viewer.actor is not None:
        with pg_cursor() as cursor:
            said = (now(), viewer.kind, viewer.actor.name, masked(viewer.purpose), *of)
            cursor.execute(NOTED.format(read=read), said)


def _opens_persons(viewer: Viewer) -> bool:
    """Whether natural persons may be among whom the viewer reads."""
    if viewer.opened is not None:
        return viewer.opened.persons
    return viewer.kind in ("centre", "department", "auditor")


def _in_reach(viewer: Viewer, subject: Subject) -> bool:
    """Whether the subject lies in the districts of a membership by which the viewer reads."""
    return viewer.kind not in _DISTRICTED or any(one.covers(region=subject.region) for one in viewer.by)


def _handed_in(viewer: Viewer) -> Q:
    """The records that each membership by which a department reads reaches: its provider's, in its district."""
    found = Q(id__in=[])
    for one in viewer.by:
        mine = Q(provider=one.provider) if one.provider else Q(id__isnull=False)
        found |= mine & Q(subject_id__in=within([one.district])) if one.district else mine
    return found


def _years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
