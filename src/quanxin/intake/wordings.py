"""The sentences of what can be wrong with a hand-in as a whole.

Invariant: a code is stable and has its sentence in Chinese and in English, and a hint that says what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.accounts.errors import WORDINGS as WORDS
from quanxin.intake.link_wordings import LINKING
from quanxin.intake.ownership_wordings import OWNING
from quanxin.intake.reading_wordings import READING
from quanxin.runtime.problems import Wording

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        **OWNING,
        **READING,
        **LINKING,
        "file-missing": Wording(
            "找不到文件：{path}。", "No such file: {path}.", "请核对文件名和路径。", "Check the name and the folder."
        ),
        "file-unreadable": Wording(
            "无法读取文件 {path}：{reason}。", "The file {path} cannot be read: {reason}.",
            "请检查文件权限，或另存一份再提交。", "Check its permissions, or hand in a copy.",
        ),
        "export-no-layout": Wording(
            "资源 {resource} 没有国家双公示格式。", "The resource {resource} has no national layout.",
            "可导出 administrative-licence 和 administrative-penalty。", "Licences and penalties can be exported.",
        ),
        "sampling-no-numbers": Wording(
            "资源 {resource} 或所给名单没有文书号，无法比对。", "The resource {resource} or the list has no document numbers.",
            "请使用含文书号一列的公示名单。", "Use a published list with a column of document numbers.",
        ),
        "month-unreadable": Wording(
            "“{text}”不是月份。", "“{text}” is no month.", "请写如 2026-10。", "Write it as 2026-10."
        ),
        "disk-full": Wording(
            "磁盘空间不足：{path} 处理该文件约需 {needed}，现有 {free}。",
            "Not enough disk space at {path}: about {needed} are needed, {free} are free.",
            "请清理磁盘或更换数据目录（QUANXIN_DATA_DIR）后重试。", "Free some space, or move QUANXIN_DATA_DIR.",
            status=507,
        ),
        "memory-short": Wording(
            "内存不足：{path} 处理时超过了引擎的内存上限。",
            "Out of memory: {path} needed more than the engine may have.",
            "请调高 QUANXIN_ENGINE_MEMORY，或把文件分成几份提交。", "Raise QUANXIN_ENGINE_MEMORY, or split the file.",
            status=507,
        ),
        "resource-unknown": Wording(
            "目录中没有资源 {resource}。", "The catalogue has no resource {resource}.",
            "可用资源：{known}。", "Resources there are: {known}.", status=404,
        ),
        "resource-out-of-force": Wording(
            "目录资源 {resource} 今日不在有效期内。", "The resource {resource} is not in force today.",
            "请用 quanxin pack show 查看其有效期。", "See its period with quanxin pack show.",
            status=409,
        ),
        "provider-not-allowed": Wording(
            "提供单位 {provider} 不是该资源的提供单位。", "{provider} does not provide this resource.",
            "可提供的单位：{allowed}。", "Providers are: {allowed}.", status=403,
        ),
        "submission-unknown": Wording(
            "没有提交 {submission}。", "There is no submission {submission}.",
            "请核对提交编号。", "Check its number.", status=404,
        ),
        "submission-given-up": Wording(
            "处理“{file}”连续 {attempts} 次中断，已停止重试。",
            "Taking {file} in broke off {attempts} times; it is not tried again.",
            "文件已保留，请运行单位查看日志后重新提交。", "The file is kept; see the log, then hand it in again.",
        ),
        "drop-misplaced": Wording(
            "文件 {path} 不在“提供单位/目录资源”文件夹中。", "{path} does not lie in a folder provider/resource.",
            "请移入 <提供单位>/<目录资源>/，如 market-regulation/administrative-penalty/。",
            "Move it into <provider>/<resource>/.",
        ),
        "drop-unsafe": Wording(
            "投递目录 {path} 可被平台以外的用户改动，已停止接收：任何人都能冒充其他单位。",
            "Others than the platform can change the drop folder {path}; nothing is taken from it: anybody could pass "
            "for another department.",
            "请运行 chown <运行平台的用户> 和 chmod go-w {path}；各单位只应能写自己的文件夹。",
            "Run chown to the platform's user and chmod go-w on {path}; departments write to their own folders only.",
        ),
        "drop-folder-open": Wording(
            "文件夹 {path} 任何用户都可写入，无法确认文件由谁投递。",
            "Any user can write to the folder {path}, so nobody can tell who put a file there.",
            "请运行 chmod o-w，并让文件夹属于该单位的用户或用户组。",
            "Run chmod o-w and give the folder to the department's user or group.",
        ),
        "drop-foreign": Wording(
            "文件 {path} 不属于该单位的用户或用户组。", "{path} does not belong to the department's user or group.",
            "请用该单位自己的账号投递。", "Put it there with the department's own account.",
        ),
        "drop-linked": Wording(
            "文件 {path} 还有别的名称（硬链接），不能确认其归属。",
            "{path} has another name elsewhere (a hard link), so nobody can tell whose it is.",
            "请复制文件后再投递。", "Put a copy there.",
        ),
        "drop-provider-unknown": Wording(
            "目录中没有提供单位 {provider}。", "The catalogue has no provider {provider}.",
            "请核对文件夹名称；各资源的提供单位见 quanxin pack show。", "Check the folder's name; see quanxin pack show.",
        ),
        "source-unknown": Wording(
            "没有数据源 {source}。", "There is no source {source}.",
            "已定义的数据源：{known}。", "Sources there are: {known}.",
        ),
        "source-invalid": Wording(
            "数据源定义 {file} 无法使用：{reason}。", "The source definition {file} cannot be used: {reason_en}.",
            "请按文档“数据源”一页改正。", "Correct it by the page on sources.",
        ),
        "source-secret-missing": Wording(
            "数据源 {source} 的密码来源 {secret} 不存在或为空。", "The secret {secret} of {source} is not there or empty.",
            "请设置该环境变量，或检查密码文件。", "Set that variable, or check the file.",
        ),
        "source-down": Wording(
            "无法连接数据源 {source}：{reason}。", "The source {source} cannot be reached: {reason}.",
            "稍后会自动重试；请核对地址、端口、账号和网络。", "It is tried again; check address, account and network.",
        ),
        "source-query-failed": Wording(
            "数据源 {source} 的查询失败：{reason}。", "The query of the source {source} failed: {reason}.",
            "请在该数据库上核对查询语句和权限。", "Try the query on that database; check the account's rights.",
        ),
        "source-column-missing": Wording(
            "数据源 {source} 的查询结果没有列 {column}；有：{found}。",
            "The query of {source} gives no column {column}; it gives {found}.",
            "请核对 incremental 和 mapping 中的列名。", "Check the names under incremental and mapping.",
        ),
        "source-marks-mixed": Wording(
            "数据源 {source} 的增量列 {column} 中类型不一，无法比较。",
            "The column {column} of {source} holds values of several types, which cannot be compared.",
            "请在查询中统一该列的类型。", "Cast the column to one type in the query.",
        ),
        "source-busy": Wording(
            "数据源 {source} 正在提取。", "The source {source} is being pulled already.",
            "请稍候再试。", "Try again when it is done.",
        ),
        "spark-missing": Wording(
            "未安装 Spark：缺少 {part}。", "Spark is not here: {part} is missing.",
            "请安装 quanxin[spark]（pip install 'quanxin[spark]'）和 Java 17（如 apt install openjdk-17-jre-headless）。",
            "Install quanxin[spark] and a Java 17.",
        ),
        "spark-failed": Wording(
            "Spark 无法完成：{reason}。", "Spark could not do it: {reason}.",
            "请核对地址、权限和集群；--out 须为各节点都能访问的位置。",
            "Check the address, its rights and the cluster; every node must reach --out.",
        ),
        "spark-format": Wording(
            "Spark 引擎只接收同一种文件（.csv、.tsv、.txt、.parquet）：{names}。",
            "The Spark engine takes files of one kind: .csv, .tsv, .txt or .parquet; found {names}.",
            "其他格式请用默认引擎提交。", "Hand other formats in by the default engine.",
        ),
        "spark-encoding": Wording(
            "{file} 中有无法识别的字符，Spark 引擎只接收 UTF-8 文本。",
            "{file} holds bytes that are not UTF-8 text, which is all that the Spark engine reads.",
            "请转为 UTF-8，或用默认引擎提交。", "Convert it to UTF-8, or use the default engine.",
        ),
        "spark-headers-differ": Wording(
            "{file} 的第一行与其他文件的表头不同。", "The first line of {file} is not the header that the others have.",
            "请使各文件的表头一致，且在第一行。", "Give every file the same header in its first line.",
        ),
        "batch-unknown": Wording(
            "没有批次 {batch}。", "There is no batch {batch}.",
            "请用 quanxin batches 查看批次号。", "List them with quanxin batches.", status=404,
        ),
        "timepoint-unknown": Wording(
            "时点 {since} 无效。", "{since} is no timepoint of this feed.",
            "请使用上一页返回的 next，或从快照开始。", "Use the next of the page before, or begin with a snapshot.",
        ),
        "timepoint-too-old": Wording(
            "时点 {since} 早于 {days} 天的保留期。", "The timepoint {since} is older than {days} days.",
            "请重新取全量快照，再从其时点继续。", "Take a snapshot again and go on from its timepoint.",
            status=410,
        ),
        "subscription-missing": Wording(
            "没有订阅资源 {resource}。", "There is no live subscription to {resource}.",
            "请联系信用中心签订共享协议。", "Agree on one with the credit centre.", status=403,
        ),
        "subscription-refused": Wording(
            "不能订阅 {resource}：{reason}。", "{resource} cannot be subscribed to: {reason_en}.",
            "请核对目录的共享方式、数据项和依据。", "See the catalogue's mode of sharing, its items and the basis.",
        ),
        "webhook-refused": Wording(
            "不能向 {url} 发送变更通知：{reason}。", "Notifications cannot go to {url}: {reason_en}.",
            "请核对地址；内网地址须设置 QUANXIN_WEBHOOK_PRIVATE=1。",
            "Check the URL; private addresses need QUANXIN_WEBHOOK_PRIVATE=1.",
        ),
        "webhook-unknown": Wording(
            "没有编号为 {number} 的通知地址或通知。", "There is no webhook or delivery {number}.",
            "请用 quanxin webhook list 查看编号。", "List them with quanxin webhook list.",
        ),
        "record-unknown": Wording(
            "没有由 {provider} 提供的记录：{records}。", "{provider} provided no such records: {records}.",
            "只能撤回本单位提供的记录，请核对记录编号。", "Only a provider's own records can be withdrawn.",
            status=404,
        ),
        "reason-missing": Wording(
            "请填写理由。", "A reason is needed.",
            "理由将随撤回信息留存并告知使用单位。", "It is kept and told to those who took the records over.",
        ),
        "replay-nothing-held": Wording(
            "批次 {batch} 没有可重放的行。", "The batch {batch} holds no such rows.",
            "请用 quanxin receipt {batch} --rows 查看。", "See quanxin receipt {batch} --rows.",
            status=409,
        ),
        "replay-changes-nothing": Wording(
            "重放批次 {batch} 的 {rows} 行，结果不变，未作记录。",
            "Replaying the {rows} rows of batch {batch} would change nothing; nothing was recorded.",
            "请先更正内容，或等规则、主体变化后再重放。", "Correct the rows first.", status=409,
        ),
        "correction-refused": Wording(
            "更正后的内容未通过校验，未作任何更改。", "The corrected row fails a check; nothing was changed.",
            "请按各项的提示修改后再提交。", "Put right what is said beside each item.",
        ),
        "correction-of-key": Wording(
            "{items}不能更正：改动后就是另一条记录。", "What tells the record from others cannot be corrected ({items}).",
            "请撤下这条记录，由提供单位重新报送。", "Withdraw the record and hand it in anew.",
        ),
        "correction-of-nothing": Wording(
            "没有任何改动。", "Nothing would change.", "请至少改动一项；内容无误的，不支持异议。",
            "Change an item, or dismiss.",
        ),
        "correction-overtaken": Wording(
            "这条记录刚刚有了新的版本。", "The record has a newer version by now.",
            "请刷新页面，看过现行内容再办理。", "Reload the page and look at what it says now.",
        ),
        "entry-of-nobody": Wording(
            "登记簿里没有可以对应的代码，没有登记。", "The register knows no number by which this could be entered.",
            "请先核对主体的统一社会信用代码。", "Check the subject's code in the register first.",
        ),
        "entry-known": Wording(
            "同一文书的记录已经在册，没有再次登记。", "A record by the same document is there already; nothing was entered.",
            "请核对文书号和日期；需要改动的，请更正原有记录。", "Compare number and date; to change it, correct the record.",
        ),
        "own-matter": WORDS["own-matter"],
        "kind-missing": Wording(
            "请选择撤销的原因类别。", "Choose why it is withdrawn.",
            "类别会告知使用单位。", "Those who took the record over are told it.",
        ),
        "act-missing": Wording(
            "请选择归哪个单位。", "Choose whose record it is.",
            "裁定前请比对两份记录。", "Compare the two records first.",
        ),
        "file-not-chosen": Wording(
            "请选择文件。", "Please choose a file.",
            "可提交 CSV、XLSX、JSON Lines 或 Parquet。", "CSV, XLSX, JSON Lines or Parquet."
        ),
        "row-empty": Wording(
            "请至少填写必填项。", "Fill in at least what is required.", "必填项已标明。", "Those items are marked."
        ),
        "correction-unknown-item": Wording(
            "目录中没有数据项 {items}。", "The catalogue has no items {items}.", "请从表单中选择。",
            "Use the form's items.",
        ),
    }
)  # fmt: skip
