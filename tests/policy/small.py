"""A small pack that breaks no rule, as the files that it is written in, and ways to break it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

BASIS = [{"title": "某法", "article": "第一条"}]
RESOURCE = "catalogue/penalty.yaml"
Change = Callable[[dict[str, Any]], None]


def text(zh: str) -> dict[str, str]:
    return {"zh": zh, "en": zh}


def _penalty() -> dict[str, Any]:
    return {
        "key": "penalty",
        "title": text("职业病防治处罚"),
        "category": "C03",
        "providers": ["market"],
        "subject_types": ["firm"],
        "nature": "negative",
        "in_force": {"from": "2020-01-01"},
        "basis": BASIS,
        "evaluation": True,
        "subject": {"name": "subject_name", "code": "uscc"},
        "fields": [
            {"key": "subject_name", "title": text("名称"), "type": "text", "required": True},
            {"key": "uscc", "title": text("代码"), "type": "uscc"},
            {"key": "kind", "title": text("类别"), "type": "code", "code_set": "kinds"},
            {"key": "decision_date", "title": text("日期"), "type": "date", "required": True},
            {"key": "fine", "title": text("罚款"), "type": "money-wan", "required": "kind = 'a'"},
            {"key": "level", "title": text("程度"), "type": "code", "code_set": "levels"},
            {"key": "representative", "title": text("法定代表人"), "type": "text"},
        ],
        "unique": ["decision_date"],
        "event_date": "decision_date",
        "checks": [
            {"key": "past", "assert": "decision_date <= today()", "fields": ["decision_date"], "message": text("晚")}
        ],
        "publication": {"mode": "public", "tiers": "windows"},
        "sharing": {"mode": "shared"},
        "retention": {"years": 5},
        "deadline": {"working_days": 7, "from": "decision_date"},
    }


def _rights(rule: dict[str, Any]) -> dict[str, Any]:
    """Two regimes of repair, another term by law, purposes, consents and a notice."""
    regime = rule | {
        "title": text("修复"),
        "covers": [
            {
                "key": "penalties",
                "title": text("处罚"),
                "resources": ["penalty"],
                "minimum": "tiers",
                "decides": "provider",
                "basis": BASIS,
            }
        ],
        "conditions": [
            {"key": kind, "title": text(kind), "kind": kind, "basis": BASIS}
            for kind in ("performed", "minimum", "commitment")
        ],
        "materials": [
            {"key": "proof", "title": text("证明"), "kind": "proof", "fetchable": True, "basis": BASIS},
            {"key": "promise", "title": text("承诺书"), "kind": "commitment", "text": text("承诺"), "basis": BASIS},
        ],
        "ends": ["publication"],
        "false_material": {"published_months": 36, "basis": BASIS},
    }
    return {
        "repair/early.yaml": regime | {"key": "early", "in_force": {"from": "2023-05-01", "until": "2026-03-31"}},
        "repair/late.yaml": regime | {"key": "late", "in_force": {"from": "2026-04-01"}},
        "overrides/law.yaml": rule
        | {
            "key": "law",
            "title": text("另有规定"),
            "resource": "penalty",
            "when": "fine > 50",
            "minimum_months": 6,
            "maximum_months": 24,
        },
        "purposes.yaml": [
            rule
            | {
                "key": "financing",
                "title": text("融资"),
                "viewers": ["institution"],
                "modes": ["shared"],
                "consent": True,
            },
            rule
            | {
                "key": "own",
                "title": text("本人"),
                "viewers": ["subject"],
                "modes": ["public", "shared"],
                "persons": True,
            },
            rule
            | {
                "key": "review",
                "title": text("审查"),
                "viewers": ["department", "personnel"],
                "modes": ["shared"],
                "persons": True,
            },
        ],
        "consents/plain.yaml": rule
        | {
            "key": "plain",
            "title": text("授权"),
            "purpose": "financing",
            "body": text("同意"),
            "longest_months": 12,
            "items": [{"key": "penalty", "title": text("处罚"), "resources": ["penalty"]}],
        },
        "notices/told.yaml": rule | {"key": "told", "title": text("告知"), "body": text("{subject}：从{from_day}起。")},
    }


def sound() -> dict[str, Any]:
    """The files of the pack by name, made anew each time."""
    rule: dict[str, Any] = {"in_force": {"from": "2019-01-01"}, "basis": BASIS}
    files = {
        "pack.yaml": {"name": "small", "title": text("小包"), "region": "370100"},
        "subjects.yaml": [
            {"key": "firm", "title": text("企业"), "prefixes": ["91"], "category": "法人及非法人组织"},
            {"key": "trader", "title": text("个体"), "prefixes": ["92"], "category": "个体工商户", "scorable": False},
            {"key": "person", "title": text("人"), "category": "自然人", "natural": True, "scorable": False},
        ],
        "providers.yaml": [{"key": "market", "title": text("市监")}, {"key": "approval", "title": text("审批")}],
        "categories.yaml": [{"key": "C03", "title": text("行政"), "chapter": "administrative"}],
        "clocks.yaml": [rule | {"key": "clock", "title": text("时限"), "working_days": 7,
                                 "extension_working_days": 5}],
        "forbidden.yaml": [{"key": "disease", "title": text("疾病"), "words": ["疾病", "disease"], "basis": BASIS}],
        "measure-kinds.yaml": [{"key": "P01", "title": text("准入"), "class": "I", "basis": BASIS}],
        "measure-classes.yaml": [
            {"key": "national", "title": text("全国"), "nature": "sanction", "basis": BASIS},
            {"key": "severe", "title": text("严重"), "nature": "sanction", "severe_only": True, "basis": BASIS},
            {"key": "local", "title": text("地方"), "nature": "sanction", "local": True, "basis": BASIS},
            {"key": "any", "title": text("均可"), "nature": "sanction", "any_enforcer": True, "basis": BASIS},
            {"key": "favour", "title": text("激励"), "nature": "incentive", "basis": BASIS},
        ],
        "plan.yaml": [{"key": f"C{n}", "title": text(f"第{n}条")} for n in range(1, 17)],
        "codes/kinds.yaml": rule
        | {"key": "kinds", "title": text("类"), "edition": "1",
           "codes": [{"value": "a", "title": text("甲")}, {"value": "b", "title": text("乙"), "aliases": ["丙"]}]},
        "codes/levels.yaml": rule
        | {"key": "levels", "title": text("程度"), "edition": "1",
           "codes": [{"value": "x", "title": text("轻")}, {"value": "y", "title": text("重")}]},
        RESOURCE: _penalty(),
        "lists/list.yaml": rule
        | {"key": "list", "title": text("名单"), "resource": "penalty", "authority": "market", "nature": "negative",
           "term_months": 36},
        "measures/ban.yaml": rule
        | {"key": "ban", "title": text("限"), "kind": "P01", "nature": "sanction", "targets": ["firm"],
           "class": "national", "triggers": ["list"], "enforcers": ["market"], "review_by": "2190-01-01"},
        "check-situations.yaml": [{"key": "funds", "title": text("资金"), "basis": BASIS}],
        "tiers/windows.yaml": rule
        | {"key": "windows", "title": text("期"), "resource": "penalty",
           "tiers": [{"key": "general", "title": text("一般"), "when": "kind = 'a'", "minimum_months": 3,
                      "maximum_months": 12}]},
        "models/model.yaml": rule
        | {"key": "model", "title": text("模型"), "subject_types": ["firm"], "cycle": "monthly", "base": 80,
           "in_force": {"from": "2020-01-01"},
           "minimum": 0, "maximum": 100,
           "dimensions": [{"key": "d", "title": text("维度"), "minimum": -30, "maximum": 20}],
           "indicators": [
               {"key": "i", "title": text("指标"), "doc": text("罚款的次数"), "dimension": "d", "resource": "penalty",
                "filter": "fine > 0", "basis": BASIS,
                "bins": [{"below": 1, "points": 0, "reason": text("无")}, {"below": 3, "points": -5, "reason": text("少")},
                         {"points": -10, "reason": text("多")}]},
               {"key": "g", "title": text("最近类别"), "doc": text("最近一次的类别"), "dimension": "d",
                "resource": "penalty", "aggregate": "latest", "field": "level", "basis": BASIS,
                "gradings": [{"values": ["x"], "points": -1, "reason": text("甲")},
                             {"values": ["y"], "points": -2, "reason": text("乙")}],
                "missing": {"points": 0, "reason": text("没有")}},
           ],
           "vetoes": [{"key": "v", "title": text("否决"), "resource": "penalty", "filter": "fine > 100",
                       "reason": text("重"), "basis": BASIS}],
           "bands": [{"key": "A", "title": text("优"), "from": 80}, {"key": "B", "title": text("差")}]},
        **_rights(rule),
    }  # fmt: skip
    return json.loads(json.dumps(files))  # nothing is shared: a change is one change


def written(folder: Path, files: dict[str, Any]) -> Path:
    """The folder, with the files written into it; a text is written as it is."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        said = data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        path.write_text(said, encoding="utf-8")
    return folder


def put(*trail: Any, to: Any) -> Change:
    """A change of the files: what stands at the end of ``trail`` becomes ``to``."""

    def change(files: dict[str, Any]) -> None:
        place: Any = files
        for step in trail[:-1]:
            place = place[step]
        place[trail[-1]] = to

    return change
