"""Compiling a catalogue resource to one query.

Invariant: the query is a pure function of the resource, the rules of the day, and the columns that a file has; it
looks at each row alone and in no order. What it computes is stacked in steps, each reading only the ones before:
clean, mask, read, reason, compare, weigh, judge, identify, settle, date, test, add up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from quanxin.engine import payload, publish, subject
from quanxin.engine.characters import ODD
from quanxin.engine.days import DAY, date_literal, on_day
from quanxin.engine.normalise import clean, literal, quoted, uneven
from quanxin.engine.rules import Test, reasons, tests_of
from quanxin.engine.values import type_of, value
from quanxin.identifiers import personal_numbers_sql as personal
from quanxin.identifiers.personal_numbers import CANDIDATE
from quanxin.policy import Rules
from quanxin.policy.model import FieldType, Resource
from quanxin.policy.rights import LawOverride
from quanxin.policy.ruling import PublicationTiers

SOURCE = "_quanxin_source_"  # stands in the query for whatever it is run over
TODAY = "_today"  # a source's column with the day of intake, where the query is kept for other days too
# What is found of a row beside its values: whom it is about, its days, whether it is public.
FOUND = (
    "_code", "_registration_number", "_organisation_code", "_identity", "_name", "_name_text", "_subject_type",
    "_event_date", "_stated_on", "_valid_from", "_valid_until", "_tier", "_published", "_public_until",
)  # fmt: skip
_DAYS = ("_event_date", "_stated_on", "_valid_from", "_valid_until", "_public_until")  # of these, the dates
_PASSED = ("_folded", "_without_runs", "_without_groups", "_masked")  # the texts before and after each pass of masking
BITS = 62  # tests to a mask: a BIGINT without its sign


@dataclass(frozen=True)
class Program:
    """A compiled resource: the columns of each step of its query, its tests in the order of their bits, the payload's SQL.

    The query is the same on every day on which the rules are: ``day`` stands in it as ``DAY``.
    """

    resource: Resource
    columns: tuple[str, ...]
    day: dt.date
    steps: tuple[str, ...]
    tests: tuple[Test, ...]
    payload: str

    @cached_property
    def sql(self) -> str:
        """The query: each step over the one before, the first over ``SOURCE``."""
        query = SOURCE
        for step in self.steps:
            query = f"(SELECT {step} FROM {query})"
        return query

    @property
    def stacked(self) -> tuple[str, ...]:
        """The columns of each step, as they stand in ``over``."""
        return tuple(on_day(step, date_literal(self.day)) for step in self.steps)

    def over(self, source: str) -> str:
        """The query over a table or view, as a parenthesised SELECT."""
        return on_day(self.sql, date_literal(self.day)).replace(SOURCE, source)

    def over_days(self, source: str) -> str:
        """The query over a table whose rows say in ``TODAY`` on which day they came in."""
        return on_day(self.sql, TODAY).replace(SOURCE, source)

    @property
    def masks(self) -> tuple[str, ...]:
        """The columns of ``checked`` that hold the bits of the tests."""
        return tuple(f"_mask{i}" for i in range((len(self.tests) + BITS - 1) // BITS))

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The columns of ``checked`` that say what was found of a row, and not what the row says."""
        return (*self.masks, "_failed", *FOUND)

    @property
    def shape(self) -> dict[str, str]:
        """The columns of the query, each with its type in DuckDB."""
        found = dict.fromkeys(FOUND, "VARCHAR") | dict.fromkeys(_DAYS, "DATE") | {"_published": "BOOLEAN"}
        made = {"row_no": "BIGINT"} | {f.key: type_of(f) for f in self.resource.fields}
        made |= dict.fromkeys(self.masks, "BIGINT") | {"_failed": "BOOLEAN"} | found
        return made | {"_key": "VARCHAR", "_content": "UUID"}


def compile(
    resource: Resource,
    rules: Rules,
    *,
    columns: Sequence[str],
    tiers: Sequence[PublicationTiers] = (),
    overrides: Sequence[LawOverride] = (),
) -> Program:
    """The program of a resource under the rules of a day, for a source that has ``columns`` (field keys).

    ``tiers`` are all publication tiers ever ruled for the resource: a decision is published by those of its own day.
    ``overrides`` are all other terms that laws ever ruled for it, the longest first (``Pack.overrides_of``).
    """
    present = frozenset(columns)
    subjects = subject.subjects_of(resource, rules)
    tests = tests_of(resource, subjects, present)
    steps = [
        ["*", *_rough(resource, present)],
        [*_cleaned(resource, present), _odd(resource, present), "row_no", f"{DAY} AS {TODAY}"],
        ["*", _folded(resource, present)],
        *_masking(),
        ["*", *_read(resource, rules, present)],
        ["*", *reasons(resource, present)],
        ["*", *subject.words(resource), *payload.comparing(resource)],
        ["*", *subject.remainders(resource)],
        ["*", *subject.statuses(resource)],
        ["*", *subject.kind(resource)],
        ["*", *subject.identification(resource, subjects)],
        ["*", *subject.settled(resource, subjects)],
        ["*", *publish.dates(resource)],
        ["*", f"{publish.tier(tiers)} AS _tier", *([f"{publish.override(overrides)} AS _override"] if overrides else [])],
        ["*", *_answers(tests)],
        ["*", *_masks(tests)],
        _kept(resource, tests, published=publish.published(resource, tiers, subjects, overrides),
              public_until=publish.public_until(resource, tiers, overrides)),
    ]  # fmt: skip
    return Program(
        resource, tuple(columns), rules.day, tuple(map(", ".join, steps)), tuple(tests), payload.payload(resource)
    )


