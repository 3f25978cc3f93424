"""What ``quanxin doctor`` looks at to see whether secrets are kept and what is written is closed to others.

Invariant: looking changes nothing, and no finding says what a secret is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from quanxin.runtime import boot, environment, keys, private, roles, trusted
from quanxin.runtime.finding import Check, Finding, attention, ok, problem


def closed() -> Iterator[Finding]:
    """Whether other users of the machine can read or enter anything in the data directory."""
    place = environment.data_dir()
    if not place.is_dir():
        return
    found = list(private.open_to_others(place))
    if not found:
        yield ok("modes", "数据目录只有属主能读写", "Only its owner reads and writes the data directory")
        return
    names = "、".join(str(path.relative_to(place)) for path in found[:3])
    yield problem(
        "modes",
        (
            f"数据目录中有 {len(found)} 个文件或目录对其他用户开放，如 {names}",
            f"{len(found)} files or folders of the data directory are open to other users, e.g. {names}",
        ),
        (
            f"请运行 find {place} -path {place}/pg -prune -o -exec chmod go-rwx {{}} +；以 root 运行时再 chmod 710 {place}",
            f"Run find {place} -path {place}/pg -prune -o -exec chmod go-rwx {{}} +; as root then chmod 710 {place}",
        ),
    )


def secrets() -> Iterator[Finding]:
    """Whether keys, passwords and definitions belong to us, with nobody else able to read or write them."""
    place = environment.data_dir()
    sources = environment.folder("QUANXIN_SOURCES_DIR") or place / "sources"
    held = environment.folder("QUANXIN_SECRETS_DIR") or place / "secrets"
    ring = keys.place()
    private_ones = [place / "secret-key", *([ring] if ring else []), *place.glob("oidc-secret-*")]
    written = [environment.folder("QUANXIN_OIDC_FILE") or place / "oidc.yaml", held, sources]
    written += [path for folder in (held, sources) if folder.is_dir() for path in sorted(folder.rglob("*"))]
    wrong = list(_wrong(private_ones, written))
    yield from wrong
    if not wrong:
        yield ok(
            "secrets", "密钥、密码和数据源定义只有属主可写", "Only their owner writes keys, passwords and definitions"
        )


def _wrong(private_ones: list[Path], written: list[Path]) -> Iterator[Finding]:
    for path in private_ones:
        if path.exists() and path.stat().st_mode & 0o077:
            words = (f"其他用户可以读取 {path}", f"Other users can read {path}")
            yield problem("secrets", words, (f"请运行 chmod 600 {path}", f"Run chmod 600 {path}"))
    for path in (*private_ones, *written):
        if path.exists() and (fault := trusted.fault(path)):
            can = (
                ("属于其他用户", "belongs to another user")
                if fault == "owner"
                else ("其他用户可写", "is writable by others")
            )
            yield problem(
                "secrets",
                (f"{path} {can[0]}", f"{path} {can[1]}"),
                (
                    f"请由运行泉信的用户或 root 拥有，并运行 chmod go-w {path}",
                    f"Let the user that runs Quanxin or root own it, and run chmod go-w {path}",
                ),
            )


def database_role() -> Iterator[Finding]:
    """Whether the application's role is no superuser, owns no table, and has the rights it should and no other."""
    boot.setup(database=False)
    from django.db import connection

    with connection.cursor() as cursor:
        (wide, owned), astray = roles.powers(cursor), roles.astray(cursor)
    see = ("见文档“数据库”一页的“三个角色”", "See the three roles on the page about PostgreSQL")
    if wide:
        yield problem(
            "database-role",
            (
                "应用所用的数据库角色是超级用户，或有服务器级权限",
                "The role that the application uses is a superuser or has powers over the server",
            ),
            see,
        )
    if owned:
        yield attention(
            "database-role",
            (
                f"应用所用的数据库角色拥有 {owned} 张表，可以改动表结构和只增不减的记录",
                f"The application's role owns {owned} tables: it can alter them, and lines that only grow",
            ),
            see,
        )
    if astray and not wide and not owned:
        names = "、".join(astray[:5])
        yield problem(
            "database-role",
            (
                f"{len(astray)} 张表的权限与应有的不同：{names}",
                f"The rights on {len(astray)} tables are not what they should be: {names}",
            ),
            ("请运行 quanxin init", "Run quanxin init"),
        )
    if not (wide or owned or astray):
        yield ok(
            "database-role",
            "应用所用的数据库角色只有必要的权限",
            "The application's database role has what it needs alone",
        )


CHECKS: tuple[Check, ...] = (closed, secrets)
