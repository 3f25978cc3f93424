"""Whom an unlinked row may be about: a short list, each candidate with why.

Invariant: candidates are organisations and sole traders, never natural persons, and a text that may be a person's
name looks for nobody by name. They are found through indexes (identifiers, the pairs of ``search``), never by walking
all names. The order ranks how well two statements agree; a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase, digits

from django.db import connection

from quanxin.engine import normalise_name
from quanxin.subjects.likeness import FULL, Reason, alike, names_alike, one_slip_apart, regions_alike, total
from quanxin.subjects.models import Identifier, Name, Subject
from quanxin.subjects.naming import OrganisationName, parse
from quanxin.subjects.search import pairs_of
from quanxin.subjects.vocabulary import Vocabulary, vocabulary

POSTINGS = 20_000  # names looked at for one search, at most; the rarest pairs come first
SHORT_LIST = 60  # names compared in full
WORTH_SHOWING = 50  # hundredths


@dataclass(frozen=True, slots=True)
class Stated:
    """What a row says of its subject: a name as written, numbers as normalised, and what else it has."""

    name: str = ""
    code: str = ""
    registration: str = ""
    organisation: str = ""
    address: str = ""
    representative: str = ""


@dataclass(frozen=True, slots=True)
class Particulars:
    """What the register's own record says of a candidate beside its names and numbers."""

    address: str = ""
    representative: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject that a row may be about; ``hundredths`` is how well all reasons together agree.

    ``code`` is what ``queries.find`` finds it by: its code, or the old number of one that has none.
    """

    subject_id: int
    code: str
    name: str
    type: str
    region: str
    hundredths: int
    reasons: tuple[Reason, ...]


Tell = Callable[[Sequence[int]], Mapping[int, Particulars]]


def no_particulars(_: Sequence[int]) -> Mapping[int, Particulars]:
    """Where nothing is known beside names and numbers."""
    return {}


def candidates(
    stated: Stated, *, tell: Tell = no_particulars, proposed: Mapping[int, int] | None = None, limit: int = 5
) -> list[Candidate]:
    """Subjects that a row may be about, best first, each at least ``WORTH_SHOWING``; the same question, the same list.

    ``tell`` gives what a register's records say of subjects, by their ids; ``proposed`` the subjects that a bulk
    linkage proposes, with its hundredths: these are shown however little else agrees.
    """
    words = vocabulary()
    name = parse(stated.name, words)
    numbers = _by_numbers(stated)
    named = _by_name(name) if _searchable(name) else {}
    for pk, hundredths in (proposed or {}).items():
        numbers.setdefault(pk, []).append(Reason("bulk-proposal", hundredths))
    ids = sorted({*numbers, *named})
    subjects = Subject.objects.filter(pk__in=ids, natural=False, merged_into=None).in_bulk()
    told = tell(sorted(subjects))
    found = []
    for pk, subject in subjects.items():
        reasons = (*numbers.get(pk, ()), *_why(stated, name, subject, named.get(pk, ()), told.get(pk), words))
        hundredths = total(reasons)
        if hundredths >= WORTH_SHOWING or pk in (proposed or {}):
            found.append(Candidate(pk, subject.code, subject.name, subject.type, subject.region, hundredths, reasons))
    return _findable(sorted(found, key=lambda c: (-c.hundredths, c.subject_id))[:limit])


def _findable(found: list[Candidate]) -> list[Candidate]:
    """The same candidates; those without a code go by another number of theirs."""
    codeless = [c.subject_id for c in found if not c.code]
    numbers = dict(
        Identifier.objects.filter(subject_id__in=codeless).order_by("-id").values_list("subject_id", "value")
    )
    return [c if c.code else replace(c, code=numbers.get(c.subject_id, "")) for c in found]


def _searchable(name: OrganisationName) -> bool:
    """Whether a name may be looked for: one that shows an organisation, or is longer than a person's."""
    return len(name.norm) > 1 and (name.is_organisation or (len(name.norm) > 4 and "·" not in name.norm))


