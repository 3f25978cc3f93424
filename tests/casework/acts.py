"""The acts of the national pack's procedures as tests call them: each goes through the one engine of procedures."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from quanxin.accounts import Actor
from quanxin.archive.models import Record, Withdrawal
from quanxin.casework import beginning, engine, permission, queues
from quanxin.casework import cases as found
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.rights import repairs as prospects
from quanxin.subjects.models import Subject


class Kind(StrEnum):
    REPAIR = "repair"
    OBJECTION = "objection"
    SECOND_LOOK = "second-look"
    SHIELD = "shield"
    HONOUR = "honour-deletion"


class State(StrEnum):
    FILED = "filed"
    FORWARDED = "forwarded"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    GRANTED = "granted"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    REFUSED = "refused"
    REJECTED = "rejected"
    RETRACTED = "retracted"
    JOINED = "joined"
    REVOKED = "revoked"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    DELETED = "deleted"


OPEN_STATES = ("filed", "forwarded", "accepted", "waiting")


class cases:
    locked, record_of, record_as_filed = found.locked, found.record_of, found.record_as_filed
    queue, may_see = queues.queue, queues.may_see

    @staticmethod
    def may_handle(actor: Actor, case: Case) -> bool:
        return permission.decides(actor, case) and not found.is_own(actor, case)

    @staticmethod
    def forward(actor: Actor, number: str) -> Case:
        return engine.perform(actor, number, "forward")

    @staticmethod
    def claim(actor: Actor, number: str) -> Case:
        return engine.perform(actor, number, "claim")

    @staticmethod
    def give_back(actor: Actor, number: str) -> Case:
        return engine.perform(actor, number, "give-back")

    @staticmethod
    def ask(actor: Actor, number: str, what: str) -> Case:
        return engine.perform(actor, number, "ask", {"reason": what})

    @staticmethod
    def answer(party: Party, number: str, text: str, papers: Collection[str] = ()) -> Case:
        return engine.perform(party, number, "answer", {"reason": text}, paper=papers)

    @staticmethod
    def retract(party: Party, number: str) -> Case:
        return engine.perform(party, number, "retract")


class repairs:
    prospects, repairable, regime_of = prospects.prospects, prospects.repairable, prospects.regime_of

    @staticmethod
    def apply(
        party: Party,
        record: Record,
        *,
        committed: bool,
        proof: Collection[str] = (),
        ask_department: bool = False,
        contact: str = "",
        after: Case | None = None,
    ) -> Case:
        form = {"committed": "1" if committed else "", "ask_department": "1" if ask_department else ""}
        return file("repair", Filed(party, Thing(record), "", contact, form, list(proof), after))

    @staticmethod
    def accept(actor: Actor, number: str) -> Case:
        return engine.perform(actor, number, "accept")

    @staticmethod
    def reject(actor: Actor, number: str, reason: str) -> Case:
        return engine.perform(actor, number, "reject", {"reason": reason})

    @staticmethod
    def extend(actor: Actor, number: str, reason: str) -> Case:
        return engine.perform(actor, number, "extend", {"reason": reason})

    @staticmethod
    def grant(actor: Actor, number: str, *, performed: bool, note: str = "") -> Case:
        return engine.perform(actor, number, "grant", {"confirmed": "1" if performed else "", "reason": note})

    @staticmethod
    def refuse(actor: Actor, number: str, reason: str) -> Case:
        return engine.perform(actor, number, "refuse", {"reason": reason})

    @staticmethod
    def find_false(actor: Actor, number: str, reason: str) -> Case:
        return engine.perform(actor, number, "find-false", {"reason": reason})


class objections:
    @staticmethod
    def object_to(
        party: Party,
        statement: str,
        *,
        record: Record | None = None,
        model: str = "",
        contact: str = "",
        proof: Collection[str] = (),
    ) -> Case:
        return file("objection", Filed(party, Thing(record, model), statement, contact, {}, list(proof)))

    @staticmethod
    def take_up(actor: Actor, number: str) -> Case:
        return engine.perform(actor, number, "take-up")

    @staticmethod
    def uphold(actor: Actor, number: str, reason: str, outcome: str) -> Case:
        act = "finish-withdrawn" if outcome == State.WITHDRAWN else "finish-corrected"
        return engine.perform(actor, number, act, {"reason": reason})

    @staticmethod
    def dismiss(actor: Actor, number: str, reason: str) -> Case:
        return engine.perform(actor, number, "dismiss", {"reason": reason})

    @staticmethod
    def ask_second_look(party: Party, number: str, statement: str) -> Case:
        return file("second-look", Filed(party, Thing(case=party.case(number)), statement))

    @staticmethod
    def second_look(actor: Actor, number: str, reason: str, *, returned: bool) -> Case:
        return engine.perform(actor, number, "return" if returned else "uphold-dismissal", {"reason": reason})


class upholding:
    @staticmethod
    def by_correcting(
        actor: Actor, number: str, changes: dict[str, str], reason: str, *, seen: int | None = None
    ) -> Case:
        form: dict[str, Any] = {f"item-{key}": text for key, text in changes.items()} | {"reason": reason}
        return engine.perform(actor, number, "correct", form | ({"version": str(seen)} if seen else {}))

    @staticmethod
    def by_withdrawing(actor: Actor, number: str, kind: Withdrawal.Kind, reason: str) -> Case:
        return engine.perform(actor, number, "withdraw", {"kind": kind, "reason": reason})


class shields:
    @staticmethod
    def shield(actor: Actor, subject: Subject, *, ruling: str, court: str) -> Case:
        return beginning.begin(actor, Kind.SHIELD, subject=subject.code or "", form={"ruling": ruling, "court": court})

    @staticmethod
    def of_district(actor: Actor) -> QuerySet[Case]:
        return queues.queue(actor).filter(kind=Kind.SHIELD)

    @staticmethod
    def fail(actor: Actor, number: str, reason: str) -> Case:
        return engine.perform(actor, number, "fail", {"reason": reason})

    @staticmethod
    def complete(actor: Actor, number: str, reason: str) -> Case:
        return engine.perform(actor, number, "complete", {"reason": reason})


class honours:
    @staticmethod
    def delete(party: Party, record: Record) -> Case:
        return file(Kind.HONOUR, Filed(party, Thing(record)))
