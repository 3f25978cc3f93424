"""The environment variables that Quanxin has, each declared once.

Invariant: each has a name, a default, and a meaning in both languages; it is read by ``environment`` alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its name, what holds when it is not set, and what it is for."""

    name: str
    default: str
    zh: str
    en: str
    secret: bool = False

    def value(self) -> str:
        """The value set in the environment, or the default; surrounding blanks do not count."""
        return os.environ.get(self.name, "").strip() or self.default


_DECLARED = (
    Variable(
        "QUANXIN_DATABASE_URL",
        "",
        "PostgreSQL 15 及以上版本的连接串，如 postgresql://quanxin@db.example.org/quanxin；"
        "不设时使用随软件包安装、位于数据目录下的 PostgreSQL。",
        "Connection string of a PostgreSQL 15 or newer, e.g. postgresql://quanxin@db.example.org/quanxin; "
        "when it is not set, the PostgreSQL that came with the package runs under the data directory.",
        secret=True,
    ),
    Variable(
        "QUANXIN_DATABASE_OWNER_URL",
        "",
        "数据表属主的连接串，仅用于更新数据库结构和授权；配合 QUANXIN_DATABASE_URL 使用，使后者的账号不拥有任何表。"
        "使用随软件包安装的 PostgreSQL 时不需要。",
        "Connection string of the role that owns the tables, used for migrations and grants alone; set beside "
        "QUANXIN_DATABASE_URL, whose role then owns nothing. Not needed with the PostgreSQL of the package.",
        secret=True,
    ),
    Variable(
        "QUANXIN_DATA_DIR",
        "",
        "数据目录：数据库、列式镜像、密钥。不设时为源码目录下的 var/，安装版为 ~/.local/share/quanxin。",
        "The data directory: database, columnar mirror, keys. When it is not set: var/ in a checkout, "
        "~/.local/share/quanxin where the package is installed.",
    ),
    Variable(
        "QUANXIN_PACK",
        "jinan",
        "所用的政策包：名称，或政策包目录的路径。",
        "The policy pack in use: its name, or the path of its directory.",
    ),
    Variable(
        "QUANXIN_SECRET_KEY",
        "",
        "签名密钥。不设时自动生成一次，存于数据目录的 secret-key 文件（权限 600）。",
        "Key for signatures. When it is not set, one is made once and kept in secret-key in the data directory (600).",
        secret=True,
    ),
    Variable(
        "QUANXIN_KEY_RING",
        "",
        "密钥环：加密证件号码等的全部密钥。可为密钥环文件的路径（如挂载的密文文件），也可为其 JSON 内容"
        "（此时不能用命令更换密钥）。不设时自动生成一次，存于数据目录的 keyring.json 文件（权限 600）；"
        "丢失后已加密的内容无法恢复，请另行备份。",
        "The ring of the keys that seal identity numbers and the like: the path of its file (a mounted secret, say), or its "
        "JSON itself (then no command can change it). When it is not set, one is made once and kept in keyring.json in "
        "the data directory (600); what was sealed with lost keys is lost: back it up separately.",
        secret=True,
    ),
    Variable(
        "QUANXIN_SIGNING_KEY",
        "",
        "签名私钥（Ed25519，64 位十六进制）：签署每日审计封存和审计导出。不设时自动生成一次，存于数据目录的 signing-key 文件"
        "（权限 600）；公钥见 quanxin audit key。",
        "The private key (Ed25519, 64 hexadecimal digits) that signs the seals of the audit's days and what is exported of it. "
        "When it is not set, one is made once and kept in signing-key in the data directory (600); quanxin audit key shows "
        "the public key.",
        secret=True,
    ),
    Variable(
        "QUANXIN_DOCUMENT_KEY",
        "",
        "签署文书（PDF）的密钥：PEM 文件的路径（P-256 私钥和证书链），或密码设备中的密钥（pkcs11:…，RFC 7512）。"
        "不设时自动生成一次自签名证书，存于数据目录的 document-key.pem 文件（权限 600）。",
        "The key that signs documents (PDF): the path of a PEM file (a P-256 key and its certificates), or a key in a token "
        "(pkcs11:…, RFC 7512). When it is not set, one with a certificate of its own is made once and kept in "
        "document-key.pem in the data directory (600).",
        secret=True,
    ),
    Variable(
        "QUANXIN_TIMESTAMP_URL",
        "",
        "时间戳服务（RFC 3161）的地址；设定后文书的签名带时间戳和证书验证资料（PAdES B-LT）。",
        "A time-stamping authority (RFC 3161); when it is set, signatures carry a time stamp and what proves their "
        "certificate (PAdES B-LT).",
    ),
    Variable(
        "QUANXIN_WITNESSES",
        "",
        "公开日志的见证人的公钥，以空格分隔：平台只收下他们的联署，并列在日志头之下。",
        "The keys of the witnesses of the public log, parted by blanks: the platform takes in their cosignatures and no "
        "others', and shows them beneath its head.",
    ),
    Variable(
        "QUANXIN_ALLOWED_HOSTS",
        "127.0.0.1,localhost,[::1]",
        "网站可用的域名，以逗号分隔。",
        "Host names that the web site answers to, separated by commas.",
    ),
    Variable(
        "QUANXIN_ENGINE_THREADS",
        "",
        "校验引擎使用的线程数。不设时为处理器核数。",
        "Threads of the checking engine. When it is not set: the number of processor cores.",
    ),
    Variable(
        "QUANXIN_ENGINE_MEMORY",
        "2GB",
        "校验引擎最多使用的内存；超出部分写入数据目录下的临时文件。",
        "Memory that the checking engine may use; what exceeds it goes to temporary files in the data directory.",
    ),
    Variable(
        "QUANXIN_FILE_MEMORY_MB",
        "1024",
        "读取一份文件的进程最多使用的内存（MB）；超出则该文件拒收，不影响其他文件。",
        "Memory (MB) of the process that reads a file; a file that needs more is refused, and the others go on.",
    ),
    Variable(
        "QUANXIN_FILE_SECONDS",
        "900",
        "读取一份文件最多使用的处理器时间（秒）；实际时间最多为其三倍。",
        "Seconds of the processor that reading a file may take; by the clock it may take three times as long.",
    ),
    Variable(
        "QUANXIN_FILE_ROWS",
        "20000000",
        "一份文件最多的行数。",
        "The most rows of a file.",
    ),
    Variable(
        "QUANXIN_FILE_UNPACKED_MB",
        "8192",
        "压缩文件、工作簿和 Parquet 解压后最多的大小（MB）。",
        "The most (MB) that a compressed file, a workbook or a Parquet file may unpack to.",
    ),
    Variable(
        "QUANXIN_PUBLIC_URL",
        "http://127.0.0.1:8000",
        "网站对外的地址，写在邮件的链接里。",
        "The address by which people reach the web site, for links in e-mail.",
    ),
    Variable(
        "QUANXIN_SMTP_URL",
        "",
        "发送通知邮件的服务器，如 smtps://用户:密码@mail.example.cn:465 或 smtp://mail.example.cn:25。不设则只在网页上通知。",
        "The server that sends notices by e-mail, e.g. smtps://user:password@mail.example.cn:465 or "
        "smtp://mail.example.cn:25. When it is not set, notices stand on the pages alone.",
        secret=True,
    ),
    Variable(
        "QUANXIN_MAIL_FROM",
        "quanxin@localhost",
        "通知邮件的发件人。",
        "The sender of notices by e-mail.",
    ),
    Variable(
        "QUANXIN_AS",
        "",
        "命令行以哪个账号的身份运行，同 --as；不设时为本机操作员。设了以后，命令行不能再另选账号。",
        "The account that the command line acts as, like --as; when it is not set, the machine's operator. Once it is set, "
        "no option chooses another.",
    ),
    Variable(
        "QUANXIN_PASSWORD",
        "",
        "quanxin account add、password 给账号的一次性密码，供脚本使用；不设时自动生成并只显示一次。首次登录须改掉。",
        "The one-time password of quanxin account add and password, for scripts; when it is not set, one is made and shown once. "
        "Its owner must change it at the first sign-in.",
        secret=True,
    ),
    Variable(
        "QUANXIN_SECOND_FACTOR",
        "required",
        "工作人员是否必须启用第二因素（动态口令或通行密钥）：required 为必须，未启用前不能办理任何业务；optional 为自愿。"
        "主体的代表不受此限。",
        "Whether people with a role need a second factor (authenticator or passkey): required, and before they have one "
        "nothing else opens; or optional. Representatives of subjects are not asked.",
    ),
    Variable(
        "QUANXIN_SESSION_HOURS",
        "8",
        "登录的最长时间（小时）：到时须重新登录。",
        "Hours after which a session ends and one signs in again.",
    ),
    Variable(
        "QUANXIN_SESSION_IDLE_MINUTES",
        "30",
        "无操作多少分钟后自动退出。",
        "Minutes without a request after which a session ends.",
    ),
    Variable(
        "QUANXIN_HTTPS",
        "0",
        "网站是否经由 HTTPS 反向代理访问：1 表示是，代理须设置 X-Forwarded-Proto；登录的 Cookie 只经 HTTPS 发送。",
        "Whether the site is reached through a proxy that speaks HTTPS: 1 if so, and the proxy sets X-Forwarded-Proto; "
        "cookies are then sent over HTTPS alone.",
    ),
    Variable(
        "QUANXIN_PROXIES",
        "0",
        "网站前面有几层自己的反向代理（0 至 5），用于从 X-Forwarded-For 辨认登录者的网络。",
        "How many proxies of one's own stand before the site (0 to 5), to tell from X-Forwarded-For where people sign in.",
    ),
    Variable(
        "QUANXIN_OIDC_FILE",
        "",
        "统一认证（OpenID Connect）的配置文件。不设时为数据目录下的 oidc.yaml；没有该文件则不提供统一认证登录。",
        "The file that names sign-ons (OpenID Connect). When it is not set: oidc.yaml in the data directory; without the "
        "file there are none.",
    ),
    Variable(
        "QUANXIN_OIDC_SECRETS",
        "",
        "统一认证的客户端密钥，形如 key=密钥，以分号分隔；不设时读取数据目录下的 oidc-secret-<key> 文件。",
        "Client secrets of sign-ons, as key=secret, separated by semicolons; when it is not set, the file "
        "oidc-secret-<key> in the data directory is read.",
        secret=True,
    ),
    Variable(
        "QUANXIN_OPEN_DATA_DAYS",
        "30",
        "开放数据保留的天数：更早的文件删除。",
        "For how many days the files of open data are kept.",
    ),
    Variable(
        "QUANXIN_FEED_DAYS",
        "180",
        "变更流的保留天数：更早的时点须从快照重新开始（接口返回 410）。",
        "For how many days the change feed answers: from an earlier timepoint a consumer begins with a snapshot (410).",
    ),
    Variable(
        "QUANXIN_WEBHOOK_PRIVATE",
        "0",
        "变更通知（webhook）可否发往内网地址：0 为只发往公网上的 https 地址，1 为也可发往内网（政务网）和本机。",
        "Whether notifications of changes (webhooks) may go to private addresses: 0 for public https addresses alone, "
        "1 for private networks and this machine as well.",
    ),
    Variable(
        "QUANXIN_UPLOAD_MB",
        "2048",
        "报送的一个文件或行流的最大兆字节数。",
        "The largest file or stream of rows that is handed in, in megabytes.",
    ),
    Variable(
        "QUANXIN_WEBHOOK_PORTS",
        "443,8443",
        "变更通知（webhook）可以发往的端口，以逗号分隔；允许发往内网时不限。",
        "The ports to which notifications of changes (webhooks) may go, separated by commas; any, where private addresses "
        "are allowed.",
    ),
    Variable(
        "QUANXIN_SECURITY_CONTACT",
        "",
        "漏洞报告的联系方式，如 mailto:security@example.org 或 https://example.org/security，写入 /.well-known/security.txt；"
        "不设时没有这个文件。",
        "Where weaknesses are reported, as mailto:security@example.org or https://example.org/security, told by "
        "/.well-known/security.txt; when it is not set there is no such file.",
    ),
    Variable(
        "QUANXIN_DROP_DIR",
        "",
        "投递目录：各单位把文件放入 <提供单位>/<目录资源>/，从投递结果目录取回执。不设时不监视。",
        "The drop folder: departments put files into <provider>/<resource>/ and find receipts in its results. "
        "When it is not set, none is watched.",
    ),
    Variable(
        "QUANXIN_DROP_RESULTS_DIR",
        "",
        "投递结果所在目录：回执和退回说明，各单位只能读取。不设时为投递目录下的 results/。",
        "Where the answers to dropped files lie, which departments can only read. When it is not set: results/ in the "
        "drop folder.",
    ),
    Variable(
        "QUANXIN_HEARTBEAT_SECONDS",
        "5",
        "后台任务进程每隔多少秒（1 至 15）表明自己仍在运行；三倍时间没有动静的，其任务由别的进程接手。",
        "Seconds (1 to 15) between a worker's signs of life; after three times as many without one its jobs are others'.",
    ),
    Variable(
        "QUANXIN_DROP_QUIET_SECONDS",
        "10",
        "投递的文件静止多少秒后视为写完。",
        "Seconds that a dropped file must stand still to count as finished.",
    ),
    Variable(
        "QUANXIN_SOURCES_DIR",
        "",
        "数据源定义（YAML）所在目录。不设时为数据目录下的 sources/。",
        "Folder of the definitions (YAML) of sources. When it is not set: sources/ in the data directory.",
    ),
    Variable(
        "QUANXIN_SOURCE_HOSTS",
        "",
        "数据源可以连接的数据库，形如 主机:端口，以逗号分隔，如 db.example.org:5432,10.1.2.3:3306。不设则一个也不能连接。",
        "The databases that sources may connect to, as host:port, separated by commas, e.g. "
        "db.example.org:5432,10.1.2.3:3306. When it is not set, none.",
    ),
    Variable(
        "QUANXIN_SOURCE_FILES",
        "",
        "数据源可以读取的 SQLite 文件所在的目录，不得在数据目录之下。不设则不能读取 SQLite 文件。",
        "The folder of the SQLite files that sources may read, outside the data directory. When it is not set, none is read.",
    ),
    Variable(
        "QUANXIN_SECRETS_DIR",
        "",
        "数据源密码文件所在的目录，定义中写为 ${file:名称}；文件只应由运行泉信的用户或 root 可写。"
        "不设时为数据目录下的 secrets/。",
        "Folder of the files with sources' passwords, written ${file:NAME} in a definition; only the user that runs Quanxin, "
        "or root, may be able to write them. When it is not set: secrets/ in the data directory.",
    ),
    Variable(
        "QUANXIN_KEEP_REFUSED_DAYS",
        "30",
        "被退回的提交文件保留的天数。",
        "Days that a file is kept after it was refused.",
    ),
    Variable(
        "QUANXIN_KEEP_SIGN_INS_DAYS",
        "180",
        "登录记录（成功和失败）保留的天数，至少 30；到期的整日经封存后删除。",
        "Days that attempts to sign in are kept, at least 30; then whole days go, which were sealed before.",
    ),
    Variable(
        "QUANXIN_KEEP_ANSWERS_DAYS",
        "30",
        "接口对幂等键的应答保留的天数：此后同一键视为新请求。",
        "Days that the interface remembers its answer to an idempotency key; after them the key is new.",
    ),
    Variable(
        "QUANXIN_ONE_TIME_HOURS",
        "72",
        "管理员给出的一次性密码多少小时内有效；之后须重新给出。",
        "For how many hours a password that an administrator gave lets in; after them another must be given.",
    ),
    Variable(
        "QUANXIN_MISSED_LOOKUPS",
        "50",
        "一个账号一天内最多多少次按代码、号码查询而查无结果；超过后当日不能再查。",
        "How many look-ups by code or number an account may make in a day that find nothing; then it makes none that day.",
    ),
    Variable(
        "QUANXIN_ATTACHMENT_MB",
        "10",
        "附件的大小上限（MB，1—100）；可为某种材料另设，如 10,court-ruling=20。",
        "How large an attachment may be (MB, 1 to 100); a kind may have its own limit, e.g. 10,court-ruling=20.",
    ),
    Variable(
        "QUANXIN_ATTACHMENTS_PER_CASE",
        "10",
        "一个事项最多的附件数。",
        "How many attachments a case may have.",
    ),
    Variable(
        "QUANXIN_ATTACHMENT_ORPHAN_DAYS",
        "7",
        "上传后没有事项使用的附件，多少天后移除。",
        "Days after which an attachment that no case took is removed.",
    ),
    Variable(
        "QUANXIN_ANTIVIRUS",
        "",
        "查毒程序 clamd 的地址：clamd:/路径/套接字 或 clamd:主机:端口。设置后，附件须查毒通过才能下载；不设则不查毒。",
        "Where the virus scanner clamd listens: clamd:/path/to/socket or clamd:host:port. When it is set, attachments "
        "can be had only once it called them clean; when it is not set, nothing is scanned.",
    ),
    Variable(
        "QUANXIN_STATIC",
        "manifest",
        "静态文件：manifest 为带指纹并压缩（运行网站用），plain 为直接读取源文件（开发、测试用）。",
        "Static files: manifest for fingerprinted and compressed ones (to run the site), plain to read the sources "
        "as they are (development, tests).",
    ),
    Variable(
        "QUANXIN_LOG_LEVEL",
        "WARNING",
        "日志级别：DEBUG、INFO、WARNING、ERROR。日志以 JSON 行写到标准错误。",
        "Level of the log: DEBUG, INFO, WARNING, ERROR. The log goes to standard error as JSON lines.",
    ),
    Variable(
        "QUANXIN_LOG_FILE",
        "",
        "日志文件；不设则写到标准错误。文件被移走（如 logrotate）后自动新建，各进程共用一个文件。",
        "The log's file; standard error when it is not set. Where the file is moved away (by logrotate, say) a new one is "
        "begun; all processes write to one.",
    ),
    Variable(
        "QUANXIN_LOG_REQUESTS",
        "1",
        "1 为每个请求记一行：编号、地址的样式、状态、毫秒，不含访问者；0 为不记。",
        "1 for a line about each request: its number, the pattern of its address, status, milliseconds, and nothing of who "
        "asked; 0 for none.",
    ),
    Variable(
        "QUANXIN_METRICS_TOKEN",
        "",
        "读取 /metrics 须出示的令牌（Authorization: Bearer …）。不设时只有本机、且不经代理的请求可以读取。",
        "The token that /metrics asks for (Authorization: Bearer …). When it is not set, only this machine itself may read it, "
        "and through no proxy.",
        secret=True,
    ),
)

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

VARIABLES: Mapping[str, Variable] = MappingProxyType({variable.name: variable for variable in _DECLARED})
