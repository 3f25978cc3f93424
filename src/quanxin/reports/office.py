"""Reports that somebody of the staff, a command or a machine asks for: what the public may have, or what a purpose opens.

Invariant: whoever asks reads by its own right and for a matter that it names; nobody asks about whom it stands for.
"""

from __future__ import annotations

import secrets
from typing import Literal

from quanxin.accounts import Actor
from quanxin.accounts.acts import act
from quanxin.accounts.lookups import missed_line
from quanxin.archive import viewers
from quanxin.archive.own_matters import expect_others
from quanxin.archive.viewers import PUBLIC
from quanxin.documents import issuing
from quanxin.documents.models import Document
from quanxin.reports.asked import asked
from quanxin.reports.errors import ReportError
from quanxin.reports.issuing import issue
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import asked_for

PUBLIC_REPORT, CHECK_REPORT = "credit-report", "check-report"


@act
def issue_for(
    actor: Actor, code: str, *, form: str, purpose: str = "", matter: str = "", lang: Literal["zh", "en"] = "zh"
) -> tuple[Document, bytes]:
    """A report about the organisation of a code, and its bytes as ``pdf`` or ``json``.

    Raises ``ReportError`` for an unknown subject and for a purpose without a matter, ``NotAllowed`` where the purpose opens
    nothing to the actor, ``OwnMatter`` for whom the actor stands for.
    """
    subject = _subject(actor, code)
    expect_others(actor, [subject.pk], f"subject:{subject.pk}")
    if not purpose:
        wanted, applicant = asked(PUBLIC_REPORT, subject, PUBLIC, lang=lang), subject.name
    elif not matter.strip():
        raise ReportError("matter-missing")
    else:
        wanted, applicant = asked(CHECK_REPORT, subject, viewers.sharing(actor, purpose), lang=lang), matter.strip()
    made = issue(actor, wanted, key=f"office:{secrets.token_hex(16)}", applicant=applicant)
    return made, issuing.pdf(made) if form == "pdf" else issuing.json(made)


def _subject(actor: Actor, code: str) -> Subject:
    found = asked_for(actor, code)
    if found is None or found.natural:
        raise ReportError("subject-unknown", missed_line(actor, "code", code))
    return found
