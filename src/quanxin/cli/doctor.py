"""Commands about the installation itself: doctor, stop.

Invariant: ``doctor`` exits with 0 exactly when nothing that it found keeps Quanxin from working.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quanxin.cli.acting import ANYONE, MACHINE, may
from quanxin.cli.output import emit, progress
from quanxin.runtime.finding import Finding, State, attention, ok, problem

if TYPE_CHECKING:
    from quanxin.archive.lake_proof import Proof

_MARKS = {State.OK: ("✓", "green"), State.ATTENTION: ("!", "yellow"), State.PROBLEM: ("✗", "red")}


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(doctor)
    app.command()(stop)


@may(ANYONE, database=False)
def doctor(
    deep: Annotated[
        bool,
        typer.Option("--deep", help="逐行核对列式镜像和审计封存，重新核算得分 / prove lake, sealed lines and scores"),
    ] = False,
) -> None:
    """检查安装与运行环境，说明问题和解决办法。 / Say what is wrong with this installation and what to do about it."""
    from quanxin.runtime.doctor import examine

    found = list(examine(more=(*CHECKS, *(DEEP if deep else ()))))
    emit([finding.as_json() for finding in found], show=lambda _: _show(found))
    if any(finding.state is State.PROBLEM for finding in found):
        raise typer.Exit(1)


@may(MACHINE, database=False)
def stop() -> None:
    """停止随软件包运行的 PostgreSQL。 / Stop the PostgreSQL that came with the package."""
    from quanxin.runtime import environment, postgres

    emit({"stopped": postgres.stop(environment.data_dir())})


def pack() -> Iterator[Finding]:
    """Whether the policy pack can be read, and obeys its own rules."""
    from quanxin.calendar import today
    from quanxin.policy import lint, load
    from quanxin.runtime import environment

    name = environment.value("QUANXIN_PACK")
    findings = lint(load(name), today())
    if findings:
        words = (f"政策包 {name} 有 {len(findings)} 处不合规则", f"The pack {name} breaks {len(findings)} rules")
        advice = (f"请运行 quanxin pack check {name}", f"Run quanxin pack check {name}")
        yield problem("pack", words, advice)
    else:
        yield ok("pack", f"政策包 {name} 可用", f"The pack {name} is usable")


def keys() -> Iterator[Finding]:
    """Whether the ring holds every key under which something is sealed."""
    from quanxin.accounts import keyring

    lost = keyring.missing()
    if lost:
        yield problem(
            "keys",
            (
                f"密钥环缺少密钥，打不开 {'、'.join(sorted(lost))}",
                f"The ring lacks keys that seal {', '.join(sorted(lost))}",
            ),
            ("请放回该数据库所用的密钥环", "Put back the ring that this database was used with"),
        )
    else:
        yield ok("keys", "密钥环可打开全部加密内容", "The ring opens whatever is sealed")


def lake() -> Iterator[Finding]:
    """Whether files lie in the lake that no batch names, left by an intake that was killed."""
    from quanxin.archive.lake import orphans

    lost = orphans()
    if lost:
        yield attention(
            "lake",
            (f"列式镜像中有 {len(lost)} 个文件不属于任何批次", f"{len(lost)} files of the lake belong to no batch"),
            ("下次接收同类文件时会自动清除", "The next intake of their resource clears them away"),
        )
    else:
        yield ok("lake", "列式镜像与批次一致", "The lake agrees with the batches")


def drop_folder() -> Iterator[Finding]:
    """Whether departments can write to their own drop folders alone."""
    from quanxin.exchange import drop_health

    yield from drop_health.findings()


def follow_ups() -> Iterator[Finding]:
    """Whether anything that events asked for is set aside."""
    from quanxin.archive import health

    yield from health.set_aside()


def followers() -> Iterator[Finding]:
    """Whether whoever follows the archive's events keeps up."""
    from quanxin.archive import health

    yield from health.lags()


def evaluation() -> Iterator[Finding]:
    """Whether scores follow the archive, and whether the last night found them to have drifted."""
    from quanxin.evaluation import health

    yield from health.findings()


def attachments() -> Iterator[Finding]:
    """Whether there is a virus scanner that answers, and whether files wait for it."""
    from quanxin.attachments import health

    yield from health.findings()


