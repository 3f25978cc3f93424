"""What holds of every draw: a thousand random cities."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import ceil

from quanxin.draws import Chain, Draw, Frame, Method, commit, draw, published, verify
from tests.draws.cities import City, city

CITIES = 1000


def method_of(seed: int) -> Method:
    return Method.RFC3797 if seed % 4 == 3 else Method.VRS


def test_a_thousand_cities_keep_what_was_published() -> None:
    codes: set[bytes] = set()
    for seed in range(CITIES):
        town = city(seed, method=method_of(seed))
        made = town.with_substitutes()
        quotas_hold(town, made)
        nobody_beyond_the_cap(town, made)
        visits_are_merged_and_staffed(town, made)
        assert not codes & set(made.codes), seed
        codes |= set(made.codes)
        assert verify(published(made, town.frame, town.pool)).faults == (), seed


def quotas_hold(town: City, made: Draw) -> None:
    skipped = {skip.label for skip in made.skips}
    free = Counter(raw.partition(b"|")[0].decode() for raw in town.frame.labels)
    free.subtract(label.stratum for label in skipped)
    have = Counter(label.stratum for label in made.standing)
    for quota in town.commitment.quotas:
        size = town.commitment.sizes.get(quota.stratum, 0)
        wanted = min(size, max(ceil(Fraction(quota.ratio) * size), quota.floor))
        wanted = wanted if quota.ceiling is None else min(wanted, quota.ceiling)
        assert have[quota.stratum] == min(wanted, free[quota.stratum])
        assert made.short.get(quota.stratum, 0) == wanted - have[quota.stratum]
    assert not skipped & set(made.standing)
    assert len(set(made.standing)) == len(made.standing)


def nobody_beyond_the_cap(town: City, made: Draw) -> None:
    for visit in made.visits:
        assert town.visited.get(visit.object, 0) < 2


def visits_are_merged_and_staffed(town: City, made: Draw) -> None:
    crew = town.commitment.crew
    assert crew is not None
    assert sorted(label.object for label in {replace(one, item="") for one in made.standing}) == sorted(
        visit.object for visit in made.visits
    )
    recused = {(one.cert, one.object) for one in town.pool.recusals}
    load = Counter(one.cert for one in made.assigned)
    assert crew.load is None or max(load.values(), default=0) <= crew.load
    for visit in made.visits:
        come = [one.cert for one in visit.inspectors]
        assert len(come) == len(set(come))
        assert not {(cert, visit.object) for cert in come} & recused
        assert set(Counter(one.team for one in visit.inspectors).values()) <= {1, crew.each}
        for team in {crew.teams[item] for item in visit.items}:
            there = sum(one.team == team for one in visit.inspectors)
            free = {one.cert for one in town.pool.inspectors if one.team == team} - set(come)
            busy = {cert for cert in free if (cert, visit.object) in recused or load[cert] == crew.load}
            assert there == crew.each or free == busy
            assert made.unstaffed.get((visit.object, team), 0) == crew.each - there


def test_the_same_inputs_have_the_same_bytes_however_they_were_ordered() -> None:
    one, two = city(5).files(), city(5).files()
    assert one == two
    town = city(5)
    shuffled = [*town.skips]
    random.Random(1).shuffle(shuffled)
    assert draw(town.commitment, town.frame, town.randomness, town.chain.code(1), shuffled, town.pool) == town.drawn()


def test_rows_that_are_not_drawn_move_nobody() -> None:
    """A frame without one that was not drawn draws the others in the same order."""
    for seed in range(30):
        town = city(seed)
        made = town.drawn()
        drawn = {str(label).encode() for label in made.standing}
        spare = [raw for raw in town.frame.labels if raw not in drawn]
        if not spare:
            continue
        fixed = tuple(replace(q, ratio="0", floor=town.commitment.quota(q.stratum)) for q in town.commitment.quotas)
        smaller = Frame([raw for raw in town.frame.labels if raw != spare[0]])
        said = town.commitment
        again = commit(
            smaller, fixed, town.chain, pool=town.pool, number=said.number, organiser=said.organiser,
            committed_on=said.committed_on, sources=said.sources, second=said.second, reasons=said.reasons, crew=said.crew,
        )  # fmt: skip
        skips = [skip for skip in town.skips if skip.label in smaller]
        after = draw(again, smaller, town.randomness, town.chain.code(1), skips, town.pool)
        full = {q.stratum for q in fixed if q.of(again.sizes.get(q.stratum, 0)) == said.quota(q.stratum)}
        assert [x for x in after.taken if x.label.stratum in full] == [x for x in made.taken if x.label.stratum in full]


def test_two_draws_never_share_a_code() -> None:
    master = b"a secret that is kept for all draws"
    chains = [Chain.derived(master, f"{n}") for n in range(20)] + [Chain.fresh() for _ in range(20)]
    codes = [chain.code(step) for chain in chains for step in range(100)]
    assert len(codes) == len(set(codes))
