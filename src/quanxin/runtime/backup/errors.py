"""Why something is not backed up or restored, in words."""

from __future__ import annotations

from types import MappingProxyType

from quanxin.runtime import problems
from quanxin.runtime.problems import Wording, Wordings

WORDINGS: Wordings = MappingProxyType({
    "backup-exists": Wording("{path} 已经存在，不覆盖。", "{path} exists already and is not replaced.", status=409),
    "backup-one-lock": Wording(
        "口令和接收方公钥只能选一种。", "A passphrase or a recipient's key, not both.",
    ),
    "backup-key-bad": Wording(
        "{path} 中没有可用的口令或 age 密钥。", "{path} holds no passphrase or age key that can be used.",
    ),
    "backup-locked": Wording(
        "这个备份已加密：需要{what}。", "This backup is encrypted: {what_en} is needed.",
        "请用 --passphrase-file 或 --identity 指出。", "Name it by --passphrase-file or --identity.",
    ),
    "backup-wrong-key": Wording(
        "口令或密钥打不开这个备份。", "The passphrase or key does not open this backup.",
    ),
    "backup-damaged": Wording(
        "备份不完整或被改动过：{where}。什么也没有恢复。",
        "The backup is cut short or was altered: {where}. Nothing was restored.",
        "请换用另一份备份。", "Take another backup.", status=409,
    ),
    "backup-version": Wording(
        "这个备份由{made}版制作，本程序是{here}版，读不了它。",
        "This backup was made by version {made}; this is version {here}, which cannot read it.",
        "请安装该版本或更新的版本后再恢复。", "Install that version or a newer one, then restore.", status=409,
    ),
    "backup-place-not-empty": Wording(
        "{path} 不是空目录：只恢复到空的地方。", "{path} is not empty: a backup is restored into an empty place alone.",
        "请清空，或另设 QUANXIN_DATA_DIR。", "Empty it, or set another QUANXIN_DATA_DIR.", status=409,
    ),
    "backup-database-not-empty": Wording(
        "QUANXIN_DATABASE_URL 指定的数据库中已有数据表：只恢复到空的数据库。",
        "The database that QUANXIN_DATABASE_URL names holds tables: a backup is restored into an empty one alone.",
        "请新建一个数据库。", "Create another database.", status=409,
    ),
    "backup-server-newer": Wording(
        "数据库服务器是 PostgreSQL {server}，比随软件包的 pg_dump（{own}）新，不能由它备份。",
        "The server is PostgreSQL {server}, newer than the pg_dump of the package ({own}), which cannot dump it.",
        "请更新泉信，或用该服务器自己的 pg_dump。", "Update Quanxin, or use the server's own pg_dump.", status=409,
    ),
    "backup-tool-failed": Wording(
        "{tool} 没有成功：{said}", "{tool} did not succeed: {said}"),
})  # fmt: skip


class BackupError(problems.Problem):
    """A backup or a restoration that is refused, or did not come to its end."""

    wordings = WORDINGS
