"""Made-up cities to draw from, the same for the same seed: strata, objects, items, quotas, inspectors, skips, sources."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from quanxin.draws import (
    Chain,
    Commitment,
    Crew,
    Draw,
    Frame,
    Group,
    Inspector,
    Label,
    Method,
    Outcome,
    Pool,
    Quota,
    Randomness,
    Recusal,
    Second,
    Skip,
    Source,
    commit,
    draw,
    published,
    skips_by_cap,
    substitute,
)
from quanxin.draws.canonical import canonical

DAY = date(2026, 12, 1)
REASONS = {"cap": "本年度检查次数已满", "closed": "已注销", "moved": "已迁出"}
SOURCES = (
    Source("balls", "某彩票甲", DAY + timedelta(2), "2026140", (Group(6, 33), Group(1, 16))),
    Source("beacon", "某信标", DAY + timedelta(1), beacon_bits=256),
)
TEAMS = {"food": "market", "fire": "fire"}


@dataclass(frozen=True)
class City:
    """Everything that a draw is made from."""

    chain: Chain
    frame: Frame
    commitment: Commitment
    randomness: Randomness
    skips: tuple[Skip, ...]
    visited: dict[str, int]
    pool: Pool

    def drawn(self) -> Draw:
        return draw(self.commitment, self.frame, self.randomness, self.chain.code(1), self.skips, self.pool)

    def with_substitutes(self, count: int = 2) -> Draw:
        """Some of what was drawn turns out to have moved away."""
        first = self.drawn()
        gone = [Skip(1, label, "moved") for label in first.standing[:count]]
        return substitute(first, self.frame, self.chain.code(2), gone, self.pool)

    def files(self) -> dict[str, bytes]:
        return published(self.with_substitutes(), self.frame, self.pool)


def city(seed: int, *, method: Method = Method.VRS, objects: int = 0) -> City:
    """A city of a seed."""
    dice = random.Random(seed)
    strata = "ABCDE"[: dice.randint(1, 5)]
    size = objects or dice.randint(4, 60)
    codes = [f"9137{seed % 10_000:04d}{n:09d}Q" for n in range(size)]
    classes = {code: dice.choice(strata) for code in codes}
    items = sorted(TEAMS)[: dice.randint(1, 2)]
    labels = [
        Label(classes[code], code, item) for code in codes for item in items if dice.random() < 0.8 or item == "fire"
    ]
    frame = Frame.freeze(labels)
    quotas = tuple(
        Quota(
            one, dice.choice(["0", "0.05", "0.125", "0.3333", "1"]), dice.randint(0, 4), dice.choice([None, 3, 10]), 2
        )
        for one in strata
    )
    pool = _pool(dice, codes)
    visited = {code: dice.randint(0, 3) for code in dice.sample(codes, size // 4)}
    capped = [Skip(0, label, "cap") for label in skips_by_cap(frame, quotas, visited)]
    others = [label for label in dice.sample(labels, len(labels) // 10) if label not in {one.label for one in capped}]
    secret = dice.randbytes(32)
    chain = Chain.derived(dice.randbytes(32), f"双随机〔2026〕{seed}号")
    commitment = commit(
        frame, quotas, chain, pool=pool, number=f"双随机〔2026〕{seed}号", organiser="样例市信用中心", committed_on=DAY,
        method=method, sources=SOURCES, second=Second("样例市审计局", hashlib.sha256(secret).digest()), reasons=REASONS,
        crew=Crew(2, dice.choice([None, 3]), TEAMS), about={"plan": "样例计划"},
    )  # fmt: skip
    skips = (*capped, *(Skip(0, label, "closed") for label in others))
    return City(chain, frame, commitment, outcomes(dice, secret), skips, visited, pool)


def outcomes(dice: random.Random, secret: bytes) -> Randomness:
    """What comes of the sources."""
    balls = tuple(dice.sample(range(1, 34), 6)), (dice.randint(1, 16),)
    return Randomness(
        (
            Outcome("balls", SOURCES[0].on, "2026140", balls),
            Outcome("beacon", SOURCES[1].on, value=dice.randbytes(32).hex()),
        ),
        secret,
    )


def _pool(dice: random.Random, codes: list[str]) -> Pool:
    teams = (["market"], ["fire"], ["market", "fire"])
    inspectors = [Inspector(f"3701-{n:03d}", team) for n in range(8) for team in teams[n % 3]]
    recusals = [Recusal(one.cert, code, "kin") for one in inspectors for code in dice.sample(codes, 1)]
    return Pool.of(inspectors, recusals)


def changed(files: dict[str, bytes]) -> Iterator[dict[str, bytes]]:
    """The files of a draw, each time with something changed that leaves them readable."""
    for name, place in (
        ("frame.csv", 2), ("skips.csv", 1), ("selected.csv", 1), ("selected.csv", -1),
        ("recusals.csv", 1), ("inspectors.csv", 1), ("visits.csv", 1),
    ):  # fmt: skip
        lines = files[name].decode().splitlines()
        del lines[place]
        yield files | {name: "".join(f"{line}\n" for line in lines).encode()}
    for keys, value in (
        (("codes", 0), "ab" * 32),
        (("codes", 1), "ab" * 32),
        (("randomness", "outcomes", 0, "on"), "2026-12-09"),
        (("randomness", "secret"), "ab" * 32),
        (("committed", "frame", "root"), "ab" * 32),
        (("committed", "committed_on"), "2026-12-02"),
        (("committed", "quotas", 0, "floor"), 9),
        (("counts", "A", "drawn"), 99),
        (("commitment",), "ab" * 32),
    ):
        told = json.loads(files["draw.json"])
        *way, last = keys
        inner = told
        for key in way:
            inner = inner[key]
        inner[last] = value
        if keys == ("randomness", "secret"):
            told["randomness"]["text"] = told["randomness"]["text"].replace(files_secret(files), "AB" * 32)
        if keys[0] == "committed":
            told["commitment"] = hashlib.sha256(canonical(told["committed"])).hexdigest()
        yield files | {"draw.json": canonical(told)}


def files_secret(files: dict[str, bytes]) -> str:
    """The second party's secret as it stands in the text."""
    return str(json.loads(files["draw.json"])["randomness"]["secret"]).upper()
