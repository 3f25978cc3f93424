"""Everything that is held about a subject, in a form that machines read (个人信息保护法第四十五条).

Invariant: what a subject takes away is what it may see, through the accessor, and what it did here; nothing about anybody
else is in it but the names of those who read or decided.
"""

from __future__ import annotations

from typing import Any

from django.forms.models import model_to_dict

from quanxin.accounts.acts import act
from quanxin.accounts.models import audit
from quanxin.archive import queries
from quanxin.archive.models import Restriction
from quanxin.archive.serial import as_json
from quanxin.calendar import now
from quanxin.casework.models import Case, Notice
from quanxin.casework.parties import Party
from quanxin.casework.procedures import seen_by_party
from quanxin.casework.rendering import all_rendered
from quanxin.rights.consent_models import Consent

FORM = "quanxin-subject-export/1"


@act
def everything(party: Party) -> dict[str, Any]:
    """All that is held about the party's subject, as plain data: JSON but for moments and days.

    Leaves the access line of a reading of the archive, and a line of the audit.
    """
    ids = party.ids
    audit(party.actor, "rights.export", f"subject:{party.subject.pk}", on_behalf=party.on_behalf)
    archive = queries.archive_of(party.subject.pk, party.viewer)
    readings = queries.readings_of(party.subject, party.viewer).values("at", "viewer", "actor", "purpose")
    return {
        "form": FORM,
        "made_at": now(),
        **as_json(archive),
        "readings": list(readings),
        "restrictions": list(
            Restriction.objects.filter(subject_id__in=ids).values(
                "kind", "resource", "case", "basis", "from_at", "ended_at", "ended_reason"
            )
        ),
        "cases": [
            _case(case)
            for case in Case.objects.filter(seen_by_party(), subject_id__in=ids).prefetch_related("steps", "terms")
        ],
        "consents": [_consent(c) for c in Consent.objects.filter(subject_id__in=ids).select_related("wording")],
        "notices": _notices(list(Notice.objects.filter(subject_id__in=ids))),
    }


def _case(case: Case) -> dict[str, Any]:
    said = model_to_dict(case, exclude=["id", "key_hash", "joined_to", "looks_at", "after", "claimed_by"])
    return said | {
        "steps": list(case.steps.values("act", "state", "actor", "at", "note")),
        "terms": list(case.terms.values("clock", "started_at", "due_at", "stopped_at", "escalated_at")),
    }


def _consent(consent: Consent) -> dict[str, Any]:
    said = model_to_dict(consent, exclude=["id", "wording"])
    return said | {"wording": consent.wording.text, "uses": list(consent.uses.values("actor", "at", "records"))}


def _notices(notices: list[Notice]) -> list[dict[str, Any]]:
    return [
        {"at": notice.at, "title": title, "body": body, "read_at": notice.read_at}
        for notice, (title, body) in zip(notices, all_rendered(notices, "zh"), strict=True)
    ]
