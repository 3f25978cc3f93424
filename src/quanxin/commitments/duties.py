"""The duties of a commitment: planned when it comes into force, looked at, corrected.

Invariant: each duty of the signed version is planned once, with the day by which somebody looks; of a duty that is checked by
sample those are drawn whose number comes first by a seed that anybody can compute. A finding is a fact and grounds nothing:
a breach follows from a decision alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.casework.models import Case
from quanxin.commitments import texts
from quanxin.commitments.errors import CommitmentError
from quanxin.commitments.models import OPEN, UNMET, Commitment, Duty
from quanxin.engine import commitments as rules
from quanxin.policy import commitments as policy
from quanxin.policy.model import Text
from quanxin.runtime.pack import current_pack

WORDS = {
    Duty.State.PLANNED: _("待核查"), Duty.State.UNDRAWN: _("未抽中"), Duty.State.MET: _("已履行"),
    Duty.State.PARTLY: _("部分履行"), Duty.State.NOT_MET: _("未履行"), Duty.State.CANNOT: _("暂不能核查"),
    Duty.State.CORRECTED: _("已整改"),
}  # fmt: skip

WHOLE = 100  # per cent
METHODS = {"document": _("材料核查"), "inspection": _("现场检查"), "data-match": _("数据比对")}


def plan(commitment: Commitment, template: policy.Template, day: dt.date) -> list[Duty]:
    """Plan the duties of a commitment that comes into force on a day."""
    return Duty.objects.bulk_create(
        Duty(
            commitment=commitment,
            key=one.key,
            due_on=rules.due_on(current_pack(), one.due, day, commitment.supply_by),
            method=one.evidence,
            state=Duty.State.PLANNED if drawn(seed_of(template, day), commitment.number, one) else Duty.State.UNDRAWN,
        )
        for one in template.duties
    )


def seed_of(template: policy.Template, day: dt.date) -> str:
    """The seed by which the commitments of a template and year are drawn; it is public."""
    return f"{template.key}:{template.in_force.from_.isoformat()}:{day.year}"


def drawn(seed: str, number: str, duty: policy.Duty) -> bool:
    """Whether a commitment is drawn for a duty: its SHA-256 with the seed falls into the share."""
    if duty.share >= WHOLE:
        return True
    return int(hashlib.sha256(f"{seed}:{duty.key}:{number}".encode()).hexdigest(), 16) % 100 < duty.share


def duty_of(commitment: Commitment, key: str) -> Duty:
    """A duty of a commitment, locked; raises ``CommitmentError`` for none."""
    found = commitment.duties.select_for_update().filter(key=key).first()
    if found is None:
        known = [(title(commitment, one), one.key) for one in commitment.duties.all()]
        zh, en = "、".join(f"{t.zh}（{k}）" for t, k in known), ", ".join(f"{t.en} ({k})" for t, k in known)
        raise CommitmentError("duty-unknown", known=Text(zh=zh, en=en))
    return found


def check(by: Actor, duty: Duty, finding: str, evidence: str, day: dt.date) -> Duty:
    """Keep what was found of a duty."""
    duty.state, duty.checked_on, duty.checked_by, duty.evidence = finding, day, by.name, evidence
    duty.save(update_fields=["state", "checked_on", "checked_by", "evidence"])
    return duty


def expect_unmet(duty: Duty) -> None:
    """Raise ``CommitmentError`` unless the duty was found not kept."""
    if duty.state not in UNMET:
        raise CommitmentError("duty-not-unmet")


def expect_done(commitment: Commitment) -> None:
    """Raise ``CommitmentError`` while a duty was not found kept."""
    left = commitment.duties.filter(state__in=OPEN)
    if left:
        titles = [title(commitment, one) for one in left]
        which = Text(zh="、".join(t.zh for t in titles), en=", ".join(t.en for t in titles))
        raise CommitmentError("duties-open", which=which)


def title(commitment: Commitment, duty: Duty) -> Text:
    """What a duty is called in the version that was signed."""
    template = texts.edition_of(commitment.template, commitment.edition)
    known = template.duty(duty.key) if template else None
    return known.title if known else Text(zh=duty.key, en=duty.key)


def choices(case: Case) -> dict[str, dict[str, Text]]:
    """The duties of a case's commitment as its forms choose among them: by key, with their titles."""
    made = getattr(case, "commitment", None)
    template = texts.edition_of(made.template, made.edition) if made else None
    return {"duty": {one.key: one.title for one in template.duties}} if template else {}


def overdue(found: Sequence[Duty], day: dt.date) -> list[Duty]:
    """Those of the duties whose day has passed and that nobody has looked at."""
    return [one for one in found if rules.overdue(one.state, one.due_on, day)]


def state_words(duty: Duty) -> str:
    """What was found of a duty, in the language of the page."""
    return str(WORDS[Duty.State(duty.state)])
