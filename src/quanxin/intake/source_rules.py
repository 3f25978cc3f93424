"""What a source may be: a database of a department on an allowed host or in an allowed folder, and one query of it.

Invariant: a definition reaches no host, port or folder that the operator did not allow, names no file by an option of its
URL, and is never the platform's own database. Its query is one SELECT that calls nothing known to read the server's files
or to reach further; beyond what can be told from its text, the rights of its account decide.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Collection
from pathlib import Path

import sqlglot
from django.conf import settings
from django.db import connection
from sqlalchemy.engine import URL
from sqlglot import exp
from sqlglot.errors import SqlglotError

# Of each kind of database: SQLGlot's name of its SQL, the port that it has by itself, the options its URL may have.
_SAFE_TLS = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
BACKENDS: dict[str, tuple[str, int, frozenset[str]]] = {
    "postgresql": ("postgres", 5432, frozenset({"sslmode", "application_name", "client_encoding"})),
    "mysql": ("mysql", 3306, frozenset({"charset"})),
    "mariadb": ("mysql", 3306, frozenset({"charset"})),
    "oracle": ("oracle", 1521, frozenset({"service_name"})),
    "mssql": ("tsql", 1433, frozenset()),
    "dm": ("oracle", 5236, frozenset()),
    "opengauss": ("postgres", 5432, frozenset()),
    "sqlite": ("sqlite", 0, frozenset()),
}
_WORD = re.compile(r"[\w.-]{1,64}")
# Functions that read or write files of the server, run programs or other queries, reach other servers, or only wait.
_FORBIDDEN = re.compile(
    r"pg_(read|ls|stat_file|current_logfile|logdir|file|sleep|terminate|cancel|reload|rotate|switch|create|promote|export"
    r"|start|stop|backup|wal|replication|logical|notify|try_advisory|advisory)\w*"
    r"|lo_\w+|loread|lowrite|dblink\w*|\w*_to_xml\w*|set_config|xpath_table|ts_stat|nextval|setval"
    r"|load_file|sleep|benchmark|sys_\w+|get_lock|master_pos_wait"
    r"|openrowset|opendatasource|openquery|xp_\w+|sp_\w+|fn_\w*file\w*|fn_get_audit_file"
    r"|(utl|dbms|httpuri|sys|xmltype)\w*|bfilename|load_extension|readfile|writefile|edit|fts3_tokenizer"
)


def wrong_url(url: URL) -> tuple[str, str] | None:
    """Why a source may not be at ``url``, in Chinese and English; None where it may."""
    kind = BACKENDS.get(url.get_backend_name())
    if kind is None:
        return "不支持这种数据库", "databases of this kind are not supported"
    if strange := sorted(set(url.query) - kind[2]):
        return f"地址中不得有选项 {'、'.join(strange)}", f"the URL may not have the options {', '.join(strange)}"
    for option, value in url.query.items():
        if not isinstance(value, str) or not _WORD.fullmatch(value) or (option == "sslmode" and value not in _SAFE_TLS):
            return f"选项 {option} 的值不可用", f"the option {option} has a value that cannot be used"
    if url.get_backend_name() == "sqlite":
        return (
            None
            if allowed_file(url)
            else (
                "SQLite 文件须在 QUANXIN_SOURCE_FILES 所指的目录之下",
                "a SQLite file must lie beneath QUANXIN_SOURCE_FILES",
            )
        )
    host, port = (url.host or "").lower(), url.port or kind[1]
    if f"{host}:{port}" not in settings.SOURCE_HOSTS:
        told = f"{host or '—'}:{port}"
        return f"{told} 不在 QUANXIN_SOURCE_HOSTS 之中", f"{told} is not among QUANXIN_SOURCE_HOSTS"
    if _is_our_own(host, port, url.database or ""):
        return "不得是平台自己的数据库", "it may not be the platform's own database"
    return None


def allowed_file(url: URL) -> Path | None:
    """The file of a SQLite source, with links resolved; None where it lies where none may."""
    root, given = settings.SOURCE_FILES, url.database or ""
    if root is None or not given.startswith("/") or url.host or url.username:
        return None
    found, data = Path(given).resolve(), Path(settings.DATA_DIR).resolve()
    inside = found.is_relative_to(Path(root).resolve())
    return found if inside and not found.is_relative_to(data) else None


def wrong_query(query: str, backend: str) -> tuple[str, str] | None:
    """Why a query may not be asked of that kind of database, in Chinese and English; None where it may."""
    dialect = BACKENDS[backend][0] if backend in BACKENDS else None
    one = "查询须是一条 SELECT 语句", "the query must be one SELECT"
    if "/*!" in query:
        return one
    try:
        found = [statement for statement in sqlglot.parse(query, dialect=dialect) if statement is not None]
    except SqlglotError:
        return one
    if len(found) != 1 or not isinstance(found[0], exp.Query):
        return one
    for node in found[0].walk():
        if isinstance(node, _CHANGING):
            return one
        if called := _forbidden(node):
            return f"查询不得调用 {called}", f"the query may not call {called}"
    return None


_CHANGING = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Copy, exp.Set, exp.Pragma)


def _forbidden(node: exp.Expr) -> str:
    """The forbidden function that a node calls, itself or as a member of a package."""
    if not isinstance(node, exp.Func):
        return ""
    names: Collection[str] = (node.name, node.sql_name() if not isinstance(node, exp.Anonymous) else "")
    if isinstance(node.parent, exp.Dot):
        names = (*names, node.parent.this.name)
    return next((name for name in names if name and _FORBIDDEN.fullmatch(name.lower())), "")


def _is_our_own(host: str, port: int, database: str) -> bool:
    """Whether this is where the platform's own tables lie, by whatever name the host is called."""
    own = connection.settings_dict
    if database != own["NAME"] or port != int(own["PORT"] or 5432):
        return False
    here = str(own["HOST"] or "localhost")
    return _addresses("localhost" if here.startswith("/") else here) & _addresses(host) != set()


def _addresses(host: str) -> set[str]:
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
    except OSError:
        return {host}
