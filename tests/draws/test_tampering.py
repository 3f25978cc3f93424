"""Whatever is changed in the published files is found, and named as what it is; whatever is asked wrongly is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from quanxin.draws import (
    Chain,
    Commitment,
    Frame,
    Inspector,
    Kind,
    Label,
    Pool,
    Quota,
    Refused,
    Skip,
    Source,
    commit,
    commitment_digest,
    draw,
    substitute,
    verify,
)
from quanxin.draws.canonical import canonical
from tests.draws.cities import DAY, REASONS, SOURCES, city

Files = dict[str, bytes]
SEED = 4


@pytest.fixture
def files() -> Files:
    return city(SEED).files()


def kinds(files: Files, before: bytes | None = None) -> set[Kind]:
    return {fault.kind for fault in verify(files, before).faults}


def said(files: Files, change: Callable[[Any], Any], *, commit_again: bool = False) -> Files:
    """The files with something changed in ``draw.json``."""
    told = json.loads(files["draw.json"])
    change(told)
    if commit_again:
        told["commitment"] = hashlib.sha256(canonical(told["committed"])).hexdigest()
    return files | {"draw.json": canonical(told)}


def lined(files: Files, name: str, change: Callable[[list[str]], Any], *, told: bool = False) -> Files:
    """The files with the lines of one changed; ``told`` also where its digest stands."""
    lines = files[name].decode().splitlines()
    change(lines)
    changed = files | {name: "".join(f"{line}\n" for line in lines).encode()}
    digest = hashlib.sha256(changed[name]).hexdigest()
    return said(changed, lambda all_: all_["files"].__setitem__(name, digest)) if told else changed


def test_a_sound_draw_has_no_fault_and_the_digest_that_was_published(files: Files) -> None:
    verdict = verify(files, commitment_digest(city(SEED).commitment))
    assert verdict.sound
    assert verdict.commitment == commitment_digest(city(SEED).commitment).hex()
    assert list(verdict.selected) == city(SEED).with_substitutes().standing


def test_a_changed_frame_is_named(files: Files) -> None:
    assert kinds(lined(files, "frame.csv", lambda lines: lines.pop(3))) == {Kind.FRAME}
    assert kinds(lined(files, "frame.csv", lambda lines: lines.insert(3, lines[2]))) == {Kind.FRAME}
    assert kinds(lined(files, "frame.csv", lambda lines: lines.__setitem__(3, lines[3] + "x"))) == {Kind.FRAME}


def test_a_changed_seed_is_named(files: Files) -> None:
    def another_secret(told: Any) -> None:
        told["randomness"]["secret"] = "ab" * 32

    def another_ball(told: Any) -> None:
        told["randomness"]["outcomes"][0]["numbers"][1] = [told["randomness"]["outcomes"][0]["numbers"][1][0] % 16 + 1]

    def of_another_day(told: Any) -> None:
        told["randomness"]["outcomes"][0]["on"] = "2026-12-04"

    assert kinds(said(files, another_secret)) == {Kind.RANDOMNESS}
    assert kinds(said(files, another_ball)) == {Kind.RANDOMNESS}
    assert kinds(said(files, of_another_day)) == {Kind.SOURCE}


def test_other_balls_with_the_text_that_follows_from_them_draw_others(files: Files) -> None:
    def every_ball(told: Any) -> None:
        randomness = told["randomness"]
        groups = [[1, 2, 3, 4, 5, 6], [7]]
        randomness["outcomes"][0]["numbers"] = groups
        randomness["text"] = "1.2.3.4.5.6./7./" + "/".join(randomness["text"].split("/")[2:])

    assert kinds(said(files, every_ball)) <= {Kind.ORDER, Kind.SUBSTITUTE}
    assert kinds(said(files, every_ball))


def test_a_changed_quota_is_named(files: Files) -> None:
    def more(told: Any) -> None:
        for quota in told["committed"]["quotas"]:
            quota |= {"ratio": "0.9", "ceiling": None}

    assert kinds(said(files, more)) == {Kind.COMMITMENT, Kind.QUOTA}
    assert Kind.QUOTA in kinds(said(files, more, commit_again=True))
    assert Kind.COMMITMENT not in kinds(said(files, more, commit_again=True))
    assert Kind.COMMITMENT in kinds(said(files, more, commit_again=True), commitment_digest(city(SEED).commitment))


def test_a_changed_skip_is_named(files: Files) -> None:
    assert kinds(lined(files, "skips.csv", lambda lines: lines.pop(1))) == {Kind.SKIP}
    for_no_reason = lambda lines: lines.__setitem__(1, lines[1].rpartition(",")[0] + ",lucky")  # noqa: E731
    assert kinds(lined(files, "skips.csv", for_no_reason, told=True)) == {Kind.SKIP}


def test_a_skip_that_was_removed_everywhere_leaves_a_wrong_order() -> None:
    """The one who would have been drawn is named."""
    town = city(SEED)
    favoured = town.drawn().taken[0].label
    bent = draw(
        town.commitment,
        town.frame,
        town.randomness,
        town.chain.code(1),
        [*town.skips, Skip(0, favoured, "moved")],
        town.pool,
    )
    from quanxin.draws import published

    made = published(bent, town.frame, town.pool)
    hidden = lined(made, "skips.csv", lambda lines: lines.remove(f"0,{favoured},moved"), told=True)
    verdict = verify(hidden)
    assert {fault.kind for fault in verdict.faults} == {Kind.ORDER}
    assert verdict.faults[0].at == str(favoured)


def test_a_changed_order_is_named(files: Files) -> None:
    def swap(lines: list[str]) -> None:
        first, second = lines[1].split(","), lines[2].split(",")
        lines[1:3] = [f"{first[0]},{first[1]},{second[2]}", f"{second[0]},{second[1]},{first[2]}"]

    assert kinds(lined(files, "selected.csv", swap)) == {Kind.ORDER}


def test_a_changed_reveal_is_named(files: Files) -> None:
    assert kinds(said(files, lambda told: told["codes"].__setitem__(0, "ab" * 32))) == {Kind.REVEAL}
    assert kinds(said(files, lambda told: told["codes"].__setitem__(1, "ab" * 32))) == {Kind.REVEAL}
    assert kinds(said(files, lambda told: told["codes"].clear())) == {Kind.REVEAL}


def test_a_changed_substitute_is_named(files: Files) -> None:
    last = files["selected.csv"].decode().splitlines()[-1]
    assert last.startswith("1,")
    stays = {line.split(",")[2] for line in files["selected.csv"].decode().splitlines()}
    stratum = last.split(",")[2].partition("|")[0]
    skipped = files["skips.csv"].decode()
    other = next(
        label for label in files["frame.csv"].decode().splitlines()[1:]
        if label.startswith(f"{stratum}|") and label not in stays and label not in skipped
    )  # fmt: skip
    favour = lambda lines: lines.__setitem__(-1, ",".join([*lines[-1].split(",")[:2], other]))  # noqa: E731
    assert kinds(lined(files, "selected.csv", favour)) == {Kind.SUBSTITUTE}
    assert kinds(lined(files, "selected.csv", lambda lines: lines.pop())) == {Kind.SUBSTITUTE}


def test_changed_inspectors_are_named(files: Files) -> None:
    assert kinds(lined(files, "recusals.csv", lambda lines: lines.pop(1))) == {Kind.INSPECTORS}
    assert kinds(lined(files, "inspectors.csv", lambda lines: lines.pop(1))) == {Kind.INSPECTORS}
    assert kinds(lined(files, "visits.csv", lambda lines: lines.pop(1))) == {Kind.INSPECTORS}
    friend = lambda lines: lines.__setitem__(1, lines[1].replace("3701-00", "3701-99"))  # noqa: E731
    assert kinds(lined(files, "visits.csv", friend)) == {Kind.INSPECTORS}


def test_changed_counts_are_named(files: Files) -> None:
    stratum = next(iter(json.loads(files["draw.json"])["counts"]))
    assert kinds(said(files, lambda told: told["counts"][stratum].__setitem__("drawn", 99))) == {Kind.COUNTS}


def test_what_is_no_draw_is_said_to_be_none(files: Files) -> None:
    for name in files:
        assert kinds({key: data for key, data in files.items() if key != name}) == {Kind.FORM}
        assert kinds(files | {name: b"\xff\x00"}) <= {Kind.FORM, Kind.FRAME}
    assert kinds({}) == {Kind.FORM}
    assert kinds(files | {"draw.json": b"[]"}) == {Kind.FORM}
    assert kinds(said(files, lambda told: told["committed"].__setitem__("number", 3))) == {Kind.FORM}
    assert kinds(lined(files, "selected.csv", lambda lines: lines.__setitem__(1, "0, 1,A|b|c"))) == {Kind.FORM}


@pytest.mark.parametrize("text", ["", "a|b", "a,b", "a b", "a\nb", '"', "字" * 81, "\U00020000"])
def test_a_part_that_cannot_stand_in_a_label_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        Frame.freeze([Label("A", text, "x")])


def test_a_frame_holds_a_label_once() -> None:
    with pytest.raises(Refused):
        Frame.freeze([Label("A", "b", "c"), Label("A", "b", "c")])


@pytest.mark.parametrize("ratio", ["1.1", "-0.1", "5%", "1e-3", "NaN", ""])
def test_a_ratio_is_an_exact_decimal_up_to_one(ratio: str) -> None:
    with pytest.raises(Refused):
        Quota("A", ratio)


def commitment(**change: Any) -> Commitment:
    frame = Frame.freeze(Label("A", f"{n}", "x") for n in range(400))
    rest = {"number": "1", "organiser": "某", "committed_on": DAY, "sources": SOURCES, "reasons": REASONS} | change
    return commit(frame, rest.pop("quotas", (Quota("A", "0.5"),)), Chain.fresh(), **rest)


def test_a_commitment_that_would_let_somebody_steer_is_refused() -> None:
    lottery = (SOURCES[0],)
    for change, kind in (
        ({"sources": lottery}, Kind.ENTROPY),
        ({"sources": ()}, Kind.SOURCE),
        ({"sources": (*SOURCES, SOURCES[0])}, Kind.SOURCE),
        ({"sources": (replace(SOURCES[1], on=DAY),)}, Kind.SOURCE),
        ({"sources": (Source("empty", "无", date(2027, 1, 1)),)}, Kind.SOURCE),
        ({"quotas": ()}, Kind.QUOTA),
        ({"quotas": (Quota("B", "1"),)}, Kind.QUOTA),
    ):
        with pytest.raises(Refused) as refused:
            commitment(**change)
        assert kind in {fault.kind for fault in refused.value.faults}, change
    assert commitment().entropy > 128


def test_a_draw_of_other_things_than_those_committed_to_is_refused() -> None:
    town = city(SEED)
    asked = (town.commitment, town.frame, town.randomness, town.chain.code(1), town.skips, town.pool)
    wrong_day = replace(town.randomness.outcomes[0], on=date(2026, 12, 4))
    stranger = Skip(0, Label("A", "nobody", "x"), "moved")
    for place, value, kind in (
        (1, Frame(town.frame.labels[1:]), Kind.FRAME),
        (2, replace(town.randomness, outcomes=(wrong_day, *town.randomness.outcomes[1:])), Kind.SOURCE),
        (2, replace(town.randomness, secret=None), Kind.RANDOMNESS),
        (3, town.chain.code(2), Kind.REVEAL),
        (4, [stranger], Kind.SKIP),
        (5, Pool.of([Inspector("1")]), Kind.INSPECTORS),
    ):
        given = [*asked]
        given[place] = value  # type: ignore[call-overload]
        with pytest.raises(Refused) as refused:
            draw(*given)  # type: ignore[arg-type]
        assert next(fault.kind for fault in refused.value.faults) is kind
    with pytest.raises(Refused):
        substitute(town.drawn(), town.frame, town.chain.code(1), [], town.pool)


def test_every_fault_has_words_in_both_languages() -> None:
    from quanxin.draws import WORDS, Fault

    assert set(WORDS) == set(Kind)
    assert Fault(Kind.FRAME, "A").words("en").endswith(": A")
    assert Fault(Kind.FRAME).words("zh") == WORDS[Kind.FRAME][0]
