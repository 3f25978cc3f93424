"""Lints about procedures.

Invariant: under a pack that passes, every state is reached and left or is an end, every act has a basis and somebody who
may do it, what is overdue ends by an act, and nobody is harmed who was not told and heard, unless a cited rule says so.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from quanxin.policy import expressions
from quanxin.policy.model import Resource
from quanxin.policy.pack import Pack
from quanxin.policy.procedure import MATTER, Act, Procedure, StateClock, Who
from quanxin.policy.rights import IN_STATES, ROLES, opened_in

Found = Iterator[tuple[str, str]]
START = ""  # where a case is before it is filed
NAME = 128  # characters of what tells cases about the same subject apart


def state_unreachable(pack: Pack, today: dt.date) -> Found:
    """A state that no case comes to, a way that leads to no state, or a procedure that nothing begins."""
    for procedure in pack.procedures:
        where, known = _where(procedure), set(procedure.state_of)
        if sum(act.begins for act in procedure.acts) != 1:
            yield where, "is begun by exactly one act"
        for act in procedure.acts:
            named = {*act.from_, *({act.to} - {Act.SAME, Act.BACK})}
            for key in sorted(named - known):
                yield f"{where}/{act.key}", f"names the state {key}, which there is not"
        reached = _reached(procedure, START) | {str(procedure.joined)}
        for key in sorted(known - reached):
            yield f"{where}/{key}", "is a state that no case comes to"


def state_dead_end(pack: Pack, today: dt.date) -> Found:
    """An open state from which no act leads to an end, or an end that is not one."""
    for procedure in pack.procedures:
        ends = {state.key for state in procedure.states if state.ends}
        for state in procedure.states:
            where = f"{_where(procedure)}/{state.key}"
            if not state.ends and not (_reached(procedure, state.key) & ends):
                yield where, "is a state from which no case ends"
            if state.ends and (state.clock is not None or state.pauses):
                yield where, "ends the case, and has a term"
            if state.negative and not state.ends:
                yield where, "is negative, and no end"


def clock_without_act(pack: Pack, today: dt.date) -> Found:
    """A state with a term that no act of anybody stops, a term nobody is called by, or a lapse that does nothing there."""
    for procedure in pack.procedures:
        for state, clock, _asked in _clocks(procedure):
            where = f"{_where(procedure)}/{state}"
            leaving = [act for act in procedure.acts if state in act.from_ and act.to != Act.SAME]
            if not any(not act.by_nobody for act in leaving):
                yield where, "has a term that no act stops"
            if clock.lapse is not None and clock.lapse not in {act.key for act in leaving if act.by_nobody}:
                yield where, f"lapses by {clock.lapse}, which is no act of nobody from there"
            yield from ((where, problem) for problem in _edition_problems(pack, procedure, clock))
            asks = {f.key for act in procedure.acts if act.begins for f in act.asks}
            if clock.ground is not None and (clock.ground not in asks or not procedure.about.list):
                yield where, f"runs by the ground {clock.ground} of a list, which its beginning does not ask for"
            if clock.key is not None and (clock.warn or clock.escalate_to):
                yield where, "warns and calls as its clock says, not as it says itself"


def act_without_basis(pack: Pack, today: dt.date) -> Found:
    """An act, or a procedure, that nothing allows."""
    for procedure in pack.procedures:
        if not procedure.basis:
            yield _where(procedure), "has no basis"
        for act in procedure.acts:
            if not act.basis:
                yield f"{_where(procedure)}/{act.key}", "has no basis"


def role_nobody_holds(pack: Pack, today: dt.date) -> Found:
    """An act, a term or a notice for a role that nobody can hold, or a day's act that somebody must do as well; a case that
    is its filer's department's, and that somebody begins who acts for none."""
    for procedure in pack.procedures:
        if procedure.about.of is not None:
            begins = [act for act in procedure.acts if act.begins]
            if any(who.of != "provider" for act in begins for who in act.who):
                yield _where(procedure), "is of its filer's department, and is begun by somebody who need not have one"
            if any(f.key == "provider" for act in begins for f in act.asks):
                yield _where(procedure), "asks for provider, by which its filer names the department"
        for place, ways in _ways(procedure):
            for who in ways:
                if who.role is not None and who.role not in ROLES:
                    yield f"{_where(procedure)}/{place}", f"names the role {who.role}, which nobody can hold"
            if any(who.nobody for who in ways) and len(ways) > 1:
                yield f"{_where(procedure)}/{place}", "is done by nobody and by somebody"


def act_ambiguous(pack: Pack, today: dt.date) -> Found:
    """Two acts that the history calls alike and that leave a state for the same one in different words; a joining act
    without its state."""
    for procedure in pack.procedures:
        words: dict[tuple[str, str], set[str]] = {}
        for act in procedure.acts:
            for state in act.from_:
                words.setdefault((state, act.name), set()).add((act.done or act.title).zh)
        for (state, name), said in words.items():
            if len(said) > 1:
                yield f"{_where(procedure)}/{name}", f"means several things from {state}: {'、'.join(sorted(said))}"
        whole = (procedure.joins is None) == (procedure.joined is None)
        if not whole or procedure.joins not in {None, *procedure.act_of}:
            yield _where(procedure), "joins by an act and into a state of its own, or not at all"


def field_unasked(pack: Pack, today: dt.date) -> Found:
    """An expression that is not allowed, or that speaks of an item of the form that nothing asks for."""
    for procedure in pack.procedures:
        record = _fields_of_record(pack, procedure)
        for act in procedure.acts:
            tables = {"record": record, "matter": MATTER, "form": {*(f.key for f in act.asks), "reason"}}
            for sql in _expressions(act):
                for problem in expressions.check(sql, (), tables):
                    yield f"{_where(procedure)}/{act.key}", problem
            for key in sorted(set(act.changes) - set(record)):
                lack = sorted({one.key for one in _about(pack, procedure) if key not in {f.key for f in one.fields}})
                yield (
                    f"{_where(procedure)}/{act.key}",
                    f"changes {key}, which {'、'.join(lack) or 'its record'} has not",
                )
        if procedure.named_by is not None and not _names(procedure, procedure.named_by):
            yield (
                _where(procedure),
                f"is named by {procedure.named_by}, which its beginning does not always ask for, in a line",
            )
        for state, clock, asked in _clocks(procedure):
            tables = {"record": record, "matter": MATTER, "form": asked}
            for problem in expressions.check(clock.until, (), tables) if clock.until else ():
                yield f"{_where(procedure)}/{state}", problem


def notice_missing(pack: Pack, today: dt.date) -> Found:
    """A notice or a document without a wording, or a case that looks at what there is not."""
    known = {notice.key for notice in pack.notices}
    for procedure in pack.procedures:
        for act in procedure.acts:
            named = [told.key for told in act.notices] + ([act.document] if act.document else [])
            for key in named:
                if key not in known:
                    yield f"{_where(procedure)}/{act.key}", f"tells by {key}, which has no wording"
        about = procedure.about
        if about.case is not None and not any(p.key == about.case for p in pack.procedures):
            yield _where(procedure), f"looks at cases of {about.case}, which there is not"
        if about.resource is not None and not pack.resource_history(about.resource):
            yield _where(procedure), f"is about {about.resource}, which there is not"


def harm_without_hearing(pack: Pack, today: dt.date) -> Found:
    """A way to a negative record, listing or measure on which the one concerned was never told and could never answer,
    where no rule that allows it is cited."""
    yield from unheard(pack, ())


def unheard(pack: Pack, harming: Collection[str]) -> Found:
    """The same, where effects of these names harm as a negative state does."""
    for procedure in pack.procedures:
        heard = {state.key for state in procedure.states if _heard(procedure, state.key)}
        reached, to_see = {START}, [START]
        while to_see:
            state = to_see.pop()
            for start, act, target in _sound_moves(procedure):
                if start != state:
                    continue
                harms = procedure.state_of[target].negative or any(one.name in harming for one in act.effects)
                if harms and not act.without_hearing:
                    yield f"{_where(procedure)}/{act.key}", f"leads to {target}, and nobody was told and heard before"
                if target not in reached and target not in heard:
                    reached.add(target)
                    to_see.append(target)


def judge_in_own_cause(pack: Pack, today: dt.date) -> Found:
    """A second look that whoever decided first may decide, or that bars nobody because nothing is said to judge."""
    for procedure in pack.procedures:
        if procedure.about.case is None:
            continue
        for act in procedure.acts:
            ends = not act.begins and act.to in procedure.state_of and procedure.state_of[act.to].ends
            deciding = ends and any(who.role for who in act.who)
            if deciding and not all(who.unless == "judged" for who in act.who if who.role):
                yield f"{_where(procedure)}/{act.key}", "is decided by whoever judged before"
        looked_at = [p for p in pack.procedures if p.key == procedure.about.case]
        if looked_at and not any(act.judges for p in looked_at for act in p.acts):
            yield _where(procedure), f"looks at {procedure.about.case}, where nothing is said to judge"


def state_placeholder_unknown(pack: Pack, today: dt.date) -> Found:
    """Words of a state with a placeholder that nobody fills."""
    for procedure in pack.procedures:
        for state in procedure.states:
            for said in (text for text in (state.says, state.next) if text is not None):
                for name in sorted((opened_in(said.zh) | opened_in(said.en)) - IN_STATES):
                    yield f"{_where(procedure)}/{state.key}", f"leaves open {{{name}}}, which nobody fills"


def case_unplayed(pack: Pack, today: dt.date) -> Found:
    """A played case of a procedure that there is not."""
    known = {procedure.key for procedure in pack.procedures}
    for case in pack.procedure_cases:
        if case.procedure not in known:
            yield f"procedure-tests/{case.procedure}", "plays a procedure that there is not"


def _where(procedure: Procedure) -> str:
    return f"procedures/{procedure.key}"


def _reached(procedure: Procedure, start: str) -> set[str]:
    """The states that a case may come to from a state."""
    ways: dict[str, set[str]] = {}
    for state, _act, target in _sound_moves(procedure):
        ways.setdefault(state, set()).add(target)
    found, to_see = set[str](), [start]
    while to_see:
        for target in ways.get(to_see.pop(), ()):
            if target not in found:
                found.add(target)
                to_see.append(target)
    return found


def _sound_moves(procedure: Procedure) -> Iterator[tuple[str, Act, str]]:
    known = set(procedure.state_of)
    yield from ((state, act, target) for state, act, target in procedure.moves() if target in known)


def _clocks(procedure: Procedure) -> Iterator[tuple[str, StateClock, Collection[str]]]:
    """The terms by their states; that of an act may speak of the items of the act's form, which come with it."""
    yield from ((state.key, state.clock, ()) for state in procedure.states if state.clock is not None)
    for act in procedure.acts:
        if act.clock is not None and act.to in procedure.state_of:
            yield act.to, act.clock, {f.key for f in act.asks}


