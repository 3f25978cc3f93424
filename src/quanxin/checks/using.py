"""What became of a result: used once, by the department that checked, while it holds.

Invariant: somebody is restricted only by a measure that the result itself names. Who passes over a restriction says why. A
hint leads to nothing.
"""

from __future__ import annotations

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive.own_matters import expect_others
from quanxin.calendar import now, today
from quanxin.checks.errors import CheckError
from quanxin.checks.models import Check, Result, Use
from quanxin.checks.queries import one_of
from quanxin.policy.model import Text
from quanxin.runtime import locks

Decision, Verdict = Use.Decision, Result.Verdict
USABLE = (Verdict.CLEAR, Verdict.HINT, Verdict.RESTRICTED)


@act
def use(actor: Actor, number: str, position: int, decision: str, *, measure: str = "", reason: str = "") -> Use:
    """Record what became of a result in its case. The same again is once.

    Raises ``CheckError`` where it is not the actor's, has expired, was used otherwise, or does not allow that.
    """
    check = one_of(actor, number)
    locks.hold(
        locks.Kind.CHECK, f"{number}/{position}"
    )  # a row that never changes cannot be locked by the application's role
    result = Result.objects.filter(check_of=check, position=position).first()
    if result is None:
        raise CheckError("check-unknown")
    if result.subject_id is not None:
        expect_others(actor, [result.subject_id], f"check:{number}")
    if decision not in Decision.values:
        raise CheckError("use-unknown")
    given = Use(result=result, decision=decision, measure=measure, reason=reason.strip(), actor=actor.name, at=now())
    if (before := Use.objects.filter(result=result).first()) is not None:
        if (before.decision, before.measure) == (given.decision, given.measure):
            return before
        raise CheckError("use-twice", decision=before.get_decision_display())
    _expect_allowed(check, result, given)
    given.save()
    audit(actor, "checks.use", f"check:{number}", position=position, decision=decision, measure=measure)
    return given


def measures_of(result: Result) -> dict[str, Text]:
    """The measures that a result allows: key → title."""
    return {m["measure"]: Text(**m["title"]) for finding in result.findings for m in finding["measures"]}


def _expect_allowed(check: Check, result: Result, given: Use) -> None:
    if check.valid_until < today():
        raise CheckError("use-expired", day=check.valid_until)
    if result.verdict not in USABLE:
        raise CheckError("use-of-nobody")
    if given.decision == Decision.RESTRICTED:
        if result.verdict != Verdict.RESTRICTED:
            raise CheckError("use-no-ground")
        if given.measure not in measures_of(result):
            raise CheckError("use-needs-measure")
        return
    given.measure = ""
    if given.decision == Decision.IGNORED:
        CheckError.reason(given.reason)
    elif result.verdict == Verdict.RESTRICTED:  # to pass whom a measure may restrict is to pass over the result
        given.decision = Decision.IGNORED
        CheckError.reason(given.reason)
