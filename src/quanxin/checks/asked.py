"""Whom a check asks about: what stands in its rows, and whom of the register that is.

Invariant: however many are asked about, the questions to the database are as many as for one. A row is answered for itself;
of rows about one subject the first counts. A person's number is looked up nowhere and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models.expressions import RawSQL

from quanxin.accounts import Actor
from quanxin.accounts.lookups import expect_room, missed
from quanxin.accounts.own_matters import own_matter
from quanxin.archive import access
from quanxin.archive.viewers import Viewer
from quanxin.calendar import today
from quanxin.checks.models import Result
from quanxin.identifiers import Kind, classify
from quanxin.policy.checks import CheckItem
from quanxin.subjects.models import Identifier, Subject

Verdict = Result.Verdict
WITHHELD = "******"  # what stands for a person's number
_NO_CODE = (Kind.PLACEHOLDER, Kind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list: its number, the code and the name as they stand there."""

    position: int
    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a row is about: the subject with the ids under which it is kept, or the verdict where nothing is read."""

    row: Row
    subject: Subject | None = None
    ids: tuple[int, ...] = ()
    verdict: str = ""

    @property
    def read(self) -> bool:
        """Whether records are read about it."""
        return not self.verdict


def whom(actor: Actor, viewer: Viewer, item: CheckItem, rows: Sequence[Row]) -> list[Asked]:
    """Whom rows are about. Codes that find nobody count as one missed look-up.

    Raises ``OwnMatter`` where one of them is about a subject that the actor stands for.
    """
    expect_room(actor, "code")
    told = [(row, *_told(row)) for row in rows]
    held = _holders({value for _row, value, verdict in told if not verdict})
    subjects, clusters = _subjects(set(held.values()))
    found: list[Asked] = []
    seen: set[str | int] = set()
    for row, value, verdict in told:
        if not verdict and value in seen:
            verdict = Verdict.DOUBLED
        subject = subjects.get(held.get(value, 0)) if not verdict else None
        if subject is not None and subject.pk in viewer.barred:
            raise own_matter(actor, f"subject:{subject.pk}")
        if subject is not None and subject.pk in seen:
            verdict, subject = Verdict.DOUBLED, None
        found.append(_asked(viewer, item, row, subject, clusters, verdict))
        seen |= {value, subject.pk} if subject is not None else {value}
    missed_rows(actor, (one.row.code for one in found if one.verdict == Verdict.UNKNOWN))
    return found


def missed_rows(actor: Actor, codes: Iterable[str]) -> None:
    """Count the codes of a check that found nobody as one missed look-up."""
    if (unknown := next(iter(codes), None)) is not None:
        missed(actor, "code", unknown)


def _asked(
    viewer: Viewer,
    item: CheckItem,
    row: Row,
    subject: Subject | None,
    clusters: dict[int, tuple[int, ...]],
    verdict: str,
) -> Asked:
    if verdict:
        shown = Row(row.position, WITHHELD, "") if verdict == Verdict.PERSON else row
        return Asked(shown, verdict=verdict)
    if subject is None or not access.may_see_subject(viewer, subject):
        return Asked(row, verdict=Verdict.UNKNOWN)
    if subject.type not in item.targets:
        return Asked(row, subject, verdict=Verdict.NOT_TARGET)
    return Asked(row, subject, clusters[subject.pk])


def _told(row: Row) -> tuple[str, str]:
    """The number that stands in a row, and the verdict where it is none that could be an organisation's."""
    found = classify(row.code, today())
    if found.kind is Kind.IDENTITY:
        return found.value, Verdict.PERSON
    if found.kind in _NO_CODE or not found.status.accepted:
        return found.value, Verdict.MALFORMED
    return found.value, ""


def _holders(values: Collection[str]) -> dict[str, int]:
    """Which subject holds a number; one that several hold, without its being a unified code, is nobody's."""
    asked = RawSQL("SELECT unnest(%s::text[])", [list(values)])
    rows = Identifier.objects.filter(value__in=asked).exclude(kind=Identifier.Kind.IDENTITY)
    by_value: dict[str, dict[str, set[int]]] = {}
    for value, kind, subject in rows.values_list("value", "kind", "subject_id"):
        by_value.setdefault(value, {}).setdefault(kind, set()).add(subject)
    found = {}
    for value, kinds in by_value.items():
        ids = kinds.get(Identifier.Kind.USCC) or set().union(*kinds.values())
        if len(ids) == 1:
            found[value] = next(iter(ids))
    return found


def _subjects(ids: Collection[int]) -> tuple[dict[int, Subject], dict[int, tuple[int, ...]]]:
    """The subjects of ids, each as the one that it was merged into; and by its own id those under which each is kept."""
    found = {
        one.pk: one
        for one in Subject.objects.filter(pk__in=unnested(ids)).select_related("merged_into").filter(natural=False)
    }
    kept = {pk: one.merged_into or one for pk, one in found.items()}
    clusters = {one.pk: [one.pk] for one in kept.values()}
    absorbed = Subject.objects.filter(merged_into_id__in=unnested(clusters)).order_by("id")
    for pk, into in absorbed.values_list("pk", "merged_into_id"):
        clusters[into or pk].append(pk)
    return kept, {pk: tuple(members) for pk, members in clusters.items()}


def unnested(ids: Collection[int]) -> RawSQL:
    """Ids as rows: a list of a hundred thousand parameters would take longer to plan than to answer."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])
