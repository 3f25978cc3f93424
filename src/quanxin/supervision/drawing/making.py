"""Committing to a draw, making it, and replacing what cannot be inspected: the files that everybody can compute with.

Invariant: what is committed to is read back from the disk and compared with its digest on record before anything is drawn; who
is skipped is found by the platform alone, for reasons fixed beforehand. The outcome follows from the files, and from nothing
that this module knows besides.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from quanxin import draws
from quanxin.accounts import Actor
from quanxin.calendar import day_of
from quanxin.casework.notices import authority
from quanxin.draws import Commitment, Label, Method, Pool, Randomness, Refused, Second, Skip, Source
from quanxin.draws.files import COMMITMENT, DRAW
from quanxin.draws.files import read as read_files
from quanxin.ledger import log
from quanxin.ledger.signed import ENDING, statement
from quanxin.supervision.drawing import chains, crews, folder, frames, population
from quanxin.supervision.drawing.errors import DrawError, in_our_words
from quanxin.supervision.models import Chain, Draw, Selected
from quanxin.supervision.planning import caps, published

COMMITTED, MADE = "draw-committed", "draw-made"  # kinds of leaves of the public log
CAP = "cap"  # what the platform finds by itself, as it does who is no more


def commit(draw: Draw, sources: tuple[Source, ...], second: Mapping[str, str] | None, at: dt.datetime) -> None:
    """Publish what the draw depends on. Raises ``DrawError`` with everything that forbids it."""
    day = day_of(at)
    rules = published.draw_rules(day)
    if rules.second_party and second is None:
        raise DrawError("second-missing")
    frame = frames.frame_of(draw)
    last = max((one.on for one in sources), default=day)
    pools = crews.pools_of(draw, rules, last)
    own = pools[draw.case.provider]
    try:
        made = draws.commit(
            frame,
            frames.quotas_of(draw, frame.sizes, day),
            chains.codes_of(_chain(draw)),
            pool=own,
            number=draw.case.number,
            organiser=authority(draw.case.provider).zh,
            committed_on=day,
            sources=sources,
            reasons={one.key: one.title.zh for one in rules.reasons},
            method=Method(draw.method),
            second=Second(second["party"], bytes.fromhex(second["digest"])) if second else None,
            crew=crews.crew_of(draw, rules),
            about=_about(draw, pools, day),
        )
    except Refused as refused:
        raise in_our_words(refused) from refused
    digest = draws.commitment_digest(made).hex()
    contents = dict(draws.committed(made, frame, own)) | crews.files_of(draw, pools)
    contents[COMMITMENT + ENDING] = _signed(draw, contents[COMMITMENT], COMMITMENT)
    folder.put(draw, contents)
    draw.committed, draw.committed_at = digest, at
    draw.save(update_fields=["committed", "committed_at"])
    _to_log(draw, COMMITTED, {"root": draw.root, "commitment": digest})


def make(draw: Draw, randomness: Randomness, at: dt.datetime) -> None:
    """Make the draw. Raises ``DrawError`` where frame, commitment or randomness is not what was published."""
    frame, made, chain = frames.frame_of(draw), commitment_of(draw), _chain(draw)
    skips = _found_skips(draw, made, frame, day_of(at))
    try:
        drawn = draws.draw(made, frame, randomness, chains.next_code(chain), skips, crews.pool_of(draw))
    except Refused as refused:
        raise in_our_words(refused) from refused
    if not drawn.taken:
        raise DrawError("nothing-drawn")
    _keep(draw, drawn, frame, 0)
    draw.drawn_at = at
    draw.save(update_fields=["drawn_at"])


def replace(draw: Draw, label: str, cause: str) -> None:
    """Withdraw what was drawn, for a reason fixed beforehand, and take the next. Raises ``DrawError``."""
    frame, chain = frames.frame_of(draw), _chain(draw)
    before = read_files(draws.load(folder.of(draw))).drawn
    held = Selected.objects.select_for_update().filter(draw=draw, label=label, withdrawn="").first()
    if held is None:
        raise DrawError("label-unknown", label=label[:80])
    if cause not in before.commitment.reasons:
        raise DrawError("cause-unknown", cause=cause[:40], known="、".join(before.commitment.reasons))
    turn = len(before.codes)
    try:
        skips = [Skip(turn, Label.read(label), cause)]
        drawn = draws.substitute(before, frame, chains.next_code(chain), skips, crews.pool_of(draw))
    except Refused as refused:
        raise in_our_words(refused) from refused
    held.withdrawn = cause
    held.save(update_fields=["withdrawn"])
    _keep(draw, drawn, frame, turn)


def commitment_of(draw: Draw) -> Commitment:
    """What was committed to, as it lies on the disk. Raises ``DrawError`` where it is not what is on record."""
    try:
        made = Commitment.read(json.loads(folder.read(draw, COMMITMENT)))
    except (Refused, ValueError, FileNotFoundError) as error:
        raise DrawError("frame-changed") from error
    if draws.commitment_digest(made).hex() != draw.committed:
        raise DrawError("frame-changed")
    return made


def _keep(draw: Draw, drawn: draws.Draw, frame: draws.Frame, turn: int) -> None:
    """Write the outcome down, sign its digest, and keep what the round took."""
    taken = [one for one in drawn.taken if one.round == turn]
    partners = crews.partners_of(draw, drawn, taken, turn)
    contents = draws.published(drawn, frame, crews.pool_of(draw)) | dict(partners.files)
    contents[DRAW + ENDING] = _signed(draw, contents[DRAW], DRAW)
    folder.put(draw, contents)
    _to_log(draw, MADE, {"round": turn, "result": draws.result_digest(contents).hex()})
    subjects = folder.subjects_of(draw, [str(one.label) for one in taken])
    come = crews.cards_of(drawn, partners)
    Selected.objects.bulk_create(
        Selected(
            draw=draw,
            stratum=one.label.stratum,
            label=str(one.label),
            subject_id=subjects[str(one.label)],
            place=one.place,
            substitute=turn > 0,
            inspectors=come.get(one.label.object, []),
        )
        for one in taken
    )


def _found_skips(draw: Draw, made: Commitment, frame: draws.Frame, day: dt.date) -> list[Skip]:
    """Who is passed over: whoever is no more, and whoever has had as many visits this year as its stratum allows."""
    by_label = _objects(draw)
    subjects = sorted(set(by_label.values()))
    gone = population.closed(subjects, day)
    closed = published.reason_of(frames.CLOSED, day).key
    skips = {label: closed for label, subject in by_label.items() if subject in gone}
    visits = caps.used(subjects, day.year, draw.case.provider)
    visited = {Label.read(label).object: visits[subject] for label, subject in by_label.items() if subject in visits}
    full = draws.skips_by_cap(frame, made.quotas, visited)
    cap = published.reason_of(CAP, day).key
    skips = {str(label): cap for label in full} | skips
    return [Skip(0, Label.read(label), reason) for label, reason in sorted(skips.items())]


def _objects(draw: Draw) -> dict[str, int]:
    lines = folder.read(draw, folder.OBJECTS).decode().splitlines()
    return {label: int(subject) for label, _, subject in (line.rpartition(",") for line in lines)}


def _about(draw: Draw, pools: Mapping[str, Pool], day: dt.date) -> dict[str, str]:
    """What is committed to besides: the plan, the items, and the partners' inspectors by digest."""
    line = draw.plan_line
    titles = [published.item(key, day).title.zh for key in line.items]
    said = {"plan": line.case.number, "line": str(line.pk), "items": "、".join(titles), "keys": " ".join(line.items)}
    said |= {"after": draw.after.case.number, "again": draw.again} if draw.after is not None else {}
    return said | crews.digests_of(draw, pools)


def _signed(draw: Draw, content: bytes, name: str) -> bytes:
    said = {"draw": draw.case.number, "digest": draw.committed or ""}
    return statement(content, name, by=Actor(authority(draw.case.provider).zh), about=said)


def _to_log(draw: Draw, kind: str, said: Mapping[str, str | int]) -> None:
    """Let the public log commit to it: when it was fixed is then not the organiser's word alone."""
    log.add(kind, f"case:{draw.case.number}", {"number": draw.case.number, **said})


def _chain(draw: Draw) -> Chain:
    if draw.chain is None:
        raise DrawError("frame-changed")
    return draw.chain
