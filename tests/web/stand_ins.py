"""Archives and a pack made by hand, in their own shapes, for tests of how a page shows what it is given."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from quanxin.archive.shapes import CHAPTERS, Archive, Chapter, RecordView, State, SubjectCard
from quanxin.policy.model import (
    Basis,
    Category,
    Code,
    CodeSet,
    Confidence,
    Deadline,
    FieldDef,
    FieldType,
    InForce,
    Mode,
    Provider,
    Publication,
    Resource,
    Retention,
    Sharing,
    SubjectOf,
    SubjectType,
    Text,
)
from quanxin.policy.site import Site

CODE = "91370100MA3C0K2T4X"
NOON = dt.datetime(2026, 3, 10, 4, 0, tzinfo=dt.UTC)

NUMBER = FieldDef(key="document_number", title=Text(zh="决定书文号", en="Number"), type=FieldType.DOCUMENT_NUMBER)
CONTENT = FieldDef(key="content", title=Text(zh="处罚内容", en="Content"))
FINE = FieldDef(key="fine", title=Text(zh="罚款金额", en="Fine"), type=FieldType.MONEY_WAN)
NOTE = FieldDef(key="remark", title=Text(zh="备注", en="Remark"))

CARD = SubjectCard(
    id=1,
    code=CODE,
    name="济南泉畔机械有限公司",
    type="enterprise",
    type_title=Text(zh="企业", en="Enterprise"),
    names=(("济南老泉机械厂", None, dt.date(2016, 5, 2)), ("济南泉畔机械有限公司", dt.date(2016, 5, 3), None)),
    identifiers=(("uscc", CODE, None), ("registration-number", "370100200012345", None)),
    region="历下区",
    state=State("存续", Text(zh="存续", en="in existence"), dt.date(2008, 6, 12), "live"),
    address="历下区泉城路 1 号",
    established=dt.date(2008, 6, 12),
    representative="负责人甲",
)


def penalty(number: int = 1, **changes: object) -> RecordView:
    """A penalty record; ``changes`` replace its attributes."""
    record = RecordView(
        id=number,
        version=1,
        resource="administrative-penalty",
        title=Text(zh="行政处罚", en="Penalty"),
        chapter="administrative",
        nature="negative",
        event_date=dt.date(2025, 11, 18),
        valid_from=None,
        valid_until=None,
        public_until=dt.date(2026, 11, 18),
        state="in-force",
        tier="ordinary",
        provider_title=Text(zh="济南市市场监督管理局", en="Market Regulation"),
        batch="B-1",
        recorded_at=NOON,
        fields=((NUMBER, f"济市监处罚〔2025〕{number}号"), (CONTENT, "<责令改正>"), (FINE, "3.2 万元"), (NOTE, "")),
        summary=((NUMBER, f"济市监处罚〔2025〕{number}号"), (FINE, "3.2 万元")),
        basis=(Basis(title="行政处罚法", article="第四十八条", reference="主席令第七十号"),),
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def archive(*records: RecordView) -> Archive:
    """The archive of ``CARD`` with these records, each in its chapter, the other chapters empty."""
    chapters = tuple(
        Chapter(key, title, tuple(record for record in records if record.chapter == key))
        for key, title in CHAPTERS.items()
    )
    return Archive(CARD, dt.date(2026, 3, 10), NOON, chapters)


def penalty_resource(**changes: object) -> Resource:
    """A catalogue resource of penalties; ``changes`` replace what the pack would say."""
    basis = (
        Basis(title="行政处罚法", article="第四十八条", reference="主席令第七十号"),
        Basis(title="地方条例", confidence=Confidence.LOW),
    )
    said: dict[str, object] = {
        "key": "administrative-penalty", "title": Text(zh="行政处罚", en="Penalty"), "basis": basis, "category": "C03",
        "in_force": InForce(**{"from": dt.date(2018, 7, 25)}), "providers": ("market-regulation",),
        "subject_types": ("enterprise",), "nature": "negative", "subject": SubjectOf(code="uscc"),
        "fields": (NUMBER, CONTENT, FINE, NOTE.model_copy(update={"public": False})),
        "publication": Publication(mode=Mode.PUBLIC, months=12), "sharing": Sharing(mode=Mode.SHARED),
        "retention": Retention(years=5), "deadline": Deadline(working_days=7),
    }  # fmt: skip
    return Resource.model_validate(said | changes)


class StandInPack:
    """As much of a pack as the pages read, with the same rules every day."""

    title = Text(zh="济南市", en="Jinan")
    edition = "0123456789abcdef"
    site, mark = Site(), None

    def __init__(self, *resources: Resource) -> None:
        divisions = CodeSet(
            key="division-jinan",
            title=Text(zh="区划", en="Divisions"),
            edition="GB/T 2260",
            in_force=InForce(**{"from": dt.date(2020, 1, 1)}),
            codes=(Code(value="370102", title=Text(zh="历下区", en="Lixia")),),
        )
        self.resources = {resource.key: resource for resource in resources}
        self.categories = {
            "C03": Category(key="C03", title=Text(zh="行政管理信息", en="Decisions"), chapter="administrative")
        }
        self.providers = {
            "market-regulation": Provider(key="market-regulation", title=Text(zh="市场监管局", en="Market Regulation"))
        }
        self.subject_types = {
            "enterprise": SubjectType(
                key="enterprise", title=Text(zh="企业", en="Enterprise"), category="法人及非法人组织"
            )
        }
        self.code_sets = {"division-jinan": divisions}
        self.divisions = divisions.codes

    def on(self, _day: dt.date) -> StandInPack:
        return self

    def resource_history(self, key: str) -> tuple[Resource, ...]:
        return (self.resources[key],)
