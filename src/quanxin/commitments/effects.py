"""The effects of commitments: offered, signed, in force, looked at, kept, broken.

Invariant: what is offered, signed and put on record is of one version of one template; a breach needs a decision and a hearing,
which the procedure sees to.
"""

from __future__ import annotations

import datetime as dt

from quanxin.calendar import day_of
from quanxin.casework.effects import Given, Performing, effect
from quanxin.commitments import duties, entering, exclusion, matching, signing, texts
from quanxin.commitments.errors import CommitmentError
from quanxin.commitments.models import ORDERED, Commitment, Duty, Signature
from quanxin.engine import commitments as rules
from quanxin.policy.commitments import Template


@effect("commitments.offer")
def offer(performing: Performing, _given: Given) -> None:
    """Keep the text that is offered. Raises ``CommitmentError`` for a template that there is not, that is another's, that is
    not for such subjects, or for who may not promise."""
    case, fields, day = performing.case, performing.fields, day_of(performing.at)
    template = texts.template_on(str(fields["template"]), day)
    if template is None or template.procedure != performing.procedure.key:
        raise CommitmentError("template-unknown")
    if unfit := rules.unfit(template, case.provider, case.subject.type):
        raise CommitmentError(unfit)
    exclusion.expect_none(template, case.subject, day)
    by = fields.get("supply_by")
    supply_by = dt.date.fromisoformat(str(by)) if by else None
    matter = str(fields["matter"])
    text = texts.written(template, case.subject, case.provider, matter, told=performing.reason, supply_by=supply_by)
    Commitment.objects.create(
        case=case,
        template=template.key,
        edition=template.in_force.from_,
        kind=template.kind,
        provider=case.provider,
        matter=matter,
        authority_code=str(fields["authority_code"]),
        text=text,
        sha256=texts.digest(text),
        supply_by=supply_by,
    )


@effect("commitments.sign", form="signature")
def sign(performing: Performing, _given: Given) -> None:
    """Keep the signature of who confirmed the text by a second factor."""
    made, template = _of(performing)
    exclusion.expect_none(template, performing.case.subject, day_of(performing.at))
    used = signing.use(performing, made)
    signing.sign(performing, made, Signature.How(used.how), day_of(performing.at))


@effect("commitments.sign-on-paper")
def sign_on_paper(performing: Performing, _given: Given) -> None:
    """Keep the signature that was put on paper, as the department records it."""
    made, template = _of(performing)
    exclusion.expect_none(template, performing.case.subject, day_of(performing.at))
    signing.sign(performing, made, Signature.How.PAPER, dt.date.fromisoformat(str(performing.fields["signed_on"])))


@effect("commitments.enter")
def enter(performing: Performing, _given: Given) -> None:
    """Bring a signed commitment into force: its duties are planned, and it is put on record."""
    made, template = _of(performing)
    day = day_of(performing.at)
    by = performing.fields.get("supply_by")
    if by and made.supply_by is not None and str(by) != made.supply_by.isoformat():
        raise CommitmentError("supply-differs", told=made.supply_by.isoformat())
    made.in_force_on, made.valid_until = day, rules.valid_until(template, day, made.supply_by)
    made.save(update_fields=["in_force_on", "valid_until"])
    duties.plan(made, template, day)
    entering.commitment(performing, made, template)


@effect("commitments.check", choices=duties.choices)
def check(performing: Performing, _given: Given) -> None:
    """Keep what a check found of a duty."""
    made, _template = _of(performing)
    duty = duties.duty_of(made, str(performing.fields["duty"]))
    duties.check(performing.actor, duty, str(performing.fields["finding"]), performing.reason, day_of(performing.at))


@effect("commitments.unmet", choices=duties.choices)
def unmet(performing: Performing, _given: Given) -> None:
    """Order the correction of a duty that was found not kept."""
    made, _template = _of(performing)
    matching.match_all(made, day_of(performing.at))
    duty = duties.duty_of(made, str(performing.fields["duty"]))
    duties.expect_unmet(duty)
    performing.case.particulars[ORDERED] = duty.key
    performing.said["what"] = duties.title(made, duty)


@effect("commitments.corrected")
def corrected(performing: Performing, _given: Given) -> None:
    """Keep that what was ordered was corrected."""
    made, _template = _of(performing)
    duty = duties.duty_of(made, performing.case.particulars.pop(ORDERED))
    duties.check(performing.actor, duty, Duty.State.CORRECTED, performing.reason, day_of(performing.at))


@effect("commitments.keep")
def keep(performing: Performing, _given: Given) -> None:
    """Put on record that a commitment was kept whole. Raises ``CommitmentError`` while a duty was not found kept."""
    made, _template = _of(performing)
    matching.match_all(made, day_of(performing.at))
    duties.expect_done(made)
    entering.performance(performing, made)


@effect("commitments.supplied")
def supplied(performing: Performing, _given: Given) -> None:
    """Put on record that what was missing was handed in in time."""
    made, _template = _of(performing)
    for duty in made.duties.all():
        duties.check(performing.actor, duty, Duty.State.MET, performing.reason, day_of(performing.at))
    entering.performance(performing, made)


@effect("commitments.breach", harms=True)
def breach(performing: Performing, _given: Given) -> None:
    """Put on record what was not kept, and the decision that found it broken."""
    made, template = _of(performing)
    said = {key: str(value) for key, value in performing.fields.items()}
    entering.performance(performing, made, said["performance"], said["unperformed"], said["pursued"])
    entering.breach(performing, made, template, said)


def _of(performing: Performing) -> tuple[Commitment, Template]:
    """The commitment of a case, and the version of the template that it is of."""
    made = Commitment.objects.select_for_update(of=("self",)).get(case=performing.case)
    made.case = performing.case  # the very object that the act changes
    template = texts.edition_of(made.template, made.edition)
    if template is None:
        raise CommitmentError("template-unknown")
    return made, template
