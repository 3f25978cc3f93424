"""What is wrong with this installation, in words, and what to do about it.

Invariant: looking changes nothing, except that a stopped database is started, as every command would. Each check
stands alone: one that breaks is itself a finding, and the others are made all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from quanxin.runtime import boot, cluster, environment, keeper, machine, postgres, secrecy, slices
from quanxin.runtime.finding import Check, Finding, attention, ok, problem

_OLDEST_POSTGRES = 15


def examine(
    more: Iterable[tuple[str, slices.Name]] = (), tell: Callable[[str], object] = lambda _: None
) -> Iterator[Finding]:
    """Make the checks of this room, then ``more``, those that slices declare, by their names; yield the findings as they
    come. ``tell`` is given the name of each check as it begins."""
    own: tuple[Check, ...] = (*machine.CHECKS, *secrecy.CHECKS, database, secrecy.database_role, keeper.processes)
    named = ((check.__name__.replace("_", "-"), check) for check in own)
    for name, check in chain(named, ((name, _declared(what)) for name, what in more)):
        tell(name)
        try:
            yield from check()
        except Exception as error:  # whatever broke, the person at the machine reads about it, and the rest too
            said = " ".join(str(error).split()) or type(error).__name__
            advice = ("请先解决以上问题，再运行一次", "Mend what stands above, then run this again")
            yield problem(name, (f"无法检查：{said}", f"It could not be checked: {said}"), advice)


def _declared(name: slices.Name) -> Check:
    """A check that is loaded when it is made, so that one that cannot be loaded is a finding too."""
    return lambda: slices.load(name)()


def database() -> Iterator[Finding]:
    """Whether PostgreSQL is there, answers, is new enough, and holds this version's tables."""
    if environment.value("QUANXIN_DATABASE_URL"):
        yield ok(
            "database", "使用 QUANXIN_DATABASE_URL 指定的数据库", "The database that QUANXIN_DATABASE_URL names is used"
        )
    else:
        yield from _of_the_wheel()
        if postgres.pid(environment.data_dir()) is None:
            return
    yield from _inside()


def _of_the_wheel() -> Iterator[Finding]:
    """The PostgreSQL that came with the package: installed, made, running, and whose it is."""
    data_dir = environment.data_dir()
    home = cluster.cluster_dir(data_dir)
    try:
        cluster.programs()
        if not home.exists():
            yield problem(
                "database",
                ("数据库还没有建立", "There is no database yet"),
                ("请运行 quanxin init（或 make run）", "Run quanxin init (or make run)"),
            )
            return
        postgres.ensure(data_dir)
    except cluster.DatabaseError as error:
        zh, _, en = str(error).partition("\n")
        yield problem("database", (zh, en), (f"日志见 {home}/server.log", f"Its log is {home}/server.log"))
        return
    number = postgres.pid(data_dir)
    yield ok("database", f"PostgreSQL 正在运行（进程 {number}）", f"PostgreSQL is running (process {number})")
    user = cluster.server_user(data_dir)
    if user:
        yield attention(
            "database-user",
            (
                f"当前为 root：PostgreSQL 不以 root 运行，由系统用户 {user} 运行，目录 {home} 归其所有",
                f"You are root: PostgreSQL will not run as root, so the system user {user} runs it and owns {home}",
            ),
            ("如不希望如此，请用普通用户运行泉信", "If that is not wanted, run Quanxin as a plain user"),
        )


def _inside() -> Iterator[Finding]:
    """Version, encoding and tables of the database, through Django's connection."""
    boot.setup(database=False)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,"
            " current_setting('server_encoding')"
        )
        version, major, encoding = cursor.fetchone()
    if major < _OLDEST_POSTGRES:
        words = (f"PostgreSQL {version} 太旧", f"PostgreSQL {version} is too old")
        yield problem("database-version", words, ("请使用 PostgreSQL 15 或更新版本", "Use PostgreSQL 15 or newer"))
    else:
        yield ok("database-version", f"PostgreSQL {version}", f"PostgreSQL {version}")
    if encoding != "UTF8":
        words = (f"数据库编码为 {encoding}", f"The database's encoding is {encoding}")
        advice = ("请新建编码为 UTF8 的数据库", "Create a database whose encoding is UTF8")
        yield problem("database-encoding", words, advice)
    behind = boot.pending_migrations()
    if behind:
        yield problem(
            "migrations",
            (f"数据库结构落后 {len(behind)} 步", f"The tables are {len(behind)} steps behind this version"),
            ("请运行 quanxin init", "Run quanxin init"),
        )
    else:
        yield ok("migrations", "数据库结构与本版本一致", "The tables are those of this version")


def pack() -> Iterator[Finding]:
    """Whether the policy pack can be read, and obeys its own rules."""
    from quanxin.calendar import today
    from quanxin.policy import lint, load

    name = environment.value("QUANXIN_PACK")
    findings = lint(load(name), today())
    if findings:
        words = (f"政策包 {name} 有 {len(findings)} 处不合规则", f"The pack {name} breaks {len(findings)} rules")
        advice = (f"请运行 quanxin pack check {name}", f"Run quanxin pack check {name}")
        yield problem("pack", words, advice)
    else:
        yield ok("pack", f"政策包 {name} 可用", f"The pack {name} is usable")
