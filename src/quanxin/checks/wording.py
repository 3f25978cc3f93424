"""What a check says, in the reader's language: findings, what was looked at, counts, files.

Invariant: it says what was kept, and adds no judgement of its own. A natural person's name is read where it is shown and kept in
no result.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from quanxin.accounts.models import Organisation
from quanxin.checks import items
from quanxin.checks.models import Check, Result
from quanxin.checks.queries import expired
from quanxin.pages.display import day as in_day
from quanxin.pages.listings import Column, Kind
from quanxin.policy.model import Text
from quanxin.runtime.language import listed, said
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject


def findings(result: Result) -> list[dict[str, Any]]:
    """The findings of a result in words: what, from whom, since when, and the measures with their articles."""
    pack = current_pack()
    titles = {kind: {one.key: one.title for one in getattr(pack, kind)} for kind in ("lists", "resources")}
    made = []
    for one in result.findings:
        title = titles["lists"].get(one["list"]) or titles["resources"].get(one["resource"])
        provider = pack.providers.get(one["source"])
        made.append({
            "title": said(title) if title else one["resource"],
            "source": said(provider.title) if provider else one["source"],
            "since": _day(one["since"]), "until": _day(one["until"]), "disputed": one["disputed"],
            "measures": [_measure(m) for m in one["measures"]],
        })  # fmt: skip
    return made


def of_check(check: Check) -> dict[str, Any]:
    """What a page says of a check besides: item, department, what was looked at, whether it expired."""
    pack = current_pack()
    item = items.titles().get(check.item)
    lists, resources = ({one.key: one.title for one in getattr(pack, kind)} for kind in ("lists", "resources"))
    looked = [
        *(lists[key] for key in check.looked_at["lists"] if key in lists),
        *(resources[key] for key in check.looked_at["resources"] if key in resources),
    ]
    return {
        "item": said(item) if item else check.item,
        "department": _who(check),
        "looked": listed(said(title) for title in looked),
        "expired": expired(check),
        "counts": counted(check),
    }


def _who(check: Check) -> str:
    """The department that checked; of a person, the authority that asked for it."""
    asked = Organisation.objects.filter(key=check.organisation).first() if check.organisation else None
    department = current_pack().providers.get(check.department)
    return asked.name if asked else said(department.title) if department else check.department


def counted(check: Check) -> list[str]:
    """How many results there are of each verdict."""
    return [
        _("%(what)s %(count)s") % {"what": one.label, "count": f"{check.counts[one.value]:,}"}
        for one in Result.Verdict
        if check.counts.get(one.value)
    ]


def unknown(check: Check, most: int) -> list[str]:
    """The codes that found nobody, one by one with their rows, the first ``most``; where there are more, that too."""
    count = check.counts.get(Result.Verdict.UNKNOWN, 0)
    if not count:
        return []
    rows = check.results.filter(verdict=Result.Verdict.UNKNOWN).order_by("position")[:most]
    made = [_("查无此主体的代码共 %(count)s 个：") % {"count": f"{count:,}"}]
    for one in rows:
        stated = f"{one.code}（{one.name}）" if one.name else one.code
        made.append(_("第 %(row)s 行　%(stated)s") % {"row": one.position, "stated": stated})
    return [*made, _("其余见结果列表。")] if count > most else made


def name_of(result: Result) -> str:
    """The name of whom a result is about."""
    if result.name or result.subject_id is None:
        return str(result.name)
    found = Subject.objects.filter(pk=result.subject_id).values_list("name", flat=True).first()
    return str(found or "")


def file_columns(check: Check) -> list[Column]:
    """The columns of a check's file."""
    return [
        Column(_("序号"), lambda r: r.position, Kind.COUNT),
        Column(_("统一社会信用代码"), lambda r: r.code),
        Column(_("名称"), lambda r: r.name),
        Column(_("结果"), lambda r: r.get_verdict_display()),
        Column(_("发现"), lambda r: "；".join(one["title"] for one in findings(r))),
        Column(_("可以采取的措施"), lambda r: "；".join(m["title"] for one in findings(r) for m in one["measures"])),
        Column(_("使用情况"), lambda r: r.use.get_decision_display() if hasattr(r, "use") else ""),
        Column(_("核查编号"), lambda _r: check.number),
        Column(_("有效期至"), lambda _r: check.valid_until),
        Column(_("结果摘要（SHA-256）"), lambda r: r.digest),
    ]


def _measure(said_of: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": said(Text(**said_of["title"])),
        "must": said_of["must"],
        "until": _day(said_of["until"]),
        "basis": [_article(basis) for basis in said_of["basis"]],
    }


def _article(basis: dict[str, Any]) -> str:
    return f"《{basis['title']}》{basis.get('article') or basis.get('reference') or ''}"


def _day(text: str | None) -> str:
    return in_day(dt.date.fromisoformat(text)) if text else ""
