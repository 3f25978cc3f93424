"""Packs with reports and with a resource for the special report alone, and each rule about them broken."""

from __future__ import annotations

from typing import Any

from tests.policy.small import RESOURCE, Change, text

RULE: dict[str, Any] = {"in_force": {"from": "2019-01-01"}, "basis": [{"title": "某法", "article": "第一条"}]}
WORDS = {key: text(key) for key in ("empty", "dash", "suggestion", "statement", "objection", "repair", "limits")}
CHAPTER = {
    "key": "acts",
    "title": text("行政"),
    "categories": ["C03"],
    "shows": [{"key": "penalty", "layout": "cards"}],
}
SECTION = {"key": "penalties", "title": text("处罚"), "resources": ["penalty", "summary"], "basis": RULE["basis"]}
DOMAIN = {"key": "market", "title": text("市监"), "providers": ["market"]}


def reported(*, chapter: dict[str, Any] | None = None, **said: Any) -> Change:
    """A sound pack with a report; what ``said`` and ``chapter`` say otherwise is wrong with it."""
    report = RULE | {
        "key": "report", "title": text("报告"), "kind": "public", "document": "report", "version": "V1",
        "issuer": text("中心"), "subject_types": ["firm", "trader"], "readers": ["subject", "agent"], "words": WORDS,
        "chapters": [CHAPTER | (chapter or {})],
    }  # fmt: skip
    kinds = [RULE | {"key": "report", "title": text("报告"), "number": {"stamp": "yyyyMMdd", "random": 6}}]
    return lambda files: files.update({"reports/report.yaml": report | said, "document-kinds.yaml": kinds})


def special(*, change: Change = lambda files: None, **said: Any) -> Change:
    """A sound pack with a resource for the special report alone, and that report; ``said`` is said of the resource."""

    def changed(files: dict[str, Any]) -> None:
        files["catalogue/summary.yaml"] = files[RESOURCE] | {
            "key": "summary", "nature": "special-report-only", "evaluation": False,
            "publication": {"mode": "authorised"}, "sharing": {"mode": "authorised"},
        } | said  # fmt: skip
        sections = {"sections": [SECTION], "domains": [DOMAIN], "longest_years": 5, "chapters": []}
        reported(kind="special", **sections)(files)
        change(files)

    return changed


def _rated(files: dict[str, Any]) -> None:
    """Ratings in a chapter that does not say so."""
    files["categories.yaml"].append({"key": "C09", "title": text("评价"), "chapter": "ratings"})
    reported(chapter={"categories": ["C03", "C09"]})(files)


def _consented(files: dict[str, Any]) -> None:
    files["consents/plain.yaml"]["items"][0]["resources"].append("summary")


def _own(*readers: str, **said: Any) -> Change:
    return reported(kind="own", subject_types=["person"], readers=list(readers), **said)


BREAKS: dict[str, list[Change]] = {
    "report-unknown": [
        reported(subject_types=["firm", "stranger"]), reported(document="nothing"),
        reported(chapter={"shows": [{"key": "nothing"}]}),
        reported(chapter={"shows": [{"key": "penalty", "fields": ["nothing"]}]}),
        reported(words=WORDS | {"empty": {"zh": "无", "en": " "}}),
        reported(kind="special", chapters=[], longest_years=5, domains=[DOMAIN | {"providers": ["nobody"]}],
                 sections=[SECTION | {"resources": ["penalty"]}]),
    ],
    "report-loses-records": [
        reported(chapter={"categories": ["C03", "C04"]}), reported(chapters=[CHAPTER, CHAPTER | {"key": "again"}]),
        lambda files: (files["categories.yaml"].append({"key": "C01", "title": text("登记"), "chapter": "registration"}),
                       reported()(files))[1],
    ],
    "report-of-persons": [
        reported(subject_types=["firm", "person"]), reported(kind="own"), _own("subject", "agent"), _rated,
        reported(readers=["subject", "department"]), reported(kind="check"),
        special(change=lambda files: files["reports/report.yaml"].update(readers=["subject", "public"])),
    ],
    "special-read-elsewhere": [
        special(evaluation=True), special(sharing={"mode": "shared"}), special(change=_consented),
    ],
}  # fmt: skip
KEEPS: list[Change] = [
    reported(), reported(readers=["subject", "public"]), special(), _own("subject", "window"),
    reported(kind="check", readers=["department"]),
]  # fmt: skip
