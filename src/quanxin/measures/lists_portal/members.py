"""Who is on a public list today.

Invariant: read through the accessor as the public reads; a natural person is on no public list, whatever a row says. A
listing that has ended, or was left, is not shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import DateField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Least

from quanxin.archive import access
from quanxin.archive.definitions import definition
from quanxin.archive.display import show
from quanxin.archive.models import Record
from quanxin.archive.viewers import PUBLIC
from quanxin.calendar import today
from quanxin.engine import normalise_name
from quanxin.policy import Rules
from quanxin.policy.consequences import CreditList
from quanxin.policy.model import Mode
from quanxin.runtime import parameters
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Name, Subject
from quanxin.subjects.queries import cluster, find
from quanxin.subjects.search import search_names

MOST_NAMES = 1000  # subjects of a name that are told apart; where there are more, those on the list are asked
MOST_COUNTED = 1000
FACTS, BASIS, NUMBER, AUTHORITY = "facts", "legal_basis", "document_number", "authority_name"


@dataclass(frozen=True, slots=True)
class Member:
    """A listing as it is shown; ``until`` is its last day, None for none that is known; ``record`` its number."""

    code: str
    name: str
    number: str
    facts: str
    basis: str
    authority: str
    since: dt.date
    until: dt.date | None
    record: tuple[int, int]


def public_lists() -> Iterator[CreditList]:
    """The lists in force that everybody may read, in the pack's order; none of natural persons alone."""
    rules = current_pack().on(today())
    return (one for one in rules.lists.values() if _public(rules, one))


def public_list(key: str) -> CreditList | None:
    """The list of a key, where everybody may read it."""
    return next((one for one in public_lists() if one.key == key), None)


def standing(one: CreditList, sought: str = "") -> QuerySet[Record]:
    """The listings that last today, the latest first; ``sought`` narrows them to subjects of a code or of a part of a
    name. Each knows the last day of its listing as ``ends``; none is counted, for there may be very many."""
    day = today()
    found = access.standing_records(PUBLIC, Record.objects.filter(resource=one.resource, event_date__lte=day), day)
    if sought:
        found = found.filter(_of_whom(sought))
    # asked of each that is read: a city has more natural persons than a page has rows
    natural = Subject.objects.filter(pk=OuterRef("subject_id"), natural=True)
    found = found.filter(~Exists(natural)).annotate(ends=Least(_end(one), F("public_until")))
    found = found.filter(Q(ends=None) | Q(ends__gte=day))
    if one.removed:
        found = found.annotate(left=Cast(KeyTextTransform(one.removed, "payload"), DateField()))
        found = found.filter(Q(left=None) | Q(left__gt=day))
    return found.order_by("-event_date", "-id")


def counted(one: CreditList) -> int:
    """How many are listed today, up to ``MOST_COUNTED`` and one."""
    return standing(one).order_by()[: MOST_COUNTED + 1].count()


def after(found: QuerySet[Record], cursor: str) -> QuerySet[Record]:
    """Those of the listings that come after the one of a cursor. Raises ``ValueError`` for a cursor that is none."""
    day_text, _, number_text = cursor.partition(":")
    day, number = parameters.day(day_text), parameters.number(number_text)
    if day is None or number is None:
        raise ValueError("no such cursor")
    return found.filter(Q(event_date__lt=day) | Q(event_date=day, id__lt=number))


def members(records: Sequence[Record]) -> list[Member]:
    """What is shown of each listing."""
    subjects = Subject.objects.filter(natural=False).select_related("merged_into")
    known = subjects.in_bulk([record.subject_id for record in records])
    return [_member(record, known[record.subject_id]) for record in records if record.subject_id in known]


def _public(rules: Rules, one: CreditList) -> bool:
    resource = rules.resources.get(one.resource)
    if resource is None or resource.publication.mode is not Mode.PUBLIC:
        return False
    return any(not rules.subject_types[kind].natural for kind in resource.subject_types)


def _end(one: CreditList) -> Coalesce | F:
    """The last day of a listing: its own, or by the term of the list."""
    if one.term_months is None:
        return F("valid_until")
    months = Func(Value(0), Value(one.term_months), function="make_interval")
    term = Func(F("event_date"), months, template="(%(expressions)s)::date", arg_joiner=" + ", output_field=DateField())
    return Coalesce(F("valid_until"), term)


def _of_whom(sought: str) -> Q:
    """Records of the subject of a code, or of those whose name, present or former, holds the text: of the few that do, or,
    where there are more than a page of the search, of whoever on the list does."""
    subject = find(sought)
    if subject is not None:
        return Q(subject_id__in=cluster(subject))
    page = search_names(sought, limit=MOST_NAMES)
    hits = [hit.subject_id for hit in page.hits]
    if page.exact:
        return Q(subject_id__in=[*hits, *Subject.objects.filter(merged_into__in=hits).values_list("pk", flat=True)])
    held = Name.objects.filter(norm__contains=normalise_name(sought))
    own, kept = held.filter(subject=OuterRef("subject_id")), held.filter(subject__absorbed=OuterRef("subject_id"))
    return Q(Exists(own)) | Q(Exists(kept))


def _member(record: Record, subject: Subject) -> Member:
    resource, subject = definition(record.batch_id), subject.merged_into or subject
    codes = current_pack().on(today()).code_sets
    texts = {
        f.key: show(f, access.shown(PUBLIC, record.payload.get(f.key)), codes)
        for f in resource.fields
        if access.may_see_field(PUBLIC, f)
    }
    facts = texts.get(FACTS) or "；".join(texts[key] for key in resource.summary if texts.get(key) and key != NUMBER)
    since = record.event_date or today()
    number, basis, authority = (texts.get(key, "") for key in (NUMBER, BASIS, AUTHORITY))
    return Member(subject.code, subject.name, number, facts, basis, authority, since, record.ends, record.pk)  # type: ignore[attr-defined]
