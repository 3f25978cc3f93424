"""What others try to reach: a company's penalty with a contested case, a paper, a consent; a person's penalty; held rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.accounts.models import AuditLine, User
from quanxin.accounts.people import add_account, add_organisation
from quanxin.archive.models import Batch, Record
from quanxin.calendar import travel
from quanxin.rights import cases, consents, objections, papers
from quanxin.rights.attachments.accepting import accept
from quanxin.rights.attachments.models import Attachment
from quanxin.rights.consent_models import Consent
from quanxin.rights.models import Case
from quanxin.subjects.models import Subject
from tests.city import hand_in, penalty, person
from tests.rights.attachments.making import printed
from tests.rights.life import DECIDER, LATER, OWNER, WINDOW, morning, owner, penalised

PASSWORD = "七泉映月-Spring-72"
MOMENT = morning(LATER, 10)
UNTIL = dt.date(2026, 10, 31)
CLAIM, PAPER, HELD, PERSONAL = "密陈述：现场无人占道", "密证据照片.pdf", "不详密", "济历罚〔2026〕密人1号"
SECRETS = (CLAIM, PAPER, HELD, PERSONAL)  # nobody outside finds these words in an answer


@dataclass(frozen=True, slots=True)
class Scene:
    """The things, by what names them."""

    record: Record
    personal: Record
    case: Case
    paper: Attachment
    consent: Consent
    batch: Batch


def scene(folder: Path) -> Scene:
    """Everything made by the acts that make it, for the first company and a person."""
    with travel(dt.date(2026, 5, 15)):
        record = penalised(folder)
        natural = penalty(1, PERSONAL, **(person() | {"decision_date": "2026-05-12", "valid_until": "2027-05-12"}))
        receipt = hand_in(
            folder, "administrative-penalty", [natural, penalty(1, "济历罚〔2026〕9号", fine=HELD)], name="later.csv"
        )
    with travel(morning(LATER)):
        add_organisation(operator(), "spring-bank", name="泉城样例银行", kind="bank")
        add_organisation(operator(), "other-bank", name="另一样例银行", kind="bank")
        paper = accept(OWNER, BytesIO(printed()), name=PAPER, kind="proof-of-performance", subject_id=record.subject_id)
        case = objections.object_to(owner(), CLAIM, record=record)
        papers.attach(owner(), case, [str(paper.pk)])
        cases.forward(WINDOW, case.number)
        objections.take_up(DECIDER, case.number)
        consent = consents.grant(owner(), "financing-operations", "spring-bank", ["utilities"], UNTIL)
    natural_id = Subject.objects.get(natural=True).pk
    return Scene(
        record, Record.objects.get(subject_id=natural_id), Case.objects.get(pk=case.pk),
        Attachment.objects.get(pk=paper.pk), consent, Batch.objects.get(pk=receipt.batch),
    )  # fmt: skip


def staff(role: Role, name: str = "", **held: str) -> Client:
    """The browser of somebody with a role, held for a provider, a district or an organisation."""
    name = name or f"some-{role}"
    add_account(operator(), name, password=PASSWORD, role=role, **held)
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get(username=name))
    return client


def refusals() -> int:
    """How many tries were written down as refused."""
    return AuditLine.objects.filter(act="access.refused").count()
