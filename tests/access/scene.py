"""A city in which each thing belongs to somebody, with what it says marked so that it is known wherever it turns up.

Company 0 is the one whose things others try for, beside a natural person; company 1 is somebody else, with an account and a
clerk of the counter of their own; the people of the desk are of another department, district and institution than theirs.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.agency import Scope, authorise
from quanxin.accounts.binding import Principal, bind
from quanxin.accounts.models import Agency, User
from quanxin.accounts.people import actor_of, add_account, add_organisation
from quanxin.archive.models import Record
from quanxin.attachments.accept import accept
from quanxin.attachments.models import Attachment
from quanxin.calendar import travel
from quanxin.casework.models import Case, Notice
from quanxin.casework.parties import Party
from quanxin.intake import submissions
from quanxin.intake.models import Held, Submission
from quanxin.rights import consents
from quanxin.rights.consent_models import Consent
from quanxin.subjects.models import Subject
from quanxin.subjects.queries import find
from tests.accounts.people import ADULT, PASSWORD
from tests.attachments.making import printed
from tests.casework.acts import cases, objections, repairs, shields
from tests.city import CODES, hand_in, penalty, person, register
from tests.my.people import CLERK
from tests.rights.life import DECIDER, LATER, OWNER, PROVIDER, WINDOW, morning, penalised_row

NAME, TEXT = "欧阳密泉", "密：夜间摆摊占道"  # the natural person's, and what its record says
CONDUCT = "密：标价与结算不符"  # what a record says that is shared and not public
CLAIM, PHONE = "密诉：罚款金额不符", "13853119876"  # in the objection of company 0
HELD = "不详密"  # in a row that is held
FILE = "密件凭证"  # the name of a paper; its bytes are the scene's
NEAR, FAR = "370102", "370103"  # the district of everybody, and another
MOMENT = morning(LATER, 10)


@dataclass
class Scene:
    """What there is, and whose."""

    record: Record
    private: Record
    record_of_person: Record
    objection: Case
    repair: Case
    paper: Attachment
    consent: Consent
    notice: Notice
    shield: Case
    agency: Agency
    held: Held
    submission: Submission
    file: bytes
    other: Record  # company 1's
    subject: Subject = field(init=False)

    def __post_init__(self) -> None:
        self.subject = company(0)

    @property
    def batch(self) -> str:
        return self.record.batch_id

    def secrets(self) -> dict[str, bytes]:
        """What only those entitled may be shown, by what it is."""
        said = {
            "name": NAME,
            "identity": ADULT,
            "text": TEXT,
            "conduct": CONDUCT,
            "claim": CLAIM,
            "phone": PHONE,
            "held": HELD,
            "paper": FILE,
        }
        return {what: text.encode() for what, text in said.items()} | {"bytes": self.file[:400]}


def company(n: int) -> Subject:
    found = find(CODES[n])
    assert found is not None
    return found


def build(folder: Path) -> Scene:
    """Everything, on the morning of ``LATER``; its secrets are company 0's, the person's, and market regulation's."""
    with travel(dt.date(2026, 5, 15)):
        records = _records(folder)
    with travel(morning(LATER)):
        party, file = Party(OWNER, company(0)), printed()
        record, private, of_person, other = records
        proof = accept(OWNER, BytesIO(file), name=f"{FILE}.pdf", kind="other", subject_id=record.subject_id)
        objection = objections.object_to(party, CLAIM, record=private, contact=PHONE, proof=[str(proof.pk)])
        cases.forward(WINDOW, objection.number)
        objections.take_up(DECIDER, objection.number)
        objections.dismiss(DECIDER, objection.number, "经核实无误。")
        repair = repairs.apply(party, record, committed=True, ask_department=True)
        cases.forward(WINDOW, repair.number)
        repairs.accept(DECIDER, repair.number)
        add_organisation(operator(), "sample-bank", name="样例银行", kind="bank")
        add_account(operator(), "helper", password=PASSWORD)
        return Scene(
            record=record,
            private=private,
            record_of_person=of_person,
            other=other,
            file=file,
            objection=objection,
            repair=repair,
            paper=Attachment.objects.get(pk=proof.pk),
            consent=consents.grant(party, "financing-operations", "sample-bank", ["ratings"], dt.date(2026, 10, 31)),
            notice=Notice.objects.filter(subject_id=record.subject_id).order_by("pk")[0],
            shield=shields.shield(
                Actor("user:judge", frozenset({Role.REVIEWER})),
                company(2),
                ruling="（2026）鲁01破1号",
                court="济南中院",
            ),
            agency=authorise(
                CLERK, Principal(code=CODES[0]), "helper", [Scope.ARCHIVE], dt.date(2026, 12, 31), document="授1号"
            ),
            held=Held.objects.get(),
            submission=_submitted(folder),
        )


def _records(folder: Path) -> tuple[Record, Record, Record, Record]:
    """Company 0's penalty, its record that is not public, the person's, and company 1's penalty."""
    register(folder)
    natural = person() | {"identity_number": ADULT, "subject_name": NAME, "violation": TEXT}
    rows = [
        penalised_row(), penalty(1, "罚2号", decision_date="2026-05-12", valid_until="2027-05-12"), penalty(0, "人1号") | natural,
        penalty(2, "罚3号", decision_date="2026-05-12", valid_until="2027-05-12"), penalty(1, "罚4号", fine=HELD),
    ]  # fmt: skip
    hand_in(folder, "administrative-penalty", rows, name="penalty.csv")
    row = {
        "subject_name": penalty(0)["subject_name"],
        "uscc": CODES[0],
        "document_number": "价1号",
        "conduct": CONDUCT,
        "decision_date": "2026-05-12",
        "authority_name": "样例局",
    }
    hand_in(folder, "price-dishonesty", [row], name="price.csv")

    def of(subject: Subject, resource: str = "administrative-penalty") -> Record:
        return Record.objects.get(subject_id=subject.pk, resource=resource)

    return of(company(0)), of(company(0), "price-dishonesty"), of(Subject.objects.get(natural=True)), of(company(1))


def _submitted(folder: Path) -> Submission:
    with (folder / "price.csv").open("rb") as file:
        return submissions.submit(
            file, file_name=f"{FILE}.csv", resource="price-dishonesty", provider=PROVIDER, actor=operator()
        )


def browser(name: str, role: Role | None = None, **held: str) -> Client:
    """A browser in which an account of that role, made if need be, is signed in."""
    if not User.objects.filter(username=name).exists() or role is not None:
        add_account(operator(), name, password=PASSWORD, role=role, **held)
    client = Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)
    client.force_login(User.objects.get(username=name))
    return client


def acting(name: str) -> Actor:
    return actor_of(User.objects.get(username=name))


def standing_for(n: int, name: str) -> Client:
    """The representative of a company."""
    client = browser(name)
    bind(operator(), name, CODES[n], reason="核验营业执照")
    return client


def agent_of(n: int, name: str, *scopes: Scope) -> Client:
    """Somebody who acts for a company by an authorisation of those scopes."""
    client = browser(name)
    made = authorise(CLERK, Principal(code=CODES[n]), name, scopes, dt.date(2026, 12, 31), document=f"授字{name}")
    assert client.post("/my/acting", {"agency": made.pk}).headers["Location"] == "/my/"
    return client


def at_counter(n: int, name: str) -> Client:
    """A clerk of the counter, for whom a company's representative stands there."""
    client = browser(name, Role.WINDOW)
    sent = {"code": CODES[n], "who": "来访人", "paper": "身份证"}
    assert client.post("/desk/window", sent).headers["Location"] == "/my/"
    return client
