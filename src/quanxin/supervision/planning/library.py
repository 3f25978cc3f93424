"""The library of inspectors: who of a department holds which card, for which items, how many visits at most, and from whom
each withdraws.

Invariant: nobody stands in the library whose card is over on the day of entry; a card is one person's of one department. Each
change leaves its line; who has left stays, and is drawn no more.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive.own_matters import expect_others
from quanxin.archive.viewers import refused
from quanxin.calendar import now, today
from quanxin.casework.notices import authority
from quanxin.runtime import parameters
from quanxin.subjects.queries import asked_for
from quanxin.supervision.models import Inspector, Recusal
from quanxin.supervision.planning import published
from quanxin.supervision.planning.errors import PlanError
from quanxin.supervision.planning.lines import words

KEEPING = (Role.DECIDER, Role.SUPERVISOR)  # who keeps the library of a department
_CARD = re.compile(r"[A-Za-z0-9-]{4,32}")
LOADS = range(1, 501)
LOAD = 30  # where nothing is said


def departments(actor: Actor) -> list[str]:
    """The departments whose library an actor keeps."""
    return sorted({one.provider for one in actor.by(*KEEPING) if one.provider})


def seen(actor: Actor) -> QuerySet[Inspector]:
    """The inspectors that an actor sees: those of its departments."""
    return Inspector.objects.filter(provider__in=departments(actor))


@act
def enter(actor: Actor, provider: str, said: Mapping[str, str]) -> Inspector:
    """Enter an inspector, or what is new about one by the card. Raises ``PlanError``, ``NotAllowed`` with its line."""
    if provider not in departments(actor):
        raise refused(actor, f"inspectors:{provider}", "not this actor's library")
    found = read(provider, said)
    before = Inspector.objects.select_for_update().filter(card=found["card"]).first()
    if before is not None and before.provider != provider:
        raise PlanError("card-elsewhere", card=before.card, department=authority(before.provider))
    made, _ = Inspector.objects.update_or_create(card=found["card"], defaults=found | {"provider": provider})
    audit(actor, "supervision.inspector", f"inspector:{made.pk}", card=made.card, until=made.card_until.isoformat())
    return made


@act
def leave(actor: Actor, number: str) -> Inspector:
    """Take an inspector out of the library; what was drawn stays. Raises ``PlanError``."""
    found = _own(actor, number)
    if found.active:
        found.active = False
        found.save(update_fields=["active"])
        audit(actor, "supervision.inspector-left", f"inspector:{found.pk}", card=found.card)
    return found


@act
def recuse(actor: Actor, number: str, code: str, reason: str) -> Recusal:
    """Keep that an inspector withdraws from whatever is about a subject. Raises ``PlanError``."""
    found, why = _own(actor, number), PlanError.reason(reason)
    subject = asked_for(actor, code)
    if subject is None or subject.natural:
        raise PlanError("subject-unknown")
    expect_others(actor, [subject.pk], f"inspector:{found.pk}")
    made, new = Recusal.objects.get_or_create(
        inspector=found, subject_id=subject.pk, defaults={"reason": why[:200], "recorded_at": now()}
    )
    if new:
        audit(actor, "supervision.recusal", f"inspector:{found.pk}", card=found.card, subject=subject.code)
    return made


def read(provider: str, said: Mapping[str, str]) -> dict[str, Any]:
    """What a row says of an inspector, as it is kept. Raises ``PlanError``."""
    card, name = said.get("card", "").strip(), said.get("name", "").strip()
    if not _CARD.fullmatch(card):
        raise PlanError("card-invalid", card=card[:40])
    if not name:
        raise PlanError("name-missing")
    until = parameters.day(said.get("card_until", "").strip().replace("/", "-"))
    if until is None:
        raise PlanError("day-invalid", day=said.get("card_until", "")[:20])
    if until < today():
        raise PlanError("card-over", name=name[:20], until=until)
    load = said.get("load", "").strip() or str(LOAD)
    if not load.isdecimal() or len(load) > 3 or int(load) not in LOADS:
        raise PlanError("load-invalid")
    return {
        "card": card,
        "name": name[:64],
        "card_until": until,
        "trades": _trades(provider, said.get("trades", "")),
        "load": int(load),
        "account": said.get("account", "").strip()[:128],
        "active": True,
    }


def valid(provider: str, items: list[str], day: dt.date) -> QuerySet[Inspector]:
    """The inspectors of a department with a card that is valid on a day, who are fit for all the items."""
    found = Inspector.objects.filter(provider=provider, active=True, card_until__gte=day)
    fit = [one.pk for one in found if not one.trades or set(items) <= set(one.trades)]
    return found.filter(pk__in=fit)


def _trades(provider: str, text: str) -> list[str]:
    known = {key: one.title.zh for key, one in published.items(today()).items() if one.department == provider}
    by_title = {title: key for key, title in known.items()}
    found = []
    for trade in words(text):
        key = by_title.get(trade, trade)
        if key not in known:
            raise PlanError("trade-unknown", trade=trade[:40], known="、".join(known.values()))
        found.append(key)
    return found


def _own(actor: Actor, number: str) -> Inspector:
    found = seen(actor).select_for_update().filter(pk=parameters.number(number) or 0).first()
    if found is None:
        raise PlanError("inspector-unknown")
    return found
