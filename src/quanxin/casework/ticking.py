"""What time does to cases: warnings, escalations, and the acts of a lapse.

Invariant: each warning is sent once and each lapse is told once, in the transaction in which its act is done; who is named
by the pack hears of it. What fell due is found whether or not anybody looks.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from quanxin.calendar import now
from quanxin.casework import engine, notices, terms
from quanxin.casework.models import Case, Term

_log = logging.getLogger(__name__)
MOST = 500  # terms looked at in one pass
SOON = dt.timedelta(days=14)  # a term over days that are not announced yet may come so much sooner than was reckoned


def tick() -> int:
    """Send the warnings that are due and escalate what lapsed; return how many terms that were. Safe beside itself.

    A term whose lapse cannot be carried out stops no other: it is logged, left as it was, and tried with the next call.
    """
    moment, looked_at = now(), 0
    for pk, case in list(Term.objects.filter(_pressing(moment)).values_list("pk", "case_id")[:MOST]):
        try:
            looked_at += _look_at(pk, case, moment)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            _log.exception("the term %s could not be pressed", pk)
    return looked_at


@transaction.atomic
def _look_at(pk: int, case: int, moment: dt.datetime) -> bool:
    # a case is locked before its term, here as in its acts, so that neither waits for the other
    if not Case.objects.select_for_update(skip_locked=True).filter(pk=case).exists():
        return False
    term = Term.objects.select_for_update().filter(_pressing(moment), pk=pk).select_related("case").first()
    if term is None:
        return False
    terms.settle(term)
    return _press(term, moment)


def _pressing(moment: dt.datetime) -> Q:
    """Terms of which something is to be said: a warning that was not sent, or that they lapsed."""
    said = Q(next_at__lte=moment) | Q(provisional=True, due_at__lte=moment + SOON)
    return said & Q(stopped_at=None, escalated_at=None, paused_at=None)


def _press(term: Term, moment: dt.datetime) -> bool:
    due = [text for text in term.warnings if dt.datetime.fromisoformat(text) <= moment]
    lapsed = term.due_at <= moment
    if len(due) <= term.warned and not lapsed:
        return False
    if lapsed:
        notices.of_lapse(term, moment, terms.title_of(term))
        term.escalated_at = moment
    else:
        notices.of_approach(term, len(due), terms.left(term, moment), moment, terms.title_of(term))
    term.warned = len(due)
    term.next_at = terms.next_of(term)
    term.save(update_fields=["warned", "escalated_at", "next_at"])
    spec = terms.clock_in(term)
    if lapsed and spec is not None and spec.lapse is not None:
        engine.by_nobody(term.case.number, spec.lapse)
    return True
