"""Each lint, on a pack that breaks exactly its rule, and on one that comes near and does not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from quanxin.policy import lint, load
from quanxin.policy.lint import LINTS
from tests.policy import classed, inspected, reported
from tests.policy import test_procedures as procedures
from tests.policy.small import BASIS, RESOURCE, Change, put, sound, text, written

DAY = dt.date(2026, 11, 23)
FIELDS, TIER = (RESOURCE, "fields"), ("tiers/windows.yaml", "tiers", 0)
MODEL, INDICATOR, GRADED = (
    "models/model.yaml",
    ("models/model.yaml", "indicators", 0),
    ("models/model.yaml", "indicators", 1),
)
NOTHING = {"points": 0, "reason": text("没有")}
# an indicator that reads the grade of a model
BUILT = {"key": "b", "title": text("等级"), "doc": text("另一模型的等级"), "dimension": "d", "model": "model",
         "aggregate": "latest", "basis": [{"title": "某法"}], "missing": NOTHING,
         "gradings": [{"values": ["A"], "points": 1, "reason": text("优")},
                      {"values": ["B"], "points": 0, "reason": text("差")}]}  # fmt: skip


def _version(**said: Any) -> Change:
    """A second version of the resource, which says ``said`` otherwise."""

    def change(files: dict[str, Any]) -> None:
        files["catalogue/penalty.2022.yaml"] = files[RESOURCE] | said

    return change


def _field(**said: Any) -> Change:
    """One more field of the resource."""
    return lambda files: files[RESOURCE]["fields"].append({"title": text("另项"), "type": "text"} | said)


def _person_rating(**said: Any) -> Change:
    """A second resource, about persons alone."""

    def change(files: dict[str, Any]) -> None:
        files["catalogue/rating.yaml"] = files[RESOURCE] | {
            "key": "rating", "subject_types": ["person"], "publication": {"mode": "shared"}, "evaluation": False,
        } | said  # fmt: skip

    return change


def _shared(ownership: dict[str, Any] | None, **said: Any) -> Change:
    """The resource, handed in by two providers, with what it says of whose its records are."""

    def change(files: dict[str, Any]) -> None:
        files[RESOURCE] |= (
            {"providers": ["market", "approval"]} | ({"ownership": ownership} if ownership else {}) | said
        )

    return change


def _register(*precedence: dict[str, Any], **said: Any) -> Change:
    basis = [{"title": "某条例"}]
    return _shared({"by": "register", "precedence": [{"basis": basis, **one} for one in precedence]}, **said)


MARKET = {"prevails": ["market"], "in_force": {"from": "2020-01-01"}}
EARLY, LATE = "repair/early.yaml", "repair/late.yaml"
COVERAGE = (LATE, "covers", 0)


def _another(resource: str, *trail: Any) -> Change:
    """One more resource like the first, named at the end of ``trail`` beside it."""

    def change(files: dict[str, Any]) -> None:
        files[f"catalogue/{resource}.yaml"] = files[RESOURCE] | {
            "key": resource,
            "publication": {"mode": "public", "months": 3},
        }
        place: Any = files
        for step in trail[:-1]:
            place = place[step]
        if trail:
            place[trail[-1]] = [*place[trail[-1]], resource]

    return change


def _all(*changes: Change) -> Change:
    def change(files: dict[str, Any]) -> None:
        for one in changes:
            one(files)

    return change


def _item(**said: Any) -> Change:
    """A check item; what ``said`` says otherwise is wrong with it."""
    item = {
        "key": "funds", "title": text("资金核查"), "in_force": {"from": "2019-01-01"}, "basis": [{"title": "某法"}],
        "department": "market", "situation": "funds", "kind": "funds", "purpose": "review", "targets": ["firm"],
        "reads": [{"resource": "penalty", "years": 3, "when": "fine > 1"}], "lists": ["list"], "measures": ["ban"],
        "valid": {"days": 30},
    }  # fmt: skip
    return lambda files: files.update({"check-items/funds.yaml": item | said})


def _promise(duty: dict[str, Any] | None = None, **said: Any) -> Change:
    """A template of a commitment, with the codes that it is known by; what ``said`` and ``duty`` say otherwise is wrong."""
    rule = {"in_force": {"from": "2019-01-01"}, "basis": [{"title": "某法"}]}
    duties = [
        {"key": "d", "title": text("守法"), "text": text("守法"), "evidence": "data-match", "due": {"months": 2},
         "match": {"resource": "penalty", "providers": ["market"], "when": "fine > 1"}} | (duty or {})
    ]  # fmt: skip
    made = rule | {
        "key": "promise", "title": text("承诺"), "kind": "主动型", "item": text("事项"), "departments": ["market"],
        "targets": ["firm", "person"], "text": text("承诺"), "liability": text("责任"), "duties": duties,
        "exclusions": [{"key": "listed", "title": text("失信"), "lists": ["list"], "way_out": text("修复"),
                        "basis": [{"title": "某法"}]}],
        "excluded_matters": ["safety"], "publicity": "公开",
    }  # fmt: skip
    sets = {"commitment-kind": ("主动型", "其他-"), "disclosure-kind": ("公开", None)}
    codes = {
        f"codes/{key}.yaml": rule | {"key": key, "title": text(key), "edition": "1", "open_prefix": opened,
                                     "codes": [{"value": value, "title": text(value)}]}
        for key, (value, opened) in sets.items()
    }  # fmt: skip
    matters = [{"key": "safety", "title": text("公共安全"), "basis": [{"title": "某法"}]}]
    return lambda files: files.update(
        {"commitments/promise.yaml": made | said, "excluded-matters.yaml": matters} | codes
    )


def _staff(**said: Any) -> Change:
    """An item that checks persons."""
    return _item(**{"persons": True, "kind": "staff", "targets": ["person"], "measures": [], **said})


def _consent(**said: Any) -> Change:
    """One more consent text."""
    return lambda files: files.update({"consents/other.yaml": files["consents/plain.yaml"] | {"key": "other"} | said})


BREAKS: dict[str, list[Change]] = {
    "no-basis": [
        put("codes/kinds.yaml", "basis", to=[]), put("lists/list.yaml", "basis", to=[]),
        put("measures/ban.yaml", "basis", to=[]), put("tiers/windows.yaml", "basis", to=[]),
        put("clocks.yaml", 0, "basis", to=[]), put(MODEL, "basis", to=[]), put(*INDICATOR, "basis", to=[]),
        put(EARLY, "basis", to=[]), put(*COVERAGE, "basis", to=[]), put(LATE, "conditions", 1, "basis", to=[]),
        put(LATE, "materials", 0, "basis", to=[]), put(LATE, "false_material", "basis", to=[]),
        put("overrides/law.yaml", "basis", to=[]),
        put("purposes.yaml", 1, "basis", to=[]), put("consents/plain.yaml", "basis", to=[]),
        put("notices/told.yaml", "basis", to=[]),
        _person_rating(basis=[]),
    ],
    "colours-unreadable": [
        put("site.yaml", to={"colours": {"accent": "#0e6068", "deep": "#0d4449", "pale": "#404040", "mist": "#f0f6f4"}})
    ],
    "divisions-unknown": [put("pack.yaml", "divisions", to="kinds"), put("pack.yaml", "divisions", to="nowhere")],
    "measure-outside-national-list": [
        put("measures/ban.yaml", "kind", to="P99"), put("measures/ban.yaml", "class", to="favour"),
    ],
    "measure-without-article": [
        put("measures/ban.yaml", "basis", to=[{"title": "某法"}]), put("measures/ban.yaml", "class", to="local"),
        put("measure-classes.yaml", 0, "basis", to=[]),
    ],
    "measure-without-list": [
        _all(put("measures/ban.yaml", "class", to="severe"), put("measures/ban.yaml", "triggers", to=[{"resource": "penalty"}])),
        _all(put("measures/ban.yaml", "class", to="severe"), put("lists/list.yaml", "nature", to="positive")),
        put("lists/list.yaml", "nature", to="positive"),
        _all(put("measures/ban.yaml", "class", to="favour"), put("measures/ban.yaml", "nature", to="incentive")),
    ],
    "measure-without-enforcer": [put("measures/ban.yaml", "enforcers", to=[])],
    "measure-ungrounded": [
        put("measures/ban.yaml", "targets", to=["person"]),
        put("measures/ban.yaml", "in_force", to={"from": "2000-01-01", "until": "2000-12-31"}),
    ],
    "measure-of-persons": [
        _all(put(RESOURCE, "subject_types", to=["firm", "person"]), put("measures/ban.yaml", "targets", to=["person"]),
             put("measures/ban.yaml", "triggers", to=[{"resource": "penalty"}])),
        _all(put(RESOURCE, "subject_types", to=["firm", "person"]), put("measures/ban.yaml", "targets", to=["person"]),
             put("measures/ban.yaml", "basis", to=[*BASIS, {"title": "某办法"}])),
    ],
    "measure-endless": [
        _all(put("measures/ban.yaml", "triggers", to=[{"resource": "penalty"}]),
             put(RESOURCE, "publication", to={"mode": "public"})),
        put("measures/ban.yaml", "term_months", to=37),
    ],
    "measure-without-review": [lambda files: files["measures/ban.yaml"].pop("review_by")],
    "list-unusable": [
        put("lists/list.yaml", "term_months", to=None), put("lists/list.yaml", "removed", to="kind"),
        put("lists/list.yaml", "removal", to=[{"clock": "clock", "grounds": ["no-ground"]}]),
        put("lists/list.yaml", "responsible", to=[{"key": "head", "title": {"zh": "负责人", "en": "head"}, "basis": BASIS}]),
        lambda files: files.update(procedures.procedures()) or files["lists/list.yaml"].update(entered_by="ask"),
    ],
    "measure-unplayed": [
        put("measure-tests/ban.yaml", to=[{"title": "不触发", "measure": "ban", "subject_type": "firm", "as_of": "2020-01-01",
                                          "outcome": "no-ground"}]),
    ],
    "check-not-opened": [
        _all(_item(), put("purposes.yaml", 2, "modes", to=["public"])), _item(purpose="own"),
        _all(_item(), put("purposes.yaml", 2, "viewers", to=["supervisor"])),
        _all(_item(), put("purposes.yaml", 2, "viewers", to=["institution"]), put("purposes.yaml", 2, "consent", to=True)),
        _all(_staff(), put("purposes.yaml", 2, "viewers", to=["department"])),
    ],
    "check-of-persons": [
        _staff(kind="funds"), _staff(persons=False), _staff(targets=["firm", "person"]),
        _all(_staff(), put("purposes.yaml", 2, "persons", to=False)),
    ],
    "check-measure-ungrounded": [
        _item(lists=[]), _item(targets=["trader"]), _item(department="approval"),
    ],
    "commitment-unknown": [
        _promise(kind="无"), _promise(publicity="其他-公开"), _promise(departments=["nobody"]), _promise(targets=["nobody"]),
        _promise(procedure="nothing"), _promise(excluded_matters=["nothing"]), _promise({"match": {"resource": "nothing", "providers": ["market"]}}),
        _promise({"match": {"resource": "penalty", "providers": ["nobody"]}}),
        _promise(exclusions=[{"key": "x", "title": text("失信"), "lists": ["nothing"], "way_out": text("修复"),
                              "basis": [{"title": "某法"}]}]),
    ],
    "commitment-too-long": [
        _promise(text=text("诺" * 4001)), _promise(liability={"zh": "责任", "en": " "}),
        _promise({"text": {"zh": "守法", "en": ""}}),
    ],
    "commitment-effect-ungrounded": [
        _promise(breach_effects=[{"measure": "ban", "basis": [{"title": "某法", "article": "第一条"}]}]),
    ],
    "commitment-duty-unusable": [
        _promise({"match": {"resource": "penalty", "providers": ["market"], "when": "nothing > 1"}}),
        _promise({"match": {"resource": "penalty", "providers": ["market", "approval"], "when": "fine > 1"}}),
        _promise({"match": {"resource": "penalty", "providers": ["market"], "when": "read_csv('x') = 1"}}),
        _all(_promise(), put("lists/list.yaml", "nature", to="positive"), lambda files: files.pop("measures/ban.yaml"),
             lambda files: files["plan.yaml"][0].pop("measures", None)),
    ],
    "evaluation-without-basis": [put(RESOURCE, "evaluation", to=False), _person_rating(evaluation=True)],
    "region-invalid": [put("pack.yaml", "region", to=region) for region in ("3701", "37010a", "990100", "３７０１００")],
    "person-in-model": [put(MODEL, "subject_types", to=["person"]), put(MODEL, "subject_types", to=["firm", "trader"])],
    "forbidden-personal-item": [
        _field(key="x", title=text("既往疾病")), _field(key="x", aliases=["疾 病".replace(" ", "")]),
        _field(key="chronic_diseases"), _field(key="x", title={"zh": "另", "en": "Disease of the person"}),
    ],
    "person-made-public": [_person_rating(publication={"mode": "public", "months": 12})],
    "overlapping-versions": [
        _version(in_force={"from": "2022-01-01"}), _version(in_force={"from": "2019-01-01", "until": "2020-01-01"}),
        put("lists/list.yaml", "in_force", "until", to="2018-12-31"),
    ],
    "review-date-past": [put(RESOURCE, "review_by", to="2026-11-22"), put("clocks.yaml", 0, "review_by", to="2020-01-01")],
    "months-in-order": [
        put(*TIER, "minimum_months", to=13), put(*TIER, "minimum_months", to=-1),
        _all(put("clocks.yaml", 0, "working_days", to=-7), put("clocks.yaml", 0, "warn", to=[])), put("lists/list.yaml", "term_months", to=-1),
        put("measures/ban.yaml", "term_months", to=-1), put(RESOURCE, "retention", "years", to=-5),
        put("overrides/law.yaml", "minimum_months", to=25),
        lambda files: files["lists/list.yaml"].update(term_months=12, earliest_removal_months=13),
    ],
    "publication-conflict": [
        put(RESOURCE, "publication", "months", to=3), put(RESOURCE, "publication", "mode", to="shared"),
        put(RESOURCE, "publication", to={"mode": "public", "until": "kind"}),
        put(RESOURCE, "publication", "left", to="kind"),
        _all(lambda files: files[RESOURCE].update(event_date=None, publication={"mode": "public", "months": 3}),
             lambda files: [files.pop(name) for name in (EARLY, LATE, "overrides/law.yaml")]),
    ],
    "field-without-type": [lambda files: files[RESOURCE]["fields"][0].pop("type")],
    "header-ambiguous": [
        put(*FIELDS, 2, "aliases", to=["日期"]), put(*FIELDS, 2, "title", to=text("罚 款")),
        put(*FIELDS, 2, "aliases", to=["ＵＳＣＣ"]), put(*FIELDS, 2, "code", to="Fine"),
        put(*FIELDS, 2, "aliases", to=["（罚款）"]),
    ],
    "code-ambiguous": [
        put("codes/kinds.yaml", "codes", 0, "aliases", to=["丙"]), put("codes/kinds.yaml", "codes", 0, "value", to="b"),
    ],
    "limit-unusable": [
        put(*FIELDS, 0, "max_length", to=0), put(*FIELDS, 0, "pattern", to="(["), put(*FIELDS, 0, "long_term", to=["长期"]),
        put(*FIELDS, 3, "minimum", to="yesterday"), put(*FIELDS, 4, "maximum", to="NaN"),
        put(*FIELDS, 4, "maximum", to="1" + "0" * 16),
        lambda files: files[RESOURCE]["fields"][4].update(minimum="10", maximum="9"),
        lambda files: files[RESOURCE]["fields"][3].update(minimum="2020-02-01", maximum="2020-01-31"),
    ],
    "unknown-reference": [
        put(RESOURCE, "providers", to=["nobody"]), put(RESOURCE, "category", to="C99"),
        put(RESOURCE, "subject_types", to=["firm", "nobody"]), put(RESOURCE, "unique", to=["nothing"]),
        put(RESOURCE, "event_date", to="nothing"), put(RESOURCE, "valid_from", to="nothing"),
        put(RESOURCE, "valid_until", to="nothing"), put(RESOURCE, "summary", to=["nothing"]),
        put(RESOURCE, "subject", "identity", to="nothing"), put(RESOURCE, "subject", "stated_on", to="nothing"),
        put(RESOURCE, "deadline", "from", to="nothing"), put(RESOURCE, "checks", 0, "fields", to=["nothing"]),
        put(RESOURCE, "publication", "tiers", to="nothing"), put("lists/list.yaml", "resource", to="nothing"),
        put("lists/list.yaml", "authority", to="nobody"), put("measures/ban.yaml", "triggers", to=["nothing"]),
        put("measures/ban.yaml", "enforcers", to=["nobody"]), put("measures/ban.yaml", "targets", to=["nobody"]),
        _item(department="nobody", measures=[]), _item(situation="nothing"), _item(purpose="nothing"),
        _item(lists=["list", "nothing"]), _item(measures=["ban", "nothing"]), _item(targets=["firm", "nobody"]),
        _item(reads=[{"resource": "nothing"}]),
        put("plan.yaml", 0, "check_items", to=["nothing"]),
        put(MODEL, "subject_types", to=["nobody"]), put(*INDICATOR, "dimension", to="nothing"),
        put(MODEL, "indicators", 1, to=BUILT | {"model": "nothing"}), put(MODEL, "vetoes", 0, "resource", to="nothing"),
        lambda files: files.update({"model-tests/case.yaml": {"title": "例", "model": "nothing", "as_of": "2026-01-01"}}),
        put("plan.yaml", 0, "measures", to=["nothing"]),
        put(*COVERAGE, "resources", to=["penalty", "nothing"]), put("overrides/law.yaml", "resource", to="nothing"),
        put("purposes.yaml", 0, "categories", to=["C99"]), put("consents/plain.yaml", "purpose", to="nothing"),
        put("consents/plain.yaml", "items", 0, "resources", to=["nothing"]),
        put("plan.yaml", 0, "resources", to=["nothing"]), put("plan.yaml", 15, "clocks", to=["nothing"]),
        _person_rating(publication={"mode": "public", "tiers": "windows"}, subject_types=["firm"]),
        lambda files: files.update({"tiers/other.yaml": files["tiers/windows.yaml"] | {
            "key": "other", "resource": "nothing", "tiers": [{"key": "t", "title": text("t"), "when": "true"}]}}),
    ],
    "code-set-missing": [
        put(*FIELDS, 2, "code_set", to="nothing"), put(*FIELDS, 2, "code_set", to=None),
        put(*FIELDS, 0, "code_set", to="nothing"), put("codes/kinds.yaml", "in_force", "until", to="2019-12-31"),
    ],
    "indicator-without-docstring": [
        put(*INDICATOR, "doc", to=None), put(*INDICATOR, "doc", to={"zh": "罚款的次数", "en": " "}),
    ],
    "indicator-unusable": [
        put(*INDICATOR, "resource", to=None), put(*INDICATOR, "resource", to=None), put(*INDICATOR, "field", to="fine"),
        put(*INDICATOR, "aggregate", to="sum"), put(*INDICATOR, "of", to="fine > 1"),
        put(*INDICATOR, "missing", to=NOTHING), put(*INDICATOR, "bins", to=[]),
        put(*INDICATOR, "decay", to=[{"months": 12, "weight": 1}, {"months": 12, "weight": "0.5"}]),
        put(*INDICATOR, "decay", to=[{"months": 12, "weight": "0.5"}, {"months": 24, "weight": 1}]),
        lambda files: files[MODEL]["indicators"][0].update(aggregate="exists", decay=[{"months": 12, "weight": 1}]),
        lambda files: files[MODEL]["indicators"][0].update(aggregate="sum", field="kind"),
        lambda files: files[MODEL]["indicators"][0].update(aggregate="sum", field="nothing"),
        lambda files: files[MODEL]["indicators"][0].update(aggregate="latest", field="kind", missing=NOTHING),
        put(*GRADED, "missing", to=None), put(*GRADED, "field", to="kind"), put(*GRADED, "gradings", 1, "values", to=["x"]),
        lambda files: files[MODEL].update(indicators=[files[MODEL]["indicators"][0] | {"key": f"i{n}"} for n in range(61)]),
    ],
    "protected-item-in-model": [
        put(*INDICATOR, "filter", to="representative = '某'"), put(MODEL, "vetoes", 0, "filter", to="representative = '某'"),
    ],
    "bins-in-order": [
        put(*INDICATOR, "bins", 0, "below", to=3), put(*INDICATOR, "bins", 0, "below", to=None),
        put(*INDICATOR, "bins", 2, "below", to=9), put(*INDICATOR, "bins", 2, "points", to=-1),
    ],
    "limits-in-order": [
        put(MODEL, "base", to=101), put(MODEL, "base", to=-1), put(MODEL, "dimensions", 0, "minimum", to=21),
        put(MODEL, "bands", 0, "from", to=0), put(MODEL, "bands", 0, "from", to=None), put(MODEL, "bands", 1, "from", to=10),
        put(MODEL, "bands", to=[{"key": k, "title": text(k), "from": n} for k, n in (("A", 50), ("B", 60), ("C", None))]),
    ],
    "model-cycle": [
        put(MODEL, "indicators", 1, to=BUILT), lambda files: files.update({
            MODEL: files[MODEL] | {"indicators": [BUILT | {"model": "other"}]},
            "models/other.yaml": files[MODEL] | {"key": "other", "indicators": [BUILT]}}),
    ],
    "model-without-resource-in-force": [
        put(MODEL, "in_force", "from", to="2019-12-31"), put(RESOURCE, "in_force", "until", to="2026-11-22"),
    ],
    "expression-invalid": [
        put(RESOURCE, "checks", 0, "assert", to="read_csv('x') = 1"), put(RESOURCE, "checks", 0, "assert", to="nothing > 1"),
        put(RESOURCE, "checks", 0, "when", to="kind ="), put(*FIELDS, 4, "required", to="random() > 0"),
        put("overrides/law.yaml", "when", to="nothing > 1"), put("overrides/law.yaml", "when", to="fine > month(today())"),
        _item(reads=[{"resource": "penalty", "when": "nothing > 1"}]),
        put(RESOURCE, "publication", "when", to="nothing > 1"),
        put(RESOURCE, "publication", "when", to="decision_date < today()"), put(*TIER, "when", to="(SELECT true)"), put(*TIER, "when", to="decision_date < today()"),
        put(*INDICATOR, "filter", to="count(*) > 1"), put(*INDICATOR, "filter", to="nothing > 1"),
        put(MODEL, "vetoes", 0, "filter", to="now() > decision_date"),
        lambda files: files[MODEL]["indicators"][0].update(aggregate="ratio", of="fine >", missing=NOTHING),
    ],
    "repair-incomplete": [
        lambda files: files[LATE]["materials"].append(files[LATE]["materials"][0] | {"key": "licence"}),
        lambda files: files[LATE]["materials"].pop(), put(LATE, "materials", 1, "text", to=None),
        put(LATE, "materials", 0, "text", to=text("证明")), lambda files: files[LATE]["conditions"].pop(1),
        put(LATE, "conditions", 0, "kind", to="minimum"),
    ],
    "regime-overlap": [
        put(EARLY, "in_force", "until", to="2026-04-01"), put(EARLY, "in_force", "until", to=None),
        lambda files: files[LATE]["covers"].append(files[LATE]["covers"][0] | {"key": "again"}),
    ],
    "regime-gap": [put(EARLY, "in_force", "until", to="2026-03-30"), put(LATE, "in_force", "from", to="2026-04-02")],
    "list-without-repair": [
        _all(_another("other"), put("lists/list.yaml", "resource", to="other")), lambda files: files.pop(LATE),
    ],
    "coverage-unusable": [
        put(*COVERAGE, "minimum", to="months"), put(*COVERAGE, "months", to=3), put(*COVERAGE, "here", to=False),
        put(*COVERAGE, "elsewhere", to=text("别处")), put(*COVERAGE, "minimum", to="list"),
        _another("other", *COVERAGE, "resources"), _all(_another("other", *COVERAGE, "resources"), put(*COVERAGE, "minimum", to="list")),
        _all(put(*COVERAGE, "minimum", to="months"), put(*COVERAGE, "months", to=3), put(RESOURCE, "event_date", to=None),
             lambda files: files.pop("overrides/law.yaml"), put(EARLY, "covers", 0, "minimum", to="none")),
    ],
    "override-unusable": [
        lambda files: files["overrides/law.yaml"].update(minimum_months=None, maximum_months=None),
        lambda files: files["overrides/law.yaml"].update(published=True, maximum_months=None),
        lambda files: files.update({
            "catalogue/other.yaml": files[RESOURCE] | {"key": "other", "event_date": None, "publication": {"mode": "shared"}},
            "overrides/law.yaml": files["overrides/law.yaml"] | {"resource": "other"}}),
    ],
    "clock-unusable": [
        put("clocks.yaml", 0, "months", to=1), put("clocks.yaml", 0, "working_days", to=None),
        put("clocks.yaml", 0, "escalate_to", to="nobody"), put("clocks.yaml", 0, "warn", to=["7.5"]),
    ],
    "placeholder-unknown": [
        put("notices/told.yaml", "body", to=text("{nothing}")), put("notices/told.yaml", "title", to=text("{}")),
        put("notices/told.yaml", "body", "en", to="from {from_day} on"),
    ],
    "consent-without-items": [
        put("consents/plain.yaml", "items", to=[]), put("consents/plain.yaml", "purpose", to="own"),
    ],
    "sensitive-consent-shared": [
        _consent(sensitive=True), _all(_another("other", "consents/plain.yaml", "items", 0, "resources"),
             lambda files: files["consents/plain.yaml"].update(sensitive=True, items=[
                 {"key": k, "title": text(k), "resources": [k]} for k in ("penalty", "other")])),
        _all(_another("other", "consents/plain.yaml", "items", 0, "resources"), lambda files: files["consents/plain.yaml"].update(
            sensitive=True, items=[{"key": "both", "title": text("两"), "resources": ["penalty", "other"]}])),
    ],
    "persons-without-basis": [
        put("purposes.yaml", 1, "basis", to=[{"title": "某法"}]), put("purposes.yaml", 1, "viewers", to=["subject", "public"]),
        put("purposes.yaml", 1, "basis", to=[{"title": "某法", "article": "第一条", "confidence": "L"}]),
        put("purposes.yaml", 1, "viewers", to=["institution"]),
    ],
    "ownership-undeclared": [_shared(None)],
    "ownership-unusable": [
        _shared({"by": "authority", "field": "nothing"}), _shared({"by": "authority", "field": "representative"}),
        _register(MARKET | {"basis": []}), _register(MARKET | {"prevails": ["nobody"]}),
        _register(MARKET | {"prevails": ["market", "market"]}), _register(MARKET, providers=["market"]),
        _register(MARKET | {"in_force": {"from": "2021-01-01"}}),
        _register(MARKET | {"in_force": {"from": "2020-01-01", "until": "2024-12-31"}}),
        _register(MARKET | {"in_force": {"from": "2020-01-01", "until": "2020-12-31"}}, MARKET | {"in_force": {"from": "2022-01-01"}}),
        _register(MARKET, MARKET | {"prevails": ["approval"], "in_force": {"from": "2024-01-01"}}),
        _register(MARKET | {"in_force": {"from": "2020-01-01", "until": "2019-01-01"}}, MARKET),
    ],
}  # fmt: skip
KEEPS: list[Change] = [
    _shared({"by": "provider"}),
    _shared({"by": "authority", "field": "uscc"}),
    _register(MARKET),
    _register(
        MARKET | {"in_force": {"from": "2020-01-01", "until": "2023-12-31"}},
        MARKET | {"prevails": ["approval", "market"], "in_force": {"from": "2024-01-01"}},
    ),
    put(
        "measures/ban.yaml",
        to=sound()["measures/ban.yaml"]
        | {"kind": "绿色通道", "nature": "incentive", "class": "favour", "triggers": [{"resource": "penalty"}]},
    ),
    _all(
        put(RESOURCE, "publication", to={"mode": "public", "until": "decision_date", "months": 3}),
        lambda files: [files.pop(name) for name in (EARLY, LATE, "overrides/law.yaml")],
    ),
    put(RESOURCE, "title", to=text("疾病预防控制机构处罚")),  # only what is kept of a subject counts
    put(*FIELDS, 0, "aliases", to=["名称（全称）"]),
    put(*FIELDS, 4, "minimum", to="0.05"),
    put(*FIELDS, 3, "long_term", to=["长期", "2099-12-31"]),
    put(RESOURCE, "review_by", to="2026-11-23"),
    put(*TIER, "minimum_months", to=12),
    put("pack.yaml", "region", to=None),
    _version(in_force={"from": "2019-01-01", "until": "2019-12-31"}, publication={"mode": "shared"}),
    _field(key="place", type="division"),
    _field(key="diseaseless_ward"),
    _person_rating(),
    lambda files: files.pop("plan.yaml"),
    lambda files: files.update({"models/other.yaml": files[MODEL] | {"key": "other", "indicators": [BUILT]}}),
    put(MODEL, "bands", 0, "from", to=100),
    put(*INDICATOR, "decay", to=[{"months": 12, "weight": 1}, {"months": 24, "weight": 1}]),
    put("clocks.yaml", 0, "warn", to=["7", "0.5"]),
    put("overrides/law.yaml", "minimum_months", to=24),
    lambda files: files["overrides/law.yaml"].update(minimum_months=None, maximum_months=None, published=False),
    _all(put(*COVERAGE, "minimum", to="list"), put(*COVERAGE, "months", to=12)),
    _all(put(*COVERAGE, "minimum", to="list"), put("lists/list.yaml", "earliest_removal_months", to=6)),
    lambda files: files[LATE]["covers"][0].update(minimum="list", here=False, elsewhere=text("别处")),
    put("purposes.yaml", 0, "persons", to=True),  # under their consent
    put("consents/plain.yaml", "sensitive", to=True),
    _consent(),  # two ways to consent to what is not sensitive
    _promise(),
    _promise(kind="其他-科研", departments=[]),
    put(RESOURCE, "publication", "when", to="fine > 1"),
    put("measures/ban.yaml", "term_months", to=36),
    put("measures/ban.yaml", "triggers", to=[{"resource": "penalty"}]),
    _all(put(RESOURCE, "subject_types", to=["firm", "person"]), put("measures/ban.yaml", "targets", to=["person"])),
    _item(),
    _item(reads=[]),
    _staff(),
    lambda files: files.pop(EARLY),
]

BREAKS |= inspected.BREAKS | classed.BREAKS | reported.BREAKS
KEEPS += inspected.KEEPS + classed.KEEPS + reported.KEEPS


def _problems(folder: Path, change: Change) -> list[tuple[str, str]]:
    files = sound()
    change(files)
    return [
        (problem.lint, f"{problem.where}: {problem.message}") for problem in lint(load(written(folder, files)), DAY)
    ]


def test_every_lint_has_packs_that_break_it_and_a_docstring() -> None:
    assert {*BREAKS, *procedures.BREAKS} == set(LINTS)
    assert all(rule.__doc__ for rule in LINTS.values())


def test_a_sound_pack_breaks_nothing(tmp_path: Path) -> None:
    assert lint(load(written(tmp_path, sound())), DAY) == []


@pytest.mark.parametrize(("name", "number"), [(n, i) for n, changes in BREAKS.items() for i in range(len(changes))])
def test_a_pack_that_breaks_one_rule_is_told_of_that_one_alone(tmp_path: Path, name: str, number: int) -> None:
    found = _problems(tmp_path, BREAKS[name][number])
    assert {broken for broken, _ in found} == {name}, found


@pytest.mark.parametrize("number", range(len(KEEPS)))
def test_a_pack_that_comes_near_a_rule_is_left_alone(tmp_path: Path, number: int) -> None:
    assert _problems(tmp_path, KEEPS[number]) == []


def test_a_resource_that_may_be_evaluated_needs_a_basis(tmp_path: Path) -> None:
    found = _problems(tmp_path, put(RESOURCE, "basis", to=[]))
    assert {name for name, _ in found} == {"no-basis", "evaluation-without-basis"}


def test_a_problem_says_where_and_what(tmp_path: Path) -> None:
    assert _problems(tmp_path, put("measures/ban.yaml", "kind", to="P99")) == [
        ("measure-outside-national-list", "measures/ban: sanctions by P99, which the national list does not have")
    ]