def _edition_problems(pack: Pack, procedure: Procedure, clock: StateClock) -> Iterator[str]:
    """What is wrong with the editions of a term's clock over the days on which its procedure is in force."""
    if clock.key is None:
        return
    editions, period = [one for one in pack.clocks if one.key == clock.key], procedure.in_force
    if not editions:
        yield f"runs by the clock {clock.key}, which there is not"
        return
    ends = any(e.in_force.covers(period.until) if period.until else e.in_force.until is None for e in editions)
    if not (ends and any(edition.in_force.covers(period.from_) for edition in editions)):
        yield f"runs by the clock {clock.key}, which is not in force all the time that the procedure is"
    then = [edition for edition in editions if edition.in_force.overlaps(period)]
    if clock.extensions and not any(edition.extension_working_days for edition in then):
        yield f"may be put off, and {clock.key} does not say by how long"


def _ways(procedure: Procedure) -> Iterator[tuple[str, tuple[Who, ...]]]:
    for act in procedure.acts:
        yield act.key, act.who
        yield from ((act.key, told.to) for told in act.notices)
    yield from ((state, clock.who) for state, clock, _asked in _clocks(procedure))


def _expressions(act: Act) -> Iterator[str]:
    yield from (one.that for one in act.requires)
    yield from act.changes.values()
    if act.offered is not None:
        yield act.offered


