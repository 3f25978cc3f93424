"""Checks of natural persons: for staff items, by a personnel authority, after somebody else there approved it.

Invariant: nobody approves what they asked for, nor what concerns themselves. The answer is seen in the authority that asked, and
nowhere else. A person's number is looked at, becomes its blind index, and is kept nowhere.
"""

from __future__ import annotations

from dataclasses import replace

from django.views.decorators.debug import sensitive_variables

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act, refused_line
from quanxin.accounts.binding import identity_of
from quanxin.accounts.errors import AccountError
from quanxin.accounts.lookups import look_up
from quanxin.accounts.models import audit
from quanxin.archive import viewers
from quanxin.archive.own_matters import expect_others
from quanxin.archive.viewers import Viewer
from quanxin.calendar import day_of, now
from quanxin.checks import items
from quanxin.checks.asked import Asked, Row
from quanxin.checks.checking import Asking, conclude, number_of
from quanxin.checks.errors import CheckError
from quanxin.checks.models import Check, PersonRequest, Result
from quanxin.checks.queries import organisations
from quanxin.policy.checks import CheckItem
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import cluster, person_of, resolve


@act
@sensitive_variables("number")
def ask(actor: Actor, key: str, number: str, *, words: str, case_ref: str) -> PersonRequest:
    """Ask that a person be checked; the request waits. The same again, while it waits, is the one that waits.

    Raises ``CheckError`` for an item that is not about persons or not in force, for a number that is none, for nobody.
    """
    item = items.item_in_force(key)
    viewer = _viewer(actor, item)
    words, case_ref = items.stated(words, case_ref)
    subject = _person(actor, number)
    expect_others(actor, [subject.pk], f"subject:{subject.pk}")
    made, new = PersonRequest.objects.get_or_create(
        item=key, organisation=_organisation(actor), subject_id=subject.pk, case_ref=case_ref, approved=None,
        defaults={"words": words, "asked_by": actor.name, "asked_at": now()},
    )  # fmt: skip
    if new:
        audit(
            actor, "checks.ask-person", f"person-check:{made.pk}", item=key, case=made.case_ref, purpose=viewer.purpose
        )
    return made


@act
def decide(actor: Actor, pk: int, *, approved: bool, remark: str = "") -> PersonRequest:
    """Approve a request, which checks the person at once, or refuse it with a reason.

    Raises ``CheckError`` for one's own request, for one of another authority, and for one that was decided.
    """
    waiting = PersonRequest.objects.select_for_update(of=("self",)).filter(
        pk=pk, organisation__in=organisations(actor)
    ).first()  # fmt: skip
    if waiting is None:
        raise CheckError("check-unknown", refused_line(actor, f"person-check:{pk}", "no such request"))
    if waiting.asked_by == actor.name:
        raise CheckError("person-own", refused_line(actor, f"person-check:{pk}", "one's own request"))
    expect_others(actor, [waiting.subject_id], f"subject:{waiting.subject_id}")
    if waiting.approved is not None:
        raise CheckError("person-decided")
    remark = remark.strip() if approved else CheckError.reason(remark)
    waiting.check_made = _checked(actor, waiting) if approved else None
    waiting.approved, waiting.decided_by, waiting.decided_at, waiting.remark = approved, actor.name, now(), remark
    waiting.save()
    audit(actor, "checks.decide-person", f"person-check:{pk}", approved=approved)
    return waiting


def _checked(approver: Actor, waiting: PersonRequest) -> Check:
    """Check the person in the name of who asked, as approved."""
    item = items.item_in_force(waiting.item)
    viewer = _viewer(approver, item)
    subject = resolve(Subject.objects.select_related("merged_into").get(pk=waiting.subject_id))
    asker = Actor(waiting.asked_by, viewer.by)
    reading = replace(viewer, actor=asker)
    verdict = "" if subject.type in item.targets else Result.Verdict.NOT_TARGET
    asked = Asked(Row(1, ""), subject, tuple(cluster(subject)), verdict)
    asking = Asking(
        item, waiting.words, waiting.case_ref, Check.Source.PERSON, organisation=waiting.organisation, approved_by=approver.name
    )  # fmt: skip
    return conclude(asker, reading, asking, number_of(day_of(now())), [asked])


def _viewer(actor: Actor, item: CheckItem) -> Viewer:
    """The personnel authority's viewer for the item's purpose. Raises ``CheckError`` for an item that is not of persons."""
    actor.require(Role.PERSONNEL)
    if not item.persons:
        raise CheckError("not-of-persons", title=item.title)
    return viewers.personnel(actor, item.purpose)


def _organisation(actor: Actor) -> str:
    return organisations(actor)[0]


@sensitive_variables("number")
def _person(actor: Actor, number: str) -> Subject:
    try:
        index = identity_of(number.strip())
    except AccountError:
        raise CheckError("person-number-invalid", refused_line(actor, "subjects", "person-number-invalid")) from None
    found = look_up(actor, "identity", index, lambda: person_of(index))
    if found is None:
        raise CheckError("person-unknown")
    return found
