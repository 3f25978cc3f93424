"""Whom an act tells, in the words that its procedure names.

Invariant: each notice of a step is sent once; what it says of the term is the term that runs after the act.
"""

from __future__ import annotations

from typing import Any

from quanxin.calendar import day_of
from quanxin.casework import notices, permission, terms
from quanxin.casework.effects import Performing
from quanxin.casework.models import Case, Step
from quanxin.policy.procedure import Told, Who


def of_act(performing: Performing, step: Step) -> None:
    """Send the notices of an act that has just left its step."""
    for told in performing.act.notices:
        about = [performing.case]
        if told.joined:
            about += list(performing.case.joined.all())
        for case in about:
            _send(performing, step, told, case)


def _send(performing: Performing, step: Step, told: Told, case: Case) -> None:
    said = _said(performing, told)
    once = f"{told.key}:{case.number}:{step.pk}"
    for who in told.to:
        if who.party:
            notices.of_case(case, told.key, performing.at, once=once, **said)
        elif who.role and permission.fits(who, case):
            notices.role_of_case(
                case,
                who.role,
                told.key,
                performing.at,
                once=f"{once}:{who.role}",
                provider=_provider(who, case),
                **said,
            )


def _said(performing: Performing, told: Told) -> dict[str, Any]:
    said: dict[str, Any] = {"reason": performing.reason, "decided_on": day_of(performing.at)}
    if (term := terms.running(performing.case)) is not None:
        said["due"] = term.due_at
    if told.what is not None:
        said["what"] = told.what
    return said | performing.said


def _provider(who: Who, case: Case) -> str:
    return case.provider if who.of == "provider" else ""