def _names(procedure: Procedure, key: str) -> bool:
    """Whether an item of the beginning tells cases apart: it is always filled in, and fits a line."""
    asked = next((f for act in procedure.acts if act.begins for f in act.asks if f.key == key), None)
    return asked is not None and asked.required is True and 0 < (asked.max_length or 0) <= NAME


def _fields_of_record(pack: Pack, procedure: Procedure) -> Mapping[str, object]:
    """The items of the record that a procedure is about: those that every version has; none where it is about any."""
    versions = _about(pack, procedure)
    counted = Counter(f.key for version in versions for f in version.fields)
    return {key: None for key, number in counted.items() if number == len(versions)}


def _about(pack: Pack, procedure: Procedure) -> list[Resource]:
    """Every version of the resources whose records a procedure may be about; none where it is about any."""
    lists = [one.resource for one in pack.lists if one.removed] if procedure.about.list else []
    keys = {procedure.about.resource} if procedure.about.resource else set(lists)
    return [version for key in sorted(keys) for version in pack.resource_history(key)]


def _heard(procedure: Procedure, state: str) -> bool:
    """Whether whom a case is about was told when it came to a state, and could answer in it."""
    coming = [act for start, act, target in _sound_moves(procedure) if target == state and start != state]
    told = bool(coming) and all(any(who.party for t in act.notices for who in t.to) for act in coming)
    return told and any(state in act.from_ and any(who.party for who in act.who) for act in procedure.acts)
