"""What subjects and clerks are told, in the words of the pack.

Invariant: the same thing is told once (``once``); a notice keeps what filled its wording, and reads the same for ever: the
wording is that of the pack on the day on which it was told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Literal

from quanxin.accounts.acts import act, refused_line
from quanxin.accounts.models import audit
from quanxin.archive.definitions import definition
from quanxin.archive.display import show_date
from quanxin.archive.models import Record
from quanxin.calendar import day_of, local, now, today
from quanxin.casework import words
from quanxin.casework.errors import RightsError
from quanxin.casework.models import Case, Notice, Term
from quanxin.casework.parties import Party
from quanxin.policy.model import Text
from quanxin.runtime.pack import current_pack

Language = Literal["zh", "en"]
MY_CASE, DESK_CASE, MY_CONSENTS, MY_RECORD = "/my/cases/{}", "/desk/cases/{}", "/my/consents", "/my/records/{}-{}"
MY_HOME, MY_AGENTS, MY_READINGS = "/my/", "/my/agents", "/my/readings"


def tell_subject(
    subject: int,
    key: str,
    *,
    once: str,
    at: dt.datetime,
    case: Case | None = None,
    about: int | None = None,
    **said: Any,
) -> Notice:
    """Tell a subject something, once; ``about`` is the id of the record that it concerns.

    ``said`` fills the wording: texts, ``Text``, days and moments.
    """
    return _tell(key, once, at, {"subject_id": subject, "case": case, "record_id": about, "particulars": kept(said)})


def tell_role(
    role: str, key: str, *, once: str, at: dt.datetime, provider: str = "", case: Case | None = None, **said: Any
) -> Notice:
    """Tell the holders of a role (for a provider) something, once."""
    return _tell(key, once, at, {"role": role, "provider": provider, "case": case, "particulars": kept(said)})


def of_case(case: Case, key: str, at: dt.datetime, *, once: str = "", **said: Any) -> Notice:
    """Tell the subject of a case what became of it; number, record, authority and address are filled in."""
    filled = filling(case) | {"link": MY_CASE.format(case.number)} | said
    return tell_subject(
        case.subject_id, key, once=once or f"{key}:{case.number}", at=at, case=case, about=case.record_id, **filled
    )


def role_of_case(
    case: Case, role: str, key: str, at: dt.datetime, *, once: str, provider: str = "", **said: Any
) -> Notice:
    """Tell the holders of a role (for a provider) what became of a case."""
    filled = filling(case) | {"link": DESK_CASE.format(case.number)} | said
    return tell_role(role, key, once=once, at=at, provider=provider, case=case, **filled)


def of_approach(term: Term, warning: int, left: dt.timedelta, at: dt.datetime, title: Text) -> None:
    """Tell who must act that a term is about to lapse, with the office time that is ``left``."""
    tell_role(
        term.role,
        "term-lapsing",
        once=f"term:{term.pk}:{term.extended}:{warning}",
        at=at,
        provider=term.provider,
        case=term.case,
        hours=f"{max(left, dt.timedelta()) / dt.timedelta(hours=1):.0f}",
        **_of_term(term, title),
    )


def of_lapse(term: Term, at: dt.datetime, title: Text) -> None:
    """Tell the superior whom the pack names, and who should have acted, that a term has lapsed."""
    for role in dict.fromkeys((term.escalate_to or "reviewer", term.role)):
        tell_role(
            role,
            "escalation",
            once=f"lapsed:{term.pk}:{term.extended}:{role}",
            at=at,
            case=term.case,
            provider=term.provider if role == term.role else "",
            **_of_term(term, title),
        )


@act
def mark_read(party: Party, numbers: Collection[int] | None = None) -> int:
    """Note that notices to the party's subject were read (None: all); return how many were unread. Read twice, the first
    reading stands; another's notice stays as it is."""
    unread = Notice.objects.filter(subject_id__in=party.ids, read_at=None)
    if numbers is not None:
        unread = unread.filter(pk__in=numbers)
    count = unread.update(read_at=now(), read_by=party.actor.name)
    if count:
        audit(party.actor, "rights.notice.read", f"subject:{party.subject.pk}", notices=count)
    return count


@act
def mark_one_read(party: Party, number: int) -> int:
    """The same for one notice; raises ``RightsError``, and leaves a line, for any that is not to the party's subject."""
    if not Notice.objects.filter(pk=number, subject_id__in=party.ids).exists():
        raise RightsError(
            "notice-unknown", refused_line(party.actor, f"notice:{number}", "not a notice to the subject")
        )
    return mark_read(party, [number])


def filling(case: Case) -> dict[str, Any]:
    """What fills any wording about a case."""
    said: dict[str, Any] = {"number": case.number, "authority": authority(case.provider)}
    record = (
        Record.objects.filter(subject_id=case.subject_id, id=case.record_id).first()
        if case.record_id is not None
        else None
    )
    about = words.named(case) or _score(case.model)
    return said | (of_record(record) if record else {"record": about, "document_number": case.number})


def of_record(record: Record) -> dict[str, Any]:
    """What fills any wording about a record."""
    resource = definition(record.batch_id)
    number = str(record.payload.get("document_number") or record.payload.get("listing_number") or "—")
    return {"record": resource.title, "document_number": number, "decided_on": record.event_date}


def authority(provider: str) -> Text:
    """The name of a provider, or of the credit centre for ""."""
    known = current_pack().providers.get(provider)
    return known.title if known else Text(zh="信用中心", en="the credit centre")


def kept(said: Mapping[str, Any]) -> dict[str, Any]:
    """What fills a wording, as it is kept: JSON."""
    return {key: _keep(value) for key, value in said.items()}


def said(value: Any, language: Language) -> str:
    """A kept value in a language: days and moments as offices write them."""
    if not isinstance(value, dict):
        return str(value)
    if "day" in value:
        return show_date(dt.date.fromisoformat(value["day"])) if language == "zh" else str(value["day"])
    if "moment" in value:
        moment = local(dt.datetime.fromisoformat(value["moment"]))
        return f"{show_date(day_of(moment))} {moment:%H:%M}" if language == "zh" else f"{moment:%Y-%m-%d %H:%M}"
    return str(value[language])


def _tell(key: str, once: str, at: dt.datetime, told: Mapping[str, Any]) -> Notice:
    notice, _ = Notice.objects.get_or_create(once=once, defaults={"key": key, "at": at, **told})
    return notice


def _of_term(term: Term, title: Text) -> dict[str, Any]:
    return {
        "number": term.case.number,
        "what": title,
        "due": term.due_at,
        "authority": authority(term.case.provider),
        "link": DESK_CASE.format(term.case.number),
    }


def _score(model: str) -> Text:
    found = current_pack().on(today()).models.get(model)
    return found.title if found else Text(zh="信用评价结果", en="the result of an evaluation")


def _keep(value: Any) -> Any:
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, dt.datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    return "—" if value is None else str(value)