def _by_numbers(stated: Stated) -> dict[int, list[Reason]]:
    """Subjects by their numbers, the same or one slip away."""
    found: dict[int, list[Reason]] = {}
    wanted: dict[str, tuple[str, str]] = {}
    for value, same, near in (
        (stated.code, "same-code", "near-code"),
        (stated.registration, "same-registration-number", "near-number"),
    ):
        if value:
            wanted |= dict.fromkeys(_slips(value), (value, near)) | {value: (value, same)}
    kinds = (Identifier.Kind.USCC, Identifier.Kind.REGISTRATION)
    held = Identifier.objects.filter(value__in=list(wanted), kind__in=kinds, subject__natural=False)
    for value, subject in held.order_by("value", "subject_id").values_list("value", "subject_id"):
        written, code = wanted[value]
        hundredths = FULL if value == written else FULL * (len(written) - 1) // len(written)
        found.setdefault(subject, []).append(Reason(code, hundredths, value))
    if stated.organisation:
        for subject, value in _by_organisation(stated.organisation):
            found.setdefault(subject, []).append(Reason("same-organisation-code", FULL, value))
    return found


def _by_organisation(value: str) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.subject_id, i.value FROM subjects_identifier i JOIN subjects_subject s ON s.id = i.subject_id "
            "WHERE i.kind = 'uscc' AND substr(i.value, 9, 9) = %s AND NOT s.natural ORDER BY 1, 2",
            [value],
        )
        return [(int(subject), str(code)) for subject, code in cursor.fetchall()]


def _slips(value: str) -> list[str]:
    """All numbers one changed character or one exchange of neighbours away."""
    if len(value) < 8:
        return []
    alphabet = digits if value.isdigit() else digits + ascii_uppercase
    made = {value[:i] + c + value[i + 1 :] for i in range(len(value)) for c in alphabet}
    made |= {value[:i] + value[i + 1] + value[i] + value[i + 2 :] for i in range(len(value) - 1)}
    return sorted(v for v in made if one_slip_apart(v, value))


PAIRED = """
SELECT n.subject_id, n.norm, n.current
FROM (
    SELECT p.name_id, sum(w.weight) AS weight
    FROM unnest(%s::bigint[], %s::int[]) AS w(pair, weight) JOIN subjects_namepair p ON p.pair = w.pair
    GROUP BY p.name_id ORDER BY 2 DESC, 1 LIMIT %s
) best
JOIN subjects_name n ON n.id = best.name_id
JOIN subjects_subject s ON s.id = n.subject_id AND NOT s.natural AND s.merged_into_id IS NULL
ORDER BY best.weight DESC, n.id
"""


def _by_name(name: OrganisationName) -> dict[int, list[Name]]:
    """Names that share the rarest pairs with the name, or with one that it gives beside itself, by their subject."""
    found: dict[int, dict[str, Name]] = {}
    for text in dict.fromkeys((name.norm, *name.former, *name.others)):
        for subject, norm, current in _paired(text):
            found.setdefault(subject, {})[norm] = Name(norm=norm, current=current)
    return {subject: list(names.values()) for subject, names in found.items()}


def _paired(text: str) -> list[tuple[int, str, bool]]:
    pairs = pairs_of(normalise_name(text))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pair, names FROM subjects_paircount WHERE pair = ANY(%s) ORDER BY names, pair", [list(pairs)]
        )
        chosen = _rarest(cursor.fetchall())
        if not chosen:
            return []
        cursor.execute(PAIRED, [[p for p, _ in chosen], [w for _, w in chosen], SHORT_LIST])
        return [(int(subject), str(norm), bool(current)) for subject, norm, current in cursor.fetchall()]


def _rarest(counts: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The rarest pairs within ``POSTINGS``, at least one, each with its weight: the rarer, the more it says."""
    chosen: list[tuple[int, int]] = []
    postings = 0
    for pair, names in counts:
        postings += names
        if chosen and postings > POSTINGS:
            break
        chosen.append((pair, max(1, 24 - names.bit_length())))
    return chosen


def _why(
    stated: Stated,
    name: OrganisationName,
    subject: Subject,
    names: Sequence[Name],
    told: Particulars | None,
    words: Vocabulary,
) -> list[Reason]:
    """The reasons of a candidate beside its numbers: of its names the one that agrees best, place, what is told."""
    reasons: list[Reason] = []
    if stated.name:
        known = names or [Name(norm=normalise_name(subject.name), current=True)]
        read = [(parse(n.norm, words), not n.current) for n in known]
        held, former = max(read, key=lambda r: (total(tuple(names_alike(name, *r))), not r[1], r[0].norm))
        reasons += names_alike(name, held, former)
        region = regions_alike(name.region, words.codes_of(name.region), held.region, subject.region)
        reasons += [region] if region else []
    if told and told.address and stated.address:
        reasons.append(_address(stated.address, told.address))
    if told and told.representative and stated.representative == told.representative:
        reasons.append(Reason("representative", FULL))
    return reasons


def _address(stated: str, held: str) -> Reason:
    return Reason("address", alike(normalise_name(stated), normalise_name(held)), held)
