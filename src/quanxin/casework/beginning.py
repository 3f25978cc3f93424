"""Beginning a case by office, from what somebody names: the procedure, and the record or the organisation.

Invariant: nobody begins what is another department's, another district's, or a party's to ask for; what is not within
reach looks like what is not there, and each such try is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act as one_act
from quanxin.accounts.lookups import look_up, missed_line
from quanxin.archive import viewers
from quanxin.archive.models import Record
from quanxin.calendar import today
from quanxin.casework import permission, procedures
from quanxin.casework.errors import RightsError
from quanxin.casework.filing import Filed, Thing, file
from quanxin.casework.models import Case
from quanxin.casework.parties import Party
from quanxin.policy.procedure import Procedure
from quanxin.runtime import parameters
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import asked_for


@one_act
def begin(
    actor: Actor,
    kind: str,
    *,
    record: str = "",
    subject: str = "",
    statement: str = "",
    form: Mapping[str, str] | None = None,
    papers: Collection[str] = (),
) -> Case:
    """Begin a case of the procedure ``kind`` about a ``record`` (its reference) or a ``subject`` (an organisation's code),
    with the ids of ``papers`` that the actor uploaded for it.

    Raises ``RightsError`` for no such procedure, record or subject, and as ``filing.file`` does; ``NotAllowed``, with a
    line, where the procedure is begun by others.
    """
    procedure = current_pack().on(today()).procedures.get(kind)
    if procedure is None:
        raise RightsError("procedure-unknown")
    if not any(who.role in actor.roles for who in procedure.files.who if who.role):
        raise viewers.refused(actor, f"procedure:{kind}", "not this actor's to begin")
    thing, whose = _thing(actor, procedure, record, subject)
    party = Party(actor, whose, Case.Channel.WINDOW)
    return file(kind, Filed(party, thing, statement, form=form, papers=papers))


def expect_may(actor: Actor, procedure: Procedure, subject: Subject, record: str = "") -> None:
    """Raise, as ``begin`` does, unless the actor may begin such a case about the subject, and about the record where one
    is named: before anything that was sent for it is taken."""
    provider: str | None = "" if procedure.about.subject else None
    if record:
        found = _thing(actor, procedure, record, "")[0].record
        provider = found.provider if found else ""
    permission.expect_to_begin(actor, procedure, subject, provider)


def _thing(actor: Actor, procedure: Procedure, record: str, subject: str) -> tuple[Thing, Subject]:
    if procedure.about.of_records:
        found = look_up(actor, "record", record, lambda: _record(actor, procedure, record))
        if found is None:
            raise RightsError("record-not-yours", missed_line(actor, "record", record))
        return Thing(found), Subject.objects.get(pk=found.subject_id)
    if procedure.about.subject:
        whose = asked_for(actor, subject)
        if whose is None:
            raise RightsError("subject-unknown", missed_line(actor, "code", subject))
        return Thing(), whose
    raise RightsError("act-not-now")


def _record(actor: Actor, procedure: Procedure, reference: str) -> Record | None:
    """The version that stands of a record that the actor's roles begin such cases about."""
    asked = parameters.reference(reference)
    if asked is None:
        return None
    found = Record.objects.filter(subject_id=asked[0], id=asked[1], superseded_at=None).first()
    if found is None or not procedures.about_record(procedure, found.resource):
        return None
    region = Subject.objects.get(pk=found.subject_id).region
    whose = None if procedure.about.of == "filer" else found.provider
    ways = [(Role(who.role), whose if who.of == "provider" else None) for who in procedure.files.who if who.role]
    return found if any(actor.may(role, of, region=region) for role, of in ways) else None