def _rough(resource: Resource, present: frozenset[str]) -> list[str]:
    """``_rough_`` whether a cell is to be looked at more closely."""
    fields = [f for f in resource.fields if f.key in present]
    return [f"{uneven(quoted(f.key), text=f.type is FieldType.TEXT)} AS {quoted('_rough_' + f.key)}" for f in fields]


def _odd(resource: Resource, present: frozenset[str]) -> str:
    """``_odd``: all that a row has written, if an odd character is in it; NULL of nearly every row."""
    fields = [f.key for f in resource.fields if f.key in present]
    rough, row = " OR ".join(quoted("_rough_" + key) for key in fields), ", ".join(map(quoted, fields))
    made = f"CASE WHEN {rough} THEN CASE WHEN regexp_matches(concat_ws(' ', {row}), {literal(ODD)}) "
    return (made + f"THEN concat_ws(' ', {row}) END END AS _odd") if fields else "CAST(NULL AS VARCHAR) AS _odd"


def _cleaned(resource: Resource, present: frozenset[str]) -> list[str]:
    """``_t_`` the cleaned text of each field, ``_w_`` as written; what the file lacks is NULL."""
    made = []
    for field in resource.fields:
        if field.key not in present:
            made.append(f"CAST(NULL AS VARCHAR) AS {quoted('_t_' + field.key)}")
            continue
        rough = quoted("_rough_" + field.key)
        made.append(f"{clean(quoted(field.key), rough)} AS {quoted('_t_' + field.key)}")
        made.append(rough)
        if field.type is FieldType.TEXT:
            made.append(f"{quoted(field.key)} AS {quoted('_w_' + field.key)}")
    return made


def _read(resource: Resource, rules: Rules, present: frozenset[str]) -> list[str]:
    made = []
    for field in resource.fields:
        if field.key in present:
            code_set = rules.code_sets.get(field.code_set) if field.code_set else None
            read = value(field, quoted("_t_" + field.key), code_set)
            if field.type is FieldType.TEXT:
                read = personal.chosen(read, _texts(resource, present).index(field.key) + 1, _PASSED[0], _PASSED[-1])
        else:
            read = f"CAST(NULL AS {type_of(field)})"
        made.append(f"{read} AS {quoted(field.key)}")
    return made


def _folded(resource: Resource, present: frozenset[str]) -> str:
    """``_folded``: the row's texts that are likely to hold persons' numbers, folded, in the order of ``_texts``; NULL
    where none is. No record ever holds what the steps that follow mask in them.

    All texts of a row as one list, so that what masks them stands in the query once.
    """
    texts = {key: quoted("_t_" + key) for key in _texts(resource, present)}
    asked = (f"({quoted('_rough_' + k)} AND regexp_matches({t}, {literal(CANDIDATE)}))" for k, t in texts.items())
    all_ = list(texts.values())
    made = f"CASE WHEN {' OR '.join(asked)} THEN CASE WHEN {personal.likely(all_)} THEN {personal.folded(all_)} END END"
    return f"{made if texts else 'CAST(NULL AS VARCHAR[])'} AS _folded"


def _masking() -> list[list[str]]:
    """A step for each pass over the folded texts; of the rows that have none it asks nothing."""
    passes = zip(personal.PASSES, pairwise(_PASSED), strict=True)
    return [["*", f"CASE WHEN {old} IS NOT NULL THEN {one(old)} END AS {new}"] for one, (old, new) in passes]


def _texts(resource: Resource, present: frozenset[str]) -> list[str]:
    return [f.key for f in resource.fields if f.type is FieldType.TEXT and f.key in present]


def _answers(tests: Sequence[Test]) -> list[str]:
    """``_test_`` whether each test has something to say."""
    return [f"({test.condition}) AS _test_{i}" for i, test in enumerate(tests)]


def _masks(tests: Sequence[Test]) -> list[str]:
    """The bits of all tests. Of most rows none is true, which is found out faster than the bits are added up."""
    made = []
    for start in range(0, len(tests), BITS):
        asked = range(start, min(start + BITS, len(tests)))
        bits = (f"CASE WHEN _test_{i} THEN {1 << i - start} ELSE 0 END" for i in asked)
        some = " OR ".join(f"_test_{i}" for i in asked)
        made.append(f"CASE WHEN {some} THEN CAST({' + '.join(bits)} AS BIGINT) ELSE 0 END AS _mask{start // BITS}")
    return made


def _kept(resource: Resource, tests: Sequence[Test], *, published: str, public_until: str) -> list[str]:
    """The columns of ``checked``."""
    errors = [0] * ((len(tests) + BITS - 1) // BITS)
    for i, test in enumerate(tests):
        if test.severity == "error":
            errors[i // BITS] |= 1 << i % BITS
    failed = " OR ".join(f"_mask{i} & {bits} <> 0" for i, bits in enumerate(errors)) or "false"
    return [
        "row_no",
        *(quoted(f.key) for f in resource.fields),
        *(f"_mask{i}" for i in range(len(errors))),
        f"({failed}) AS _failed",
        "_code",
        "_registration_number",
        "_organisation_code",
        "_identity",
        "_name",
        "_name_text",
        "_subject_type",
        "_event_date",
        "_stated_on",
        "_valid_from",
        "_valid_until",
        "_tier",
        f"{published} AS _published",
        f"{public_until} AS _public_until",
        f"{payload.key(resource)} AS _key",
        f"{payload.content(resource)} AS _content",
    ]
