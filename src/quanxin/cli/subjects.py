"""Commands about subjects: subject, search, archive, merge, split, undo; and sample-code.

Invariant: what is shown went through the accessor for the viewer named; the same question has the same bytes.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal import when
from quanxin.terminal.access import ANYONE, actor, may
from quanxin.terminal.options import Reason
from quanxin.terminal.output import emit, fail, table

DIVISION = 6  # digits of a division of GB/T 2260
Code = Annotated[str, typer.Argument(help="统一社会信用代码或注册号 / code")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (subject, search, archive, merge, split, undo, sample_code):
        app.command()(command)


@may(Role.CENTRE, Role.STEWARD)
def subject(code: Code) -> None:
    """主体：名称与识别号的沿革、疑点、合并拆分判断。 / A subject: names, identifiers, findings, judgements."""
    found = _find(code)
    from quanxin.archive import viewers
    from quanxin.archive.own_matters import expect_others
    from quanxin.subjects import queries

    who = actor()
    if not any(one.covers(region=found.region) for one in who.by(Role.CENTRE, Role.STEWARD)):
        raise viewers.refused(who, f"subject:{found.pk}", "not in the actor's districts")
    expect_others(who, [found.pk], f"subject:{found.pk}")
    ids = queries.cluster(found)
    emit(
        {
            "code": found.code,
            "name": found.name,
            "type": found.type,
            "names": [
                {"id": n.pk, "name": n.text, "from": _iso(n.valid_from), "until": _iso(n.valid_until)}
                for n in queries.names_of(ids)
            ],
            "identifiers": [
                {"id": i.pk, "kind": i.kind, "value": i.value} for i in queries.identifiers_of(ids) if not i.sealed
            ],
            "findings": [{"kind": f.kind, "value": f.value} | f.particulars for f in queries.findings_about(found)],
            "judgements": [
                {
                    "id": j.pk,
                    "kind": j.kind,
                    "actor": j.actor,
                    "reason": j.reason,
                    "at": j.at.isoformat(),
                    "undone_at": _iso(j.undone_at),
                }
                for j in queries.judgements_about(found)
            ],
        }
    )


@may(ANYONE)
def search(
    text: Annotated[str, typer.Argument(help="名称或其中两个以上的字，或代码 / part of a name, or a code")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多列出多少个 / how many at most")] = 20,
) -> None:
    """按名称或代码查找主体。 / Find subjects by name or code."""
    from quanxin.subjects.queries import find
    from quanxin.subjects.search import search_names

    if exact := find(text):
        rows = [{"code": exact.code, "name": exact.name, "former_name": None, "type": exact.type}]
    else:
        hits = search_names(text, limit=limit).hits
        rows = [{"code": h.code, "name": h.name, "former_name": h.former_name, "type": h.type} for h in hits]
    empty = "没有找到。请至少输入名称中的两个字，或完整的统一社会信用代码。"
    emit(rows, show=lambda found: table(f"“{text}”", found, empty=empty))


@may(ANYONE)
def archive(
    code: Code,
    as_of: Annotated[str | None, typer.Option(help="事实日期（YYYY-MM-DD），默认今天 / day asked about")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="平台所知时点（ISO 8601），默认现在 / moment of knowledge")
    ] = None,
    viewer: Annotated[Literal["public", "centre"], typer.Option(help="以何身份查看 / as whom")] = "public",
    purpose: Annotated[str, typer.Option(help="查询目的（centre 必填） / what for")] = "",
) -> None:
    """信用档案：按日期和所知时点还原。 / The archive, as of a day and as known at a moment."""
    found = _find(code)
    from quanxin.archive import viewers
    from quanxin.archive.queries import archive_of
    from quanxin.archive.serial import as_json

    if viewer == "centre" and not purpose.strip():
        fail(
            "以 centre 身份查询须说明目的。",
            "The centre's viewer needs a purpose.",
            "请加 --purpose，如 --purpose 核查。",
            code=2,
        )
    as_whom = viewers.PUBLIC if viewer == "public" else viewers.centre(actor(), purpose)
    emit(
        as_json(archive_of(found.pk, as_whom, valid_on=when.day(as_of), known_at=when.moment(known_at))),
        show=_show_archive,
    )


@may(Role.STEWARD)
def merge(
    kept: Annotated[str, typer.Argument(help="保留主体的代码 / code of the one kept")],
    other: Annotated[str, typer.Argument(help="并入主体的代码 / code of the one merged into it")],
    reason: Reason,
) -> None:
    """判断两个主体实为一个（可撤销）。 / Judge that two subjects are one; can be undone."""
    first, second = _find(kept), _find(other)
    from quanxin.intake import subject_merges

    made = subject_merges.merge(actor(), first, second, reason=reason)
    emit({"judgement": made.pk, "kept": kept, "other": other})


@may(Role.STEWARD)
def split(
    code: Code,
    new_code: Annotated[str, typer.Option(help="拆出主体的代码 / code of the new subject")],
    name: Annotated[list[int], typer.Option(help="归新主体的名称编号 / ids of names that move")],
    reason: Reason,
    identifier: Annotated[list[int] | None, typer.Option(help="归新主体的识别号编号 / ids of identifiers")] = None,
    record: Annotated[list[int] | None, typer.Option(help="归新主体的记录编号 / ids of records")] = None,
) -> None:
    """判断一个主体实为两个（可撤销）。 / Judge that one subject is two; can be undone."""
    found = _find(code)
    from quanxin.archive import judgements

    made = judgements.split(
        actor(), found, reason=reason, code=new_code, names=name, identifiers=identifier or [], records=record or []
    )
    emit({"judgement": made.pk, "kept": code, "other": new_code})


@may(Role.STEWARD)
def undo(
    judgement: Annotated[int, typer.Argument(help="判断编号 / number of the judgement")],
    reason: Reason,
) -> None:
    """撤销一个合并或拆分判断。 / Undo a merge or a split."""
    from quanxin.archive import judgements
    from quanxin.subjects.models import Judgement

    undone = judgements.undo(actor(), Judgement.objects.get(pk=judgement), reason=reason)
    emit({"judgement": undone.pk, "undone_at": _iso(undone.undone_at)})


def _find(code: str) -> Any:

    from quanxin.archive.errors import NoSuchSubject
    from quanxin.subjects.queries import asked_for

    found = asked_for(actor(), code)
    if found is None:
        raise NoSuchSubject(code)
    return found


def _iso(value: dt.date | dt.datetime | None) -> str | None:
    return value.isoformat() if value else None


def _show_archive(archive: dict[str, Any]) -> Any:
    from rich.console import Group

    subject = archive["subject"]
    parts = [
        table(f"{subject['name']}  {subject['code']}",
              [{c["title"]: c["count"] for c in archive["summary"]}]),
    ]  # fmt: skip
    for chapter in archive["chapters"]:
        rows = [
            {
                "日期 date": r["event_date"],
                "事项": r["title"],
                "内容": "；".join(r["summary"].values()),
                "提供单位": r["provider"],
                "版本": r["version"],
            }
            for r in chapter["records"]
        ]
        if rows:
            parts.append(table(chapter["title"], rows))
    return Group(*parts)


@may(ANYONE, database=False)
def sample_code(
    kind: Annotated[str, typer.Option("--type", help="主体类型 / subject type of the pack")] = "enterprise",
    division: Annotated[str | None, typer.Option(help="行政区划代码，默认为本市 / division, of six digits")] = None,
    number: Annotated[int, typer.Option("--from", min=0, help="从第几个起 / from which on")] = 1,
    count: Annotated[int, typer.Option(min=1, max=1000, help="个数 / how many")] = 1,
) -> None:
    """校验位正确的样例统一社会信用代码（带QX字样），供试填试传。 / Valid codes that are marked as samples."""
    from quanxin.demo.city import code_of
    from quanxin.policy import load
    from quanxin.runtime import environment

    pack = load(environment.value("QUANXIN_PACK"))
    known = {key: one.prefixes[0] for key, one in pack.subject_types.items() if one.prefixes}
    if kind not in known:
        fail(f"没有带代码的主体类型 {kind}。", f"no subject type {kind} has codes", f"可用：{'、'.join(known)}")
    place = division or pack.region
    if len(place) != DIVISION or not place.isdigit():
        fail(f"行政区划代码应为六位数字：{place}", f"a division has six digits: {place}")
    made = [code_of(known[kind], place, number + n) for n in range(count)]
    emit(made, show=lambda codes: "\n".join(codes))