def doors() -> Iterator[Finding]:
    """Whether the site says where weaknesses are reported, and counts requests by the addresses that they come from."""
    from django.conf import settings

    from quanxin.runtime.finding import attention, ok

    if not settings.SECURITY_CONTACT:
        yield attention(
            "doors",
            (
                "没有设置漏洞报告的联系方式，/.well-known/security.txt 不存在",
                "Nothing says where weaknesses are reported",
            ),
            ("请设置 QUANXIN_SECURITY_CONTACT", "Set QUANXIN_SECURITY_CONTACT"),
        )
    if settings.SESSION_COOKIE_SECURE and not settings.TRUSTED_PROXIES:
        yield attention(
            "doors",
            ("QUANXIN_HTTPS=1 而 QUANXIN_PROXIES=0：看不到访问者的地址，次数限制按代理的地址计",
             "QUANXIN_HTTPS=1 and QUANXIN_PROXIES=0: requests are counted by the proxy's address, not by the visitors'"),
            ("请把 QUANXIN_PROXIES 设为代理的层数", "Set QUANXIN_PROXIES to the number of proxies"),
        )  # fmt: skip
    if settings.SECURITY_CONTACT and (settings.TRUSTED_PROXIES or not settings.SESSION_COOKIE_SECURE):
        yield ok("doors", "对外的设置齐全", "What the site says to the outside is set")


def deep_evaluation() -> Iterator[Finding]:
    """Whether evaluating everyone anew gives the scores that stand."""
    from quanxin.evaluation import health

    yield from health.deep()


def ledger() -> Iterator[Finding]:
    """Whether the days of the audit are sealed as they end."""
    from quanxin.ledger import health

    yield from health.findings()


def retention() -> Iterator[Finding]:
    """Whether what is past its term goes every night."""
    from quanxin.accounts import retention as terms

    yield from terms.findings()


def deep_ledger() -> Iterator[Finding]:
    """Whether the lines of the audit are those that were sealed."""
    from quanxin.ledger import health

    yield from health.deep()


def deep_lake() -> Iterator[Finding]:
    """Whether every version in the database is in the lake with the same values, and nothing else is."""
    from quanxin.exchange import upkeep

    rows = resources = 0
    with progress() as tell:
        for proof in upkeep.proofs():
            tell(proof.resource)
            resources, rows = resources + 1, rows + proof.rows
            if not proof.holds:
                advice = (
                    "请从备份恢复列式镜像，或联系维护者",
                    "Restore the lake from a backup, or ask the maintainers",
                )
                yield problem("lake-deep", _differences(proof), advice)
    yield ok(
        "lake-deep", f"已逐行核对 {resources} 项资源 {rows:,} 行", f"{rows:,} rows of {resources} resources compared"
    )


CHECKS = (pack, keys, lake, drop_folder, follow_ups, followers, evaluation, attachments, doors, ledger, retention)
DEEP = (deep_lake, deep_evaluation, deep_ledger)


def _differences(proof: Proof) -> tuple[str, str]:
    """In which ways a resource differs, with the first record ids of each."""
    parts: list[tuple[str, str, Sequence[object]]] = [
        ("文件损坏或缺失", "damaged or missing files", proof.damaged),
        ("镜像中缺少的记录", "records missing from the lake", proof.missing),
        ("镜像中多余的记录", "records that only the lake has", proof.extra),
        *((f"{name} 不一致的记录", f"records that differ in {name}", ids) for name, ids in proof.different.items()),
        ("无法读取", "cannot be read", [proof.error] if proof.error else []),
    ]
    zh = "；".join(f"{words}：{'、'.join(map(str, what))}" for words, _, what in parts if what)
    en = "; ".join(f"{words}: {', '.join(map(str, what))}" for _, words, what in parts if what)
    return f"{proof.resource}：{zh}", f"{proof.resource}: {en}"


def _show(found: list[Finding]) -> Any:
    """The findings for people: a mark, Chinese, then English beneath, and what to do."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    for finding in found:
        mark, colour = _MARKS[finding.state]
        words = [*finding.words] if finding.words[0] != finding.words[1] else [finding.words[0]]
        if finding.advice:
            words += [f"→ {finding.advice[0]}", f"→ {finding.advice[1]}"]
        grid.add_row(f"[{colour}]{mark}[/]", *_lines(words))
    return grid


def _lines(words: list[str]) -> list[Any]:
    from rich.text import Text

    return [Text("\n".join(words))]
